package neighbours_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/neighbours/club"
	"github.com/gorm-softdelete/softdelete/tests/neighbours/club/generated"
)

// openClub opens a handle with the plugin on two members with something of each kind, of which some is trashed.
func openClub(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	settings := testdb.Config()
	settings.DisableForeignKeyConstraintWhenMigrating = true
	db := open(t, settings)
	require.NoError(t, db.SetupJoinTable(&club.Member{}, "Skills", &club.MemberSkill{}))
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&club.Member{}}})))
	require.NoError(t, db.AutoMigrate(&club.Team{}, &club.Skill{}, &club.MemberSkill{}, &club.Member{}, &club.Locker{}, &club.Bike{}, &club.Photo{}))
	one, team := uint(1), &club.Team{ID: 1, Name: "old", Photos: []club.Photo{{ID: 3, Name: "old"}}}
	require.NoError(t, db.Create(&[]club.Member{
		{
			ID: 1, Name: "ana", Team: team, Locker: &club.Locker{ID: 1, Name: "old"},
			Bikes: []club.Bike{{ID: 1, Name: "old"}, {ID: 2, Name: "old"}}, Photos: []club.Photo{{ID: 1, Name: "old"}, {ID: 2, Name: "old"}},
			Skills: []club.Skill{{ID: 1, Name: "old"}, {ID: 2, Name: "old"}},
		},
		{ID: 2, Name: "ben", TeamID: &one, Bikes: []club.Bike{{ID: 3, Name: "old"}}, Skills: []club.Skill{{ID: 1, Name: "old"}, {ID: 3, Name: "old"}}},
	}).Error)
	for _, row := range []any{&club.Bike{ID: 2}, &club.Photo{ID: 2}, &club.Skill{ID: 2}, &club.MemberSkill{MemberID: 2, SkillID: 3}} {
		require.NoError(t, db.Delete(row).Error)
	}
	return db
}

// names are those of a table's rows, with what is trashed.
func names(t *testing.T, db *gorm.DB, table string) (list []string) {
	t.Helper()
	require.NoError(t, db.Raw("SELECT CASE WHEN deleted_at IS NULL THEN name ELSE 'trashed' END FROM "+table+" ORDER BY id").Scan(&list).Error)
	return list
}

// The operations on associations that GORM CLI generates are about live rows of live owners.
func TestFieldHelpersOfAssociations(t *testing.T) {
	t.Parallel()
	m := generated.Member
	operations := map[string]struct {
		set   clause.Association
		table string
		want  []string
	}{
		"has-many update":       {m.Bikes.Update(generated.Bike.Name.Set("new")), "bikes", []string{"new", "trashed", "old"}},
		"has-many delete":       {m.Bikes.Delete(), "bikes", []string{"trashed", "trashed", "old"}},
		"has-many delete, some": {m.Bikes.Where(generated.Bike.Name.Eq("new")).Delete(), "bikes", []string{"old", "trashed", "old"}},
		"has-many create":       {m.Bikes.Create(generated.Bike.ID.Set(9), generated.Bike.Name.Set("new")), "bikes", []string{"old", "trashed", "old", "new"}},
		"has-many batch":        {m.Bikes.CreateInBatch([]club.Bike{{ID: 9, Name: "new"}, {ID: 2, Name: "new"}}), "bikes", []string{"old", "trashed", "old", "new"}},
		"has-one delete":        {m.Locker.Delete(), "lockers", []string{"trashed"}},
		"polymorphic update":    {m.Photos.Update(generated.Photo.Name.Set("new")), "photos", []string{"new", "trashed", "old"}},
		"polymorphic delete":    {m.Photos.Delete(), "photos", []string{"trashed", "trashed", "old"}},
		"belongs-to update":     {m.Team.Update(generated.Team.Name.Set("new")), "teams", []string{"new"}},
		"belongs-to delete":     {m.Team.Delete(), "teams", []string{"trashed"}},
		"many-to-many update":   {m.Skills.Update(generated.Skill.Name.Set("new")), "skills", []string{"new", "trashed", "old"}},
		"many-to-many create":   {m.Skills.Create(generated.Skill.ID.Set(9), generated.Skill.Name.Set("new")), "skills", []string{"old", "trashed", "old", "new"}},
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openClub(t, open)
		for name, op := range operations {
			err := db.Transaction(func(tx *gorm.DB) error {
				_, err := gorm.G[club.Member](tx).Where(m.ID.Eq(1)).Set(op.set).Update(t.Context())
				require.NoError(t, err, name)
				require.Equal(t, op.want, names(t, tx, op.table), name)
				return context.Canceled // so that the next one has the same rows
			})
			require.ErrorIs(t, err, context.Canceled)
		}
		for _, op := range []clause.Association{m.Skills.Unlink(), m.Skills.Delete(), m.Skills.Where(generated.Skill.Name.Eq("old")).Unlink()} {
			_, err := gorm.G[club.Member](db).Where(m.ID.Eq(1)).Set(op).Update(t.Context())
			require.ErrorIs(t, err, gorm.ErrMissingWhereClause)
		}
		require.NoError(t, db.Delete(&club.Member{ID: 1}).Error)
		for name, op := range operations {
			before := names(t, db, op.table)
			_, err := gorm.G[club.Member](db).Where(m.ID.Eq(1)).Set(op.set).Update(t.Context())
			require.NoError(t, err, name)
			if name != "many-to-many update" { // which is about all owners
				require.Equal(t, before, names(t, db, op.table), "%s of a trashed owner", name)
			}
		}
	})
}

// SQL in the comments of an interface is run as it is; it is the caller's to say which rows it is about.
func TestQueriesOfComments(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, ctx := openClub(t, open), t.Context()
		skills, live := generated.Query[club.Skill](db), softdelete.Live(&club.Skill{}, "")
		skill, err := skills.ByID(ctx, 2)
		require.NoError(t, err)
		require.EqualValues(t, 2, skill.ID, "a trashed row")
		skill, err = skills.LiveByID(ctx, 2, live)
		require.NoError(t, err)
		require.Zero(t, skill.ID)
		skill, err = skills.LiveByID(ctx, 1, live)
		require.NoError(t, err)
		require.EqualValues(t, 1, skill.ID)
		require.NoError(t, skills.Rename(ctx, 2, "renamed"))
		skill, err = skills.ByID(ctx, 2)
		require.NoError(t, err)
		require.Equal(t, "renamed", skill.Name)
		found, err := skills.Named(ctx, "old", "renamed").Find(ctx)
		require.NoError(t, err)
		require.Len(t, found, 2, "a condition is no SQL of its own: live rows")
		require.NotEqualValues(t, 2, found[0].ID)
		require.NotEqualValues(t, 2, found[1].ID)
	})
}

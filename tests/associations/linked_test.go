package associations_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// GORM sends the update of linked rows without a model. What comes by the model holds nevertheless.

// TestLinkedRowsOfAnUnknownModel is of a handle's first statement, which names tables only.
func TestLinkedRowsOfAnUnknownModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain := makeTables(t, open)
		before := fill(t, plain, "roles SET deleted_at = '2020-01-01 00:00:00' WHERE id = 2")
		for name, models := range map[string][]any{"none": nil, "without the owner's": {&Role{}}} {
			db := withPlugin(t, open, models...)
			sent := record.Record(t, db)
			err := onFirst(t, db, clause.Association{Association: "Roles", Type: clause.OpUpdate})
			require.ErrorIs(t, err, gorm.ErrModelValueRequired, name)
			require.ErrorContains(t, err, "Config.Models", name)
			require.Empty(t, sent.Take(), name)
		}
		require.Equal(t, before, stored(t, plain))
		want, _ := before.after(relation{table: "roles", join: "person_roles"}, clause.OpUpdate, conditions["no condition"], false)
		require.NoError(t, onFirst(t, withPlugin(t, open, &Person{}), clause.Association{Association: "Roles", Type: clause.OpUpdate}))
		require.Equal(t, want, stored(t, plain))
	})
}

func TestLinkedRowsUnscoped(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		want := fill(t, plain, "roles SET deleted_at = '2020-01-01 00:00:00' WHERE id = 2")
		for i := range 3 {
			want.Rows["roles"][i].Name = "new"
		}
		unscoped := db.Session(&gorm.Session{PropagateUnscoped: true}).Unscoped()
		require.NoError(t, onFirst(t, unscoped, clause.Association{Association: "Roles", Type: clause.OpUpdate}))
		require.Equal(t, want, stored(t, plain), "all rows, as GORM has it")
	})
}

// region is a column that narrows down what is written and read.
type region string

func (region) QueryClauses(f *schema.Field) []clause.Interface { return []clause.Interface{near{f}} }

func (region) UpdateClauses(f *schema.Field) []clause.Interface { return []clause.Interface{near{f}} }

type near struct{ field *schema.Field }

func (near) Name() string               { return "" }
func (near) Build(clause.Builder)       {}
func (near) MergeClause(*clause.Clause) {}

func (n near) ModifyStatement(stmt *gorm.Statement) {
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: n.field.DBName}, Value: "here"}}})
}

type group struct {
	ID      uint `gorm:"primaryKey;autoIncrement:false"`
	Region  region
	Members []member `gorm:"many2many:group_members;joinForeignKey:GroupID;joinReferences:MemberID"`
}

func (group) TableName() string { return "member_groups" }

type member struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	Region    region
	HomeID    uint
	Home      *home `softdelete:"liveParent"`
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt
}

func (member) TableName() string { return "members" }

func (*member) BeforeUpdate(*gorm.DB) error { return gorm.ErrInvalidData }

type home struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt
}

func (home) TableName() string { return "homes" }

func TestLinkedRowsHaveTheirModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		settings := testdb.Config()
		settings.DisableForeignKeyConstraintWhenMigrating = true
		plain, db := open(t, settings), open(t)
		require.NoError(t, plain.AutoMigrate(&home{}, &member{}, &group{}))
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&member{}, &home{}}})))
		require.NoError(t, db.Find(&[]group{}).Error)
		long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		require.NoError(t, plain.Create(&[]home{{ID: 1}, {ID: 2, DeletedAt: gorm.DeletedAt{Time: long, Valid: true}}}).Error)
		require.NoError(t, plain.Omit(clause.Associations).Create(&[]member{
			{ID: 1, Region: "here", HomeID: 1, UpdatedAt: long}, {ID: 2, Region: "there", HomeID: 1, UpdatedAt: long}, {ID: 3, Region: "here", HomeID: 1, UpdatedAt: long},
		}).Error)
		require.NoError(t, plain.Create(&[]group{{ID: 1, Region: "here"}, {ID: 2, Region: "there"}}).Error)
		require.NoError(t, plain.Exec("INSERT INTO group_members (group_id, member_id) VALUES (1, 1), (1, 2), (2, 3)").Error)

		update := func(column string, value any) error {
			set := []clause.Assignment{{Column: clause.Column{Name: column}, Value: value}}
			_, err := gorm.G[group](db).Where("id = ?", 1).Set(clause.Association{Association: "Members", Type: clause.OpUpdate, Set: set}).Update(t.Context())
			return err
		}
		require.NoError(t, update("name", "new"))
		var names []string
		require.NoError(t, plain.Raw("SELECT name FROM members ORDER BY id").Scan(&names).Error)
		require.Equal(t, []string{"new", "", ""}, names, "what another field's type says of the rows, and of the owners")
		var times []time.Time
		require.NoError(t, plain.Raw("SELECT updated_at FROM members").Scan(&times).Error)
		for _, at := range times {
			require.True(t, long.Equal(at), "GORM sets no time in an update without a model, and runs no hook")
		}

		require.ErrorIs(t, update("home_id", 2), softdelete.ErrParentTrashed)
		var homes []uint
		require.NoError(t, plain.Raw("SELECT home_id FROM members").Scan(&homes).Error)
		require.Equal(t, []uint{1, 1, 1}, homes)
	})
}

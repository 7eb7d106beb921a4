package associations_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// TestRefusedBeforeAnythingIsSent is of handles that have seen no other statement, and of those that have.
func TestRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		sessions := map[string]gorm.Session{
			"default": {}, "no transaction": {SkipDefaultTransaction: true}, "prepared": {PrepareStmt: true}, "dry": {DryRun: true},
		}
		plain := makeTables(t, open)
		before := fill(t, plain)
		for kind, session := range sessions {
			for _, seen := range []bool{false, true} {
				for _, name := range []string{"Roles", "Skills", "Tongues"} {
					for _, op := range []clause.AssociationOpType{clause.OpUnlink, clause.OpDelete} {
						db := withPlugin(t, open)
						if seen {
							require.NoError(t, db.Find(&[]Person{}).Error)
						}
						sent := record.Record(t, db)
						err := onFirst(t, db.Session(&session), clause.Association{Association: name, Type: op})
						require.ErrorIs(t, err, gorm.ErrMissingWhereClause, "%s, %s", name, kind)
						require.ErrorContains(t, err, "Association(name)", "it says what to do")
						require.Empty(t, sent.Take(), "%s, %s", name, kind)
						require.Equal(t, before, stored(t, plain))
					}
				}
			}
		}
	})
}

// TestRefusedOperationOfSeveral leaves what came before it to the caller's transaction.
func TestRefusedOperationOfSeveral(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		before := fill(t, plain)
		err := db.Transaction(func(tx *gorm.DB) error {
			_, err := gorm.G[Person](tx).Where("people.id = ?", 1).Set(
				clause.Association{Association: "Pets", Type: clause.OpDelete},
				clause.Association{Association: "Roles", Type: clause.OpUnlink},
			).Update(t.Context())
			return err
		})
		require.ErrorIs(t, err, gorm.ErrMissingWhereClause)
		require.Equal(t, before, stored(t, plain))
	})
}

// TestWayAround is what the error of a refused operation and the documentation advise.
func TestWayAround(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		for name, unlink := range map[string]func() error{
			"by the association": func() error { return db.Model(&Person{ID: 1}).Association("Roles").Clear() },
			"by the join table's model": func() error {
				_, err := gorm.G[PersonRole](db).Where("person_id = ?", 1).Delete(t.Context())
				return err
			},
		} {
			want := fill(t, plain)
			want.Ties["person_roles"][0].IsTrashed, want.Ties["person_roles"][1].IsTrashed = true, true
			require.NoError(t, unlink(), name)
			require.Equal(t, want, stored(t, plain), name)
		}
	})
}

// Each of these has another side of a many-to-many relation that is soft-deletable, the last none.
type (
	bareUser struct {
		ID    uint
		Roles []Role    `gorm:"many2many:bare_user_roles"`
		Towns []bareTag `gorm:"many2many:bare_user_towns"`
	}
	bareTag struct{ ID uint }
)

// TestUnlinkingBesideMarkers is refused where one of the three has a marker; what has none is GORM's as ever.
func TestUnlinkingBesideMarkers(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&Role{}, &bareTag{}, &bareUser{}))
		require.NoError(t, db.Create(&bareUser{ID: 1, Roles: []Role{{ID: 1}}, Towns: []bareTag{{ID: 1}}}).Error)
		unlink := func(name string) error {
			_, err := gorm.G[bareUser](db).Where("id = ?", 1).Set(clause.Association{Association: name, Type: clause.OpUnlink}).Update(t.Context())
			return err
		}
		require.ErrorIs(t, unlink("Roles"), gorm.ErrMissingWhereClause)
		require.NoError(t, unlink("Towns"))
		require.EqualValues(t, 1, db.Model(&bareUser{ID: 1}).Association("Roles").Count())
		require.Zero(t, db.Model(&bareUser{ID: 1}).Association("Towns").Count())
		exists := db.Table("bare_users").Select("1").Where(clause.Eq{
			Column: clause.Column{Table: "bare_users", Name: "id"}, Value: clause.Column{Table: "bare_user_roles", Name: "bare_user_id"},
		})
		require.NoError(t, db.Table("bare_user_roles").Where("EXISTS (?)", exists).Delete(map[string]any{}).Error, "a caller's own means what it says")
		require.Zero(t, db.Model(&bareUser{ID: 1}).Association("Roles").Count())
	})
}

type doll struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	OwnerID   *uint
	OwnerType *string
	DeletedAt gorm.DeletedAt
}

func (doll) TableName() string { return "dolls" }

// child owns dolls of two kinds by the same columns.
type child struct {
	ID   uint   `gorm:"primaryKey;autoIncrement:false"`
	Old  []doll `gorm:"polymorphicType:OwnerType;polymorphicId:OwnerID;polymorphicValue:old"`
	New  []doll `gorm:"polymorphicType:OwnerType;polymorphicId:OwnerID;polymorphicValue:new"`
	Both []doll `gorm:"foreignKey:OwnerID"`
}

func (child) TableName() string { return "kids" }

func TestRelationsOnTheSameColumns(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := open(t), open(t)
		require.NoError(t, plain.AutoMigrate(&child{}, &doll{}))
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, plain.Create(&child{ID: 1}).Error)
		require.NoError(t, plain.Create(&[]doll{{ID: 1, OwnerID: ptr(uint(1)), OwnerType: ptr("old")}, {ID: 2, OwnerID: ptr(uint(1)), OwnerType: ptr("new")}}).Error)
		var before, after []doll
		require.NoError(t, plain.Order("id").Find(&before).Error)
		for _, op := range operations {
			a := clause.Association{Association: "Old", Type: op, Set: []clause.Assignment{{Column: clause.Column{Name: "name"}, Value: "new"}}}
			_, err := gorm.G[child](db).Where("id = ?", 1).Set(a).Update(t.Context())
			require.ErrorIs(t, err, softdelete.ErrAmbiguous)
			require.ErrorContains(t, err, "the same columns")
			require.NoError(t, plain.Order("id").Find(&after).Error)
			require.Equal(t, before, after)
		}
	})
}

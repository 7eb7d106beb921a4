package tenant_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// TestWithinErrors says what a fence cannot be made of, and that what a scope says of a reached table comes up.
func TestWithinErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openFenced(t, open)
		mine := 1
		require.NoError(t, db.Create(&fencedOrg{ID: 1, Tenant: &mine, Tokens: []fencedToken{{ID: 1, Tenant: &mine}}}).Error)
		require.NoError(t, db.WithContext(softdelete.WithActor(t.Context(), "ana")).Delete(&fencedOrg{ID: 1}).Error)
		org := softdelete.Item{Table: "fenced_orgs", Key: []any{1}}
		purge := func(scopes ...func(*gorm.DB) *gorm.DB) error {
			return db.Transaction(func(tx *gorm.DB) error {
				if _, err := models.OpenTrash(t, tx).Within(scopes...).Purge(t.Context(), org); err != nil {
					return err
				}
				return errTakeBack
			})
		}
		tokens := func(do func(*gorm.DB) *gorm.DB) func(*gorm.DB) *gorm.DB {
			return func(db *gorm.DB) *gorm.DB {
				if _, ok := db.Statement.Model.(*fencedToken); ok {
					return do(db)
				}
				return db
			}
		}
		require.ErrorIs(t, purge(), errTakeBack)
		require.ErrorIs(t, purge(nil), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db })), errTakeBack, "any token is in scope")
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0") })), softdelete.ErrOutOfScope)
		require.ErrorIs(t, purge(tokens(func(*gorm.DB) *gorm.DB { return nil })), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Session(&gorm.Session{NewDB: true}) })), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Group("id") })), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB {
			_ = db.AddError(errTakeBack)
			return db
		})), errTakeBack)
		err := purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Where("no_such_column = 1") }))
		require.Error(t, err)
		require.NotErrorIs(t, err, errTakeBack)
		require.ErrorIs(t, purge(softdelete.TrashedBy("ana")), softdelete.ErrOutOfScope, "a token is trashed by nobody")
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Limit(10) })), errTakeBack)

		var none *softdelete.Trash
		require.Nil(t, none.Within())
		var n int64
		require.NoError(t, db.Model(&fencedToken{}).Count(&n).Error)
		require.EqualValues(t, 1, n)
	})
}

// fencedBadge has a number that is unique among live ones of all tenants.
type fencedBadge struct {
	ID     int `gorm:"primaryKey;autoIncrement:false"`
	Tenant int
	Number string `gorm:"size:20" softdelete:"unique"`
	softdelete.Timestamp
}

// TestWithinHidesClashes says that a plan tells of a row in the way that is out of scope, and does not name it.
func TestWithinHidesClashes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, &fencedBadge{}))
		for id, badge := range []fencedBadge{{Tenant: 1, Number: "a"}, {Tenant: 1, Number: "b"}} {
			badge.ID = id + 1
			require.NoError(t, db.Create(&badge).Error)
			require.NoError(t, db.Delete(&badge).Error)
		}
		require.NoError(t, db.Create(&[]fencedBadge{{ID: 3, Tenant: 1, Number: "a"}, {ID: 4, Tenant: 2, Number: "b"}}).Error)
		for way := range 5 {
			plan, err := ofFirstTenant(way)(models.OpenTrash(t, db)).Preview(t.Context(), softdelete.OpRestore,
				softdelete.Item{Table: "fenced_badges", Key: []any{1}}, softdelete.Item{Table: "fenced_badges", Key: []any{2}})
			require.NoError(t, err)
			require.Len(t, plan.Conflicts, 1)
			require.Len(t, plan.Clashes, 2)
			with := map[any][]any{}
			for _, c := range plan.Clashes {
				require.True(t, c.Live)
				with[c.Key[0]] = c.With
			}
			require.Equal(t, map[any][]any{1: {3}, 2: nil}, with, way)
		}
	})
}

// On a house nothing hangs but lodgers, whom the database parts from it.
type (
	fencedHouse struct {
		ID      int `gorm:"primaryKey;autoIncrement:false"`
		Tenant  int
		Lodgers []fencedLodger `gorm:"foreignKey:HouseID;constraint:OnDelete:SET NULL"`
		softdelete.Tracked
	}
	fencedLodger struct {
		ID      int `gorm:"primaryKey;autoIncrement:false"`
		Tenant  int
		HouseID *int
		softdelete.Timestamp
	}
)

// TestWithinKeepsForeignKeys says that a purge within a tenant has the database set no foreign key of another's row to NULL, live or trashed,
// whatever purges.
func TestWithinKeepsForeignKeys(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&fencedHouse{}, &fencedLodger{}}})))
		require.NoError(t, db.AutoMigrate(&fencedHouse{}, &fencedLodger{}))
		for id := 1; id <= 4; id++ {
			require.NoError(t, db.Create(&fencedHouse{ID: id, Tenant: 1}).Error)
			require.NoError(t, db.Create(&fencedLodger{ID: id, Tenant: 1 + id%2, HouseID: &id}).Error)
		}
		require.NoError(t, db.Delete(&fencedLodger{}, []int{1, 2}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&fencedHouse{}).Error)
		housed := func() (ids []int) {
			require.NoError(t, db.Unscoped().Model(&fencedLodger{}).Where("house_id IS NOT NULL").Order("id").Pluck("id", &ids).Error)
			return ids
		}
		for way := range 5 {
			trash := ofFirstTenant(way)(models.OpenTrash(t, db, &fencedHouse{}))
			for _, id := range []int{1, 3} {
				_, err := trash.Purge(t.Context(), softdelete.Item{Table: "fenced_houses", Key: []any{id}})
				require.ErrorIs(t, err, softdelete.ErrOutOfScope)
			}
			for _, hooks := range []bool{false, true} {
				for _, empty := range []func(context.Context, softdelete.EmptyOptions) (softdelete.EmptyReport, error){trash.PreviewEmpty, trash.Empty} {
					report, err := empty(t.Context(), softdelete.EmptyOptions{All: true, Hooks: hooks})
					require.NoError(t, err)
					require.Len(t, report.Failed, 2)
					require.ErrorIs(t, report.Failed[0].Err, softdelete.ErrOutOfScope)
				}
				require.Equal(t, []int{1, 3}, housed())
			}
		}
	})
}

package tenant_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// ofTenantOne are ways to say that a row is the first tenant's.
func ofTenantOne() []func(*gorm.DB) *gorm.DB {
	return []func(*gorm.DB) *gorm.DB{
		func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", 1) },
		func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", 1).Or("tenant = ?", -1) },
		func(db *gorm.DB) *gorm.DB { return db.Where(map[string]any{"tenant": 1}) },
	}
}

type (
	fencedHolder struct {
		ID     uint
		Tenant int
		Bills  []fencedBill `gorm:"foreignKey:OfID" softdelete:"restrict"`
		softdelete.Tracked
	}
	fencedBill struct {
		ID     uint
		Tenant *int
		OfID   uint
		softdelete.Tracked
	}
)

// TestWithinRestricted says that what forbids an operation is counted of one's own rows only.
func TestWithinRestricted(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&fencedHolder{}, &fencedBill{}}})))
		require.NoError(t, db.AutoMigrate(&fencedHolder{}, &fencedBill{}))
		one, two := 1, 2
		require.NoError(t, db.Create(&fencedHolder{ID: 1, Tenant: 1, Bills: []fencedBill{{ID: 1, Tenant: &one}, {ID: 2, Tenant: &two}, {ID: 3}, {ID: 4, Tenant: &one}}}).Error)
		require.NoError(t, db.Create(&fencedHolder{ID: 2, Tenant: 1, Bills: []fencedBill{{ID: 5, Tenant: &two}, {ID: 6}}}).Error)
		require.NoError(t, db.Exec("UPDATE fenced_holders SET deleted_at = ?", time.Now().Add(-time.Hour)).Error)
		trash := models.OpenTrash(t, db)
		first, second := softdelete.Item{Table: "fenced_holders", Key: []any{1}}, softdelete.Item{Table: "fenced_holders", Key: []any{2}}
		plan, err := trash.Preview(t.Context(), softdelete.OpPurge, first, second)
		require.NoError(t, err)
		require.Equal(t, []softdelete.RestrictError{{Model: "fencedHolder", Relation: "Bills", Count: 6}}, plan.Restricted)
		for _, scope := range ofTenantOne() {
			mine := trash.Within(scope)
			plan, err = mine.Preview(t.Context(), softdelete.OpPurge, first)
			require.NoError(t, err)
			require.Equal(t, []softdelete.RestrictError{{Model: "fencedHolder", Relation: "Bills", Count: 2}}, plan.Restricted)
			_, err = mine.Purge(t.Context(), first)
			var restricted *softdelete.RestrictError
			require.ErrorAs(t, err, &restricted)
			require.Equal(t, int64(2), restricted.Count)
			_, err = mine.Preview(t.Context(), softdelete.OpPurge, second)
			require.ErrorIs(t, err, softdelete.ErrOutOfScope)
			_, err = mine.Purge(t.Context(), second)
			require.ErrorIs(t, err, softdelete.ErrOutOfScope)
			require.NotContains(t, err.Error(), "2 live")
			for _, empty := range []func(softdelete.EmptyOptions) (softdelete.EmptyReport, error){
				func(o softdelete.EmptyOptions) (softdelete.EmptyReport, error) {
					return mine.PreviewEmpty(t.Context(), o)
				},
				func(o softdelete.EmptyOptions) (softdelete.EmptyReport, error) { return mine.Empty(t.Context(), o) },
			} {
				for _, hooks := range []bool{false, true} {
					report, err := empty(softdelete.EmptyOptions{All: true, Hooks: hooks})
					require.NoError(t, err)
					require.Empty(t, report.Rows)
					require.Len(t, report.Failed, 2)
					for _, failed := range report.Failed {
						if failed.Key[0] == uint(1) {
							require.ErrorAs(t, failed.Err, &restricted)
							require.Equal(t, int64(2), restricted.Count)
						} else {
							require.ErrorIs(t, failed.Err, softdelete.ErrOutOfScope)
						}
					}
				}
			}
		}
	})
}

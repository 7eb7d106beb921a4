package purge_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type datedOrder struct {
	ID   uint   `gorm:"primaryKey;autoIncrement:false"`
	Code string `gorm:"size:20" softdelete:"unique"`
	softdelete.Tracked
}

// TestRemovalsWithoutTheModelsOwnTable says that operations on a table that db.Table names need no other: one table a month, and
// none of the model's own name. What finds rows before it removes them locked that one on SQLite.
func TestRemovalsWithoutTheModelsOwnTable(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		seen := map[softdelete.Operation]int64{}
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&datedOrder{}}, Observers: []softdelete.Observer{
			func(_ context.Context, _ *gorm.DB, event softdelete.Event) error {
				seen[event.Operation] += event.Rows
				return nil
			},
		}})))
		month := func() *gorm.DB { return db.Table("orders_2026_01") }
		require.NoError(t, softdelete.AutoMigrate(month(), &datedOrder{}))
		for id := range uint(6) {
			require.NoError(t, month().Create(&datedOrder{ID: id + 1, Code: string(rune('a' + id))}).Error)
		}

		require.NoError(t, month().Delete(&[]datedOrder{{ID: 1}, {ID: 2}, {ID: 3}}).Error)
		require.NoError(t, softdelete.Restore(month(), &[]datedOrder{{ID: 3}}).Error)
		require.NoError(t, softdelete.Purge(month(), &datedOrder{}, 1).Error)
		require.NoError(t, softdelete.ForceDelete(month(), &[]datedOrder{{ID: 2}, {ID: 3}}).Error)
		plan, err := softdelete.Preview(month(), softdelete.OpSoftDelete, &datedOrder{}, 4)
		require.NoError(t, err)
		require.NoError(t, month().Scopes(softdelete.Expect(plan)).Delete(&datedOrder{}, 4).Error)
		plan, err = softdelete.Preview(month(), softdelete.OpPurge, &datedOrder{}, 4)
		require.NoError(t, err)
		require.NoError(t, softdelete.Purge(month().Scopes(softdelete.Expect(plan)), &datedOrder{}, 4).Error)

		require.Equal(t, []int{5, 6}, tables.IDsOf(t, db, "orders_2026_01"))
		require.Equal(t, map[softdelete.Operation]int64{
			softdelete.OpSoftDelete: 4, softdelete.OpRestore: 1, softdelete.OpPurge: 2, softdelete.OpForceDelete: 2,
		}, seen)
	})
}

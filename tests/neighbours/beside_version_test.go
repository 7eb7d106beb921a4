package neighbours_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/optimisticlock"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// An update checks the version and raises it, of live rows only. Deletes and restores leave it as it is.
func TestBesideOptimisticLock(t *testing.T) {
	t.Parallel()
	beside.Each(t, beside.Plugin{Use: alone}, func(t *testing.T, w *beside.World) {
		db := w.DB.Session(&gorm.Session{})
		require.NoError(t, softdelete.AutoMigrate(db, &versioned{}, &versionedPart{}))
		for _, table := range []string{"versioneds", "versioned_parts"} {
			require.NoError(t, db.Exec("DELETE FROM "+table).Error)
		}
		require.NoError(t, db.Create(&versioned{ID: 1, Name: "x", Parts: []versionedPart{{ID: 1}}}).Error)
		load := func() (row versioned) {
			require.NoError(t, db.First(&row, 1).Error)
			return row
		}
		update := func(row versioned, want int64) {
			t.Helper()
			tx := db.Model(&row).Updates(map[string]any{"name": "y"})
			require.NoError(t, tx.Error)
			require.Equal(t, want, tx.RowsAffected)
		}
		stale := load()
		update(load(), 1)
		update(stale, 0)
		require.Equal(t, []int64{2, 1}, versions(t, db))

		live := load()
		require.NoError(t, db.Delete(&versioned{ID: 1, Version: optimisticlock.Version{Int64: 1, Valid: true}}).Error)
		update(live, 0)
		require.ErrorIs(t, db.Save(&live).Error, softdelete.ErrTrashed)
		require.NoError(t, softdelete.Restore(db, &versioned{}, 1).Error)
		require.Equal(t, []int64{2, 1}, versions(t, db))
		update(live, 1)
		require.EqualValues(t, 3, load().Version.Int64)
	})
}

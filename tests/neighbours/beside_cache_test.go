package neighbours_test

import (
	"testing"

	gormcache "github.com/asjdf/gorm-cache/cache"
	gormcacheconfig "github.com/asjdf/gorm-cache/config"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// A cache of results forgets what it has when rows are written: after each step of the laws it answers as the database does.
func TestBesideCaches(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		m := &memory{}
		useCache(t, db, m)
		return m
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		w.HoldLaws(t)
		hits, told := w.Used.(*memory).counts()
		require.Positive(t, hits)
		require.Positive(t, told)
	})
}

// So does one that forgets by the table of a statement, and that remembers rows by their key. Of what a read joins it knows
// nothing: a link of a join table is no write to the tables beside it.
func TestBesideGormCache(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		plugin, err := gormcache.NewGorm2Cache(&gormcacheconfig.CacheConfig{CacheLevel: gormcacheconfig.CacheLevelAll, InvalidateWhenUpdate: true})
		require.NoError(t, err)
		require.NoError(t, db.Use(plugin))
		return plugin
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		plugin := w.Used.(gormcache.Cache)
		hits := uint64(0)
		w.Did = func(step string) {
			if step == "unlink" || step == "link" {
				hits += plugin.HitCount()
				require.NoError(t, plugin.ResetCache())
			}
		}
		// It has the row by its key from a read that asked for trashed ones.
		var author beside.Author
		for range 2 {
			require.NoError(t, w.DB.Scopes(softdelete.WithTrashed).First(&author, 3).Error)
			require.True(t, author.DeletedAt.Valid)
			require.ErrorIs(t, w.DB.First(&beside.Author{}, 3).Error, gorm.ErrRecordNotFound)
			require.NoError(t, w.DB.Scopes(softdelete.OnlyTrashed).First(&beside.Author{}, 3).Error)
			require.ErrorIs(t, w.DB.Scopes(softdelete.OnlyTrashed).First(&beside.Author{}, 1).Error, gorm.ErrRecordNotFound)
			require.NoError(t, w.DB.Scopes(softdelete.WithTrashed).First(&beside.Author{}, 1).Error)
		}
		w.HoldLaws(t)
		require.Positive(t, hits+plugin.HitCount())
	})
}

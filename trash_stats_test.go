package softdelete_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// statsOf are the stats by table, in UTC.
func statsOf(t *testing.T, trash *softdelete.Trash) map[string]softdelete.Stat {
	t.Helper()
	list, err := trash.Stats(t.Context())
	require.NoError(t, err)
	stats := map[string]softdelete.Stat{}
	for _, stat := range list {
		require.NotContains(t, stats, stat.Table)
		stat.Oldest, stat.Newest = stat.Oldest.UTC(), stat.Newest.UTC()
		stats[stat.Table] = stat
	}
	return stats
}

// TestStats counts on every kind of marker.
func TestStats(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		trash := openTrash(t, w.db)
		want := map[string]softdelete.Stat{}
		for _, kind := range w.kinds {
			want[kind.table] = softdelete.Stat{Table: kind.table, Model: kind.name()}
		}
		require.Equal(t, want, statsOf(t, trash), "empty tables")
		w.create(t, 1, 2, 3, 4, 5)
		require.Equal(t, want, statsOf(t, trash), "live rows only")

		first := past()
		for i, age := range []time.Duration{time.Hour, 0, 3 * time.Hour} { // not in the order of the keys
			w.trash(t, w.db, first.Add(age), uint(i+1))
		}
		for _, kind := range w.kinds {
			want[kind.table] = softdelete.Stat{
				Table: kind.table, Model: kind.name(), Trashed: 3,
				Oldest: kind.stored(w.db, first), Newest: kind.stored(w.db, first.Add(3*time.Hour)),
			}
		}
		require.Equal(t, want, statsOf(t, trash))

		for _, kind := range w.kinds {
			require.NoError(t, softdelete.Restore(w.db, kind.make(3)).Error)
			require.NoError(t, softdelete.Purge(w.db, kind.make(2)).Error)
			stat := want[kind.table]
			stat.Trashed, stat.Oldest, stat.Newest = 1, kind.stored(w.db, first.Add(time.Hour)), kind.stored(w.db, first.Add(time.Hour))
			want[kind.table] = stat
		}
		require.Equal(t, want, statsOf(t, trash), "after a restore and a purge")
	})
}

// TestStatsOfModels says that a trash is of the models that it was opened with.
func TestStatsOfModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openBlog(t, open)
		require.NoError(t, db.Delete(&blogUser{ID: 1}).Error)
		counts := func(trash *softdelete.Trash) map[string]int64 {
			t.Helper()
			n := map[string]int64{}
			for table, stat := range statsOf(t, trash) {
				n[table] = stat.Trashed
			}
			return n
		}
		require.Equal(t, map[string]int64{"blog_users": 1, "blog_comments": 4}, counts(openTrash(t, db, &blogUser{}, []blogComment{})))
		require.Equal(t, map[string]int64{"blog_users": 1}, counts(openTrash(t, db, &blogUser{}, blogUser{})), "a model twice")
		all := map[string]int64{
			"blog_users": 1, "blog_posts": 2, "blog_comments": 4, "blog_post_tags": 4, "blog_tags": 0, "blog_invoices": 0, "blog_folders": 0,
		}
		require.Equal(t, all, counts(openTrash(t, db)), "all that are registered; the logins are not soft-deletable")

		used := open(t)
		require.NoError(t, used.Use(softdelete.New()))
		require.NoError(t, used.Find(&[]blogTag{}).Error)
		require.Contains(t, counts(openTrash(t, used)), "blog_tags", "those that have been used")
	})
}

// TestOpenTrashErrors says which mistakes are errors, and that none is a panic.
func TestOpenTrashErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		for _, db := range []*gorm.DB{nil, {}} {
			require.NotPanics(t, func() {
				require.Error(t, second(softdelete.OpenTrash(db)))
				require.Error(t, second(softdelete.OpenTrash(db, &aNote{})))
				require.Error(t, second(softdelete.Of[aNote](db).RestoreAll(t.Context())))
			})
		}
		bare := open(t)
		require.ErrorIs(t, second(softdelete.OpenTrash(bare)), softdelete.ErrNotInstalled)
		require.ErrorIs(t, second(softdelete.OpenTrash(bare, &aNote{})), softdelete.ErrNotInstalled)
		db := withPlugin(t, open, softdelete.Config{}, &aNote{}, &scopePlain{})
		require.ErrorIs(t, second(softdelete.OpenTrash(db, &aNote{}, &scopePlain{})), softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, second(softdelete.OpenTrash(db, nil)), gorm.ErrInvalidValue)
		require.ErrorIs(t, second(softdelete.OpenTrash(db, 1)), gorm.ErrInvalidValue)
		require.ErrorIs(t, second(softdelete.Of[scopePlain](db).RestoreAll(t.Context())), softdelete.ErrNotSoftDeletable)
		broken := db.Session(&gorm.Session{})
		_ = broken.AddError(errHook)
		failed, err := softdelete.OpenTrash(broken, &aNote{})
		if err == nil {
			err = second(failed.Stats(t.Context()))
		}
		require.ErrorIs(t, err, errHook, "a handle that has failed")

		trash := openTrash(t, db, &aNote{})
		plain := softdelete.ListOptions{Models: []any{&scopePlain{}}}
		require.ErrorIs(t, second(trash.List(t.Context(), plain)), softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, second(trash.Deletions(t.Context(), plain)), softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, second(trash.RestoreAll(t.Context(), &scopePlain{})), softdelete.ErrNotSoftDeletable)

		var none context.Context
		require.NotPanics(t, func() {
			for name, err := range map[string]error{
				"Stats": second(trash.Stats(none)), "List": second(trash.List(none, softdelete.ListOptions{})),
				"Deletions": second(trash.Deletions(none, softdelete.ListOptions{})), "Undo": second(trash.Undo(none, uuid.New())),
				"RestoreAll": second(trash.RestoreAll(none)), "Of": second(softdelete.Of[aNote](db).RestoreAll(none)),
				"Load": second(softdelete.Item{}.Load(none)),
			} {
				require.ErrorIs(t, err, gorm.ErrInvalidValue, name)
			}
			require.Error(t, second(softdelete.Item{}.Load(t.Context())), "an item of no list")
			for name, err := range map[string]error{
				"Stats": second(new(softdelete.Trash).Stats(t.Context())), "List": second(new(softdelete.Trash).List(t.Context(), softdelete.ListOptions{})),
				"Deletions": second(new(softdelete.Trash).Deletions(t.Context(), softdelete.ListOptions{})),
				"Undo":      second(new(softdelete.Trash).Undo(t.Context(), uuid.New())), "RestoreAll": second(new(softdelete.Trash).RestoreAll(t.Context())),
			} {
				require.Error(t, err, "%s of a trash that was not opened", name)
			}
		})
	})
}

// TestTrashOfATableThatIsMissing says that the database's errors come up.
func TestTrashOfATableThatIsMissing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		trash := openTrash(t, db, &aNote{})
		require.Error(t, second(trash.Stats(t.Context())))
		require.Error(t, second(trash.List(t.Context(), softdelete.ListOptions{})))
		require.Error(t, second(trash.Deletions(t.Context(), softdelete.ListOptions{})))
		require.Error(t, second(trash.RestoreAll(t.Context())))
		_, err := trash.Undo(t.Context(), uuid.New())
		require.Error(t, err)
		require.NotErrorIs(t, err, softdelete.ErrNotFound)
	})
}

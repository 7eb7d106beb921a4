package trash_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// TestStats counts on every kind of marker.
func TestStats(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		trash := models.OpenTrash(t, w.db)
		want := map[string]softdelete.Stat{}
		for _, kind := range w.kinds {
			want[kind.table] = softdelete.Stat{Table: kind.table, Model: kind.name()}
		}
		require.Equal(t, want, models.StatsOf(t, trash), "empty tables")
		w.create(t, 1, 2, 3, 4, 5)
		require.Equal(t, want, models.StatsOf(t, trash), "live rows only")

		first := models.Past()
		for i, age := range []time.Duration{time.Hour, 0, 3 * time.Hour} { // not in the order of the keys
			w.trash(t, w.db, first.Add(age), uint(i+1))
		}
		for _, kind := range w.kinds {
			want[kind.table] = softdelete.Stat{
				Table: kind.table, Model: kind.name(), Trashed: 3,
				Oldest: kind.stored(w.db, first), Newest: kind.stored(w.db, first.Add(3*time.Hour)),
			}
		}
		require.Equal(t, want, models.StatsOf(t, trash))

		for _, kind := range w.kinds {
			require.NoError(t, softdelete.Restore(w.db, kind.make(3)).Error)
			require.NoError(t, softdelete.Purge(w.db, kind.make(2)).Error)
			stat := want[kind.table]
			stat.Trashed, stat.Oldest, stat.Newest = 1, kind.stored(w.db, first.Add(time.Hour)), kind.stored(w.db, first.Add(time.Hour))
			want[kind.table] = stat
		}
		require.Equal(t, want, models.StatsOf(t, trash), "after a restore and a purge")
	})
}

// TestStatsOfModels says that a trash is of the models that it was opened with.
func TestStatsOfModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		counts := func(trash *softdelete.Trash) map[string]int64 {
			t.Helper()
			n := map[string]int64{}
			for table, stat := range models.StatsOf(t, trash) {
				n[table] = stat.Trashed
			}
			return n
		}
		require.Equal(t, map[string]int64{"blog_users": 1, "blog_comments": 4}, counts(models.OpenTrash(t, db, &testmodels.BlogUser{}, []testmodels.BlogComment{})))
		require.Equal(t, map[string]int64{"blog_users": 1}, counts(models.OpenTrash(t, db, &testmodels.BlogUser{}, testmodels.BlogUser{})), "a model twice")
		all := map[string]int64{
			"blog_users": 1, "blog_posts": 2, "blog_comments": 4, "blog_post_tags": 4, "blog_tags": 0, "blog_invoices": 0, "blog_folders": 0,
		}
		require.Equal(t, all, counts(models.OpenTrash(t, db)), "all that are registered; the logins are not soft-deletable")

		used := open(t)
		require.NoError(t, used.Use(softdelete.New()))
		require.NoError(t, used.Find(&[]testmodels.BlogTag{}).Error)
		require.Contains(t, counts(models.OpenTrash(t, used)), "blog_tags", "those that have been used")
	})
}

// TestOpenTrashErrors says which mistakes are errors, and that none is a panic.
func TestOpenTrashErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		for _, db := range []*gorm.DB{nil, {}} {
			require.NotPanics(t, func() {
				require.Error(t, handles.Second(softdelete.OpenTrash(db)))
				require.Error(t, handles.Second(softdelete.OpenTrash(db, &models.ANote{})))
				require.Error(t, handles.Second(softdelete.Of[models.ANote](db).RestoreAll(t.Context())))
			})
		}
		bare := open(t)
		require.ErrorIs(t, handles.Second(softdelete.OpenTrash(bare)), softdelete.ErrNotInstalled)
		require.ErrorIs(t, handles.Second(softdelete.OpenTrash(bare, &models.ANote{})), softdelete.ErrNotInstalled)
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.ScopePlain{})
		require.ErrorIs(t, handles.Second(softdelete.OpenTrash(db, &models.ANote{}, &models.ScopePlain{})), softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, handles.Second(softdelete.OpenTrash(db, nil)), gorm.ErrInvalidValue)
		require.ErrorIs(t, handles.Second(softdelete.OpenTrash(db, 1)), gorm.ErrInvalidValue)
		require.ErrorIs(t, handles.Second(softdelete.Of[models.ScopePlain](db).RestoreAll(t.Context())), softdelete.ErrNotSoftDeletable)
		broken := db.Session(&gorm.Session{})
		_ = broken.AddError(failing.ErrHook)
		failed, err := softdelete.OpenTrash(broken, &models.ANote{})
		if err == nil {
			err = handles.Second(failed.Stats(t.Context()))
		}
		require.ErrorIs(t, err, failing.ErrHook, "a handle that has failed")

		trash := models.OpenTrash(t, db, &models.ANote{})
		plain := softdelete.ListOptions{Models: []any{&models.ScopePlain{}}}
		require.ErrorIs(t, handles.Second(trash.List(t.Context(), plain)), softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, handles.Second(trash.Deletions(t.Context(), plain)), softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, handles.Second(trash.RestoreAll(t.Context(), &models.ScopePlain{})), softdelete.ErrNotSoftDeletable)

		var none context.Context
		require.NotPanics(t, func() {
			for name, err := range map[string]error{
				"Stats": handles.Second(trash.Stats(none)), "List": handles.Second(trash.List(none, softdelete.ListOptions{})),
				"Deletions": handles.Second(trash.Deletions(none, softdelete.ListOptions{})), "Undo": handles.Second(trash.Undo(none, uuid.New())),
				"RestoreAll": handles.Second(trash.RestoreAll(none)), "Of": handles.Second(softdelete.Of[models.ANote](db).RestoreAll(none)),
				"Load": handles.Second(softdelete.Item{}.Load(none)),
			} {
				require.ErrorIs(t, err, gorm.ErrInvalidValue, name)
			}
			require.Error(t, handles.Second(softdelete.Item{}.Load(t.Context())), "an item of no list")
			for name, err := range map[string]error{
				"Stats": handles.Second(new(softdelete.Trash).Stats(t.Context())), "List": handles.Second(new(softdelete.Trash).List(t.Context(), softdelete.ListOptions{})),
				"Deletions": handles.Second(new(softdelete.Trash).Deletions(t.Context(), softdelete.ListOptions{})),
				"Undo":      handles.Second(new(softdelete.Trash).Undo(t.Context(), uuid.New())), "RestoreAll": handles.Second(new(softdelete.Trash).RestoreAll(t.Context())),
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
		trash := models.OpenTrash(t, db, &models.ANote{})
		require.Error(t, handles.Second(trash.Stats(t.Context())))
		require.Error(t, handles.Second(trash.List(t.Context(), softdelete.ListOptions{})))
		require.Error(t, handles.Second(trash.Deletions(t.Context(), softdelete.ListOptions{})))
		require.Error(t, handles.Second(trash.RestoreAll(t.Context())))
		_, err := trash.Undo(t.Context(), uuid.New())
		require.Error(t, err)
		require.NotErrorIs(t, err, softdelete.ErrNotFound)
	})
}

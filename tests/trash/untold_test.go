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
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// TestDeletionsUntold says that operations are listed where some models, or all, do not tell by which one their rows were
// trashed, and of which tables that is so.
func TestDeletionsUntold(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		tenants(t, db)
		whole := models.OpenTrash(t, db)
		told, album, note, stamp := models.OpenTrash(t, db, &tenantAlbum{}, &tenantSong{}), []any{&tenantAlbum{}}, []any{&tenantNote{}}, []any{&tenantStamp{}, &tenantNote{}}
		both := []string{"tenant_notes", "tenant_stamps"}
		for name, c := range map[string]struct {
			trash   *softdelete.Trash
			options softdelete.ListOptions
			items   int
			untold  []string
		}{
			"some":                 {whole, softdelete.ListOptions{}, 4, both},
			"some, an actor":       {whole, softdelete.ListOptions{Actor: "ana"}, 4, both},
			"some, another":        {whole, softdelete.ListOptions{Actor: "ben"}, 0, both},
			"some, a time":         {whole, softdelete.ListOptions{Since: time.Now().Add(time.Hour)}, 0, both},
			"none untold":          {told, softdelete.ListOptions{}, 4, nil},
			"none untold, chosen":  {whole, softdelete.ListOptions{Models: album}, 4, nil},
			"all, chosen":          {whole, softdelete.ListOptions{Models: note}, 0, both[:1]},
			"all, chosen, actor":   {whole, softdelete.ListOptions{Models: stamp, Actor: "ana"}, 0, both},
			"all":                  {models.OpenTrash(t, db, stamp...), softdelete.ListOptions{}, 0, both},
			"all, an actor, until": {models.OpenTrash(t, db, stamp...), softdelete.ListOptions{Actor: "ana", Until: time.Now()}, 0, both},
			"one and one":          {whole, softdelete.ListOptions{Models: append(album, note...)}, 4, both[:1]},
		} {
			page, err := c.trash.Deletions(t.Context(), c.options)
			require.NoError(t, err, name)
			require.Len(t, page.Items, c.items, name)
			require.Equal(t, c.untold, page.Untold, name)
			require.Empty(t, page.Next, name)
			require.NotNil(t, page.Items, name)
		}
		page, err := whole.Deletions(t.Context(), softdelete.ListOptions{Limit: 3})
		require.NoError(t, err)
		require.Equal(t, both, page.Untold)
		page, err = whole.Deletions(t.Context(), softdelete.ListOptions{Limit: 3, After: page.Next})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		require.Equal(t, both, page.Untold, "on each page")

		// What is wrong for a reason of its own is an error, of such models too.
		for _, options := range []softdelete.ListOptions{{Models: note, Limit: -1}, {Models: note, After: "x"}, {Models: []any{1}}} {
			require.ErrorIs(t, handles.Second(whole.Deletions(t.Context(), options)), gorm.ErrInvalidValue)
		}
	})
}

// TestDeletionOfOne says that one operation is found as it is listed, as long as a row of it is in the trash.
func TestDeletionOfOne(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		ids := tenants(t, db)
		whole := models.OpenTrash(t, db)
		of := func(trash *softdelete.Trash, id uuid.UUID) softdelete.Deletion {
			t.Helper()
			d, err := trash.Deletion(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, id, d.ID)
			require.Equal(t, "ana", d.By)
			d.At = d.At.UTC()
			return d
		}
		listed := models.DeletionsAll(t, whole, softdelete.ListOptions{}, concurrent.NothingBetween)
		require.Len(t, listed, 4)
		for _, d := range listed {
			require.Equal(t, d, of(whole, d.ID))
		}
		id := ids[1][0] // of the album 3
		require.Equal(t, map[string]int64{"tenant_songs": 2}, of(models.OpenTrash(t, db, &tenantSong{}), id).Rows, "of the models of the trash")
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &tenantAlbum{ID: 3}).Error)
		require.Equal(t, map[string]int64{"tenant_songs": 2}, of(whole, id).Rows)
		require.NoError(t, softdelete.Purge(db, &tenantSong{ID: 3}).Error)
		require.Equal(t, map[string]int64{"tenant_songs": 1}, of(whole, id).Rows)
		require.NoError(t, softdelete.Purge(db, &tenantSong{ID: 13}).Error)

		for name, gone := range map[string]uuid.UUID{"of which no row is left": id, "unknown": uuid.New(), "none": uuid.Nil} {
			err := handles.Second(whole.Deletion(t.Context(), gone))
			require.ErrorIs(t, err, softdelete.ErrNotFound, name)
			require.ErrorIs(t, err, gorm.ErrRecordNotFound, name)
		}
		require.ErrorIs(t, handles.Second(models.OpenTrash(t, db, &tenantNote{}).Deletion(t.Context(), ids[2][0])), softdelete.ErrNotFound, "no model tells")
		require.NoError(t, handles.Second(whole.Undo(t.Context(), ids[2][0])))
		require.ErrorIs(t, handles.Second(whole.Deletion(t.Context(), ids[2][0])), softdelete.ErrNotFound, "undone")
		require.ErrorIs(t, handles.Second(whole.Deletion(ended(t), ids[2][1])), context.Canceled)
	})
}

// TestDeletionOfEachColumn says that an operation is found by an id of each of the types that it is kept as.
func TestDeletionOfEachColumn(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2)
		ids := w.trash(t, w.db, models.Past(), 1)
		trash := models.OpenTrash(t, w.db)
		for name, kind := range w.kinds {
			d, err := trash.Deletion(t.Context(), ids[name])
			if !kind.id {
				require.ErrorIs(t, err, softdelete.ErrNotFound, name)
				continue
			}
			require.NoError(t, err, name)
			require.Equal(t, map[string]int64{kind.table: 1}, d.Rows, name)
		}
	})
}

// TestPreviewEmptyWritesNothing says that the preview of an emptying sends reads only, and locks nothing.
func TestPreviewEmptyWritesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		tenants(t, db)
		log := record.Record(t, db)
		trash := models.OpenTrash(t, db, tenantModels...)
		calls := 0
		report, err := trash.PreviewEmpty(t.Context(), softdelete.EmptyOptions{All: true, Progress: func(softdelete.Progress) { calls++ }})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"tenant_albums": 4, "tenant_songs": 8, "tenant_notes": 4, "tenant_stamps": 4}, report.Rows)
		require.True(t, report.DryRun)
		require.NotZero(t, calls)
		for _, sql := range log.Take() {
			require.Regexp(t, "^(SELECT|WITH|PRAGMA)", sql)
			require.NotContains(t, sql, "FOR UPDATE")
			require.NotContains(t, sql, "DELETE FROM")
		}
		require.ErrorIs(t, handles.Second(trash.PreviewEmpty(t.Context(), softdelete.EmptyOptions{})), gorm.ErrInvalidValue)
		require.ErrorIs(t, handles.Second(trash.PreviewEmpty(ended(t), softdelete.EmptyOptions{All: true})), context.Canceled)
		require.Len(t, models.ListAll(t, trash, softdelete.ListOptions{}), 20)
	})
}

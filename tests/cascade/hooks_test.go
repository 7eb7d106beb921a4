package cascade_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func shelfDump(t *testing.T, db *gorm.DB) [][]map[string]any {
	t.Helper()
	var all [][]map[string]any
	for _, table := range []string{"hooked_shelves", "hooked_books", "hooked_magazines", "hooked_pages"} {
		all = append(all, tables.Stored(t, db, table, "id"))
	}
	return all
}

func TestCascadeHooks(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, calls := models.OpenShelf(t, open, softdelete.Config{Strict: true})
		before := shelfDump(t, db)
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&models.HookedShelf{}, 1).Error)
		require.Equal(t, map[string]int64{"hooked_shelves": 1, "hooked_books": 2, "hooked_magazines": 1, "hooked_pages": 2}, d.Rows)
		require.Equal(t, []string{
			"book BeforeDelete 1: soft delete", "book BeforeDelete 2: soft delete", "book AfterDelete 1: soft delete", "book AfterDelete 2: soft delete",
		}, calls.Calls)
		var books []models.HookedBook
		require.NoError(t, db.Scopes(softdelete.OnlyTrashed).Order("id").Find(&books).Error)
		require.Equal(t, []string{"ana", "the book"}, []string{*books[0].DeletedBy, *books[1].DeletedBy}, "a hook's counts before the context's")
		require.Equal(t, d.ID, books[0].DeletionID.UUID)
		require.True(t, d.At.Equal(books[1].DeletedAt.Time))

		trashed := shelfDump(t, db)
		calls.Calls = nil
		restored := []string{"book BeforeRestore 1: restore", "book BeforeRestore 2: restore", "book AfterRestore 1: restore", "book AfterRestore 2: restore"}
		require.NoError(t, softdelete.Restore(db, &models.HookedShelf{}, 1).Error)
		require.Equal(t, restored, calls.Calls)
		require.Equal(t, before, shelfDump(t, db))

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Session(&gorm.Session{SkipHooks: true}).Delete(&models.HookedShelf{}, 1).Error)
		require.Equal(t, restored, calls.Calls, "SkipHooks skips those of the cascade too")
		_, err := softdelete.Undo(db.Session(&gorm.Session{SkipHooks: true}), d.ID)
		require.NoError(t, err)
		require.Equal(t, restored, calls.Calls)
		require.Equal(t, before, shelfDump(t, db))

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&models.HookedShelf{}, 1).Error)
		calls.Calls = nil
		_, err = softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		require.Equal(t, restored, calls.Calls)
		require.Equal(t, before, shelfDump(t, db))

		require.NoError(t, db.Delete(&models.HookedShelf{}, 1).Error)
		require.Equal(t, len(trashed), len(shelfDump(t, db)))
		calls.Calls = nil
		require.NoError(t, softdelete.Purge(db, &models.HookedShelf{}, 1).Error)
		require.Equal(t, []string{"book BeforePurge 1: purge", "book BeforePurge 2: purge", "book AfterPurge 1: purge", "book AfterPurge 2: purge"}, calls.Calls)
		for _, rows := range shelfDump(t, db) {
			require.Empty(t, rows)
		}
	})
}

// TestCascadeHookFails says that an error or a panic of a child's hook leaves every table as it was.
func TestCascadeHookFails(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, calls := models.OpenShelf(t, open, softdelete.Config{})
		var d softdelete.Deletion
		steps := []struct {
			name string
			run  func(*gorm.DB) error
		}{
			{"book AfterDelete 2: soft delete", func(db *gorm.DB) error { return db.Delete(&models.HookedShelf{ID: 1}).Error }},
			{"book AfterRestore 2: restore", func(db *gorm.DB) error { return softdelete.Restore(db, &models.HookedShelf{ID: 1}).Error }},
			{"book AfterRestore 1: restore", func(db *gorm.DB) error { return handles.Second(softdelete.Undo(db, d.ID)) }},
			{"book AfterPurge 2: purge", func(db *gorm.DB) error { return softdelete.Purge(db, &models.HookedShelf{ID: 1}).Error }},
			{"book AfterPurge 1: force delete", func(db *gorm.DB) error { return softdelete.ForceDelete(db, &models.HookedShelf{ID: 1}).Error }},
		}
		wanted := errors.New("no")
		ways := map[string]func(*gorm.DB, func(*gorm.DB) error) error{
			"default": func(db *gorm.DB, run func(*gorm.DB) error) error { return run(db) },
			"none": func(db *gorm.DB, run func(*gorm.DB) error) error {
				return run(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
			},
			"the callers": func(db *gorm.DB, run func(*gorm.DB) error) error { return inTransaction(t, db, run) },
		}
		for i, step := range steps {
			before := shelfDump(t, db)
			for name, way := range ways {
				calls.Fail = func(call string) error {
					if call == step.name {
						return wanted
					}
					return nil
				}
				require.ErrorIs(t, way(db, step.run), wanted, name, step.name)
				require.Equal(t, before, shelfDump(t, db), name, step.name)
				calls.Fail = func(call string) error {
					if call == step.name {
						panic("no")
					}
					return nil
				}
				require.PanicsWithValue(t, "no", func() { _ = way(db, step.run) }, name, step.name)
				calls.Fail = nil
				require.Equal(t, before, shelfDump(t, db), name, step.name)
			}
			if i == 0 {
				require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&models.HookedShelf{ID: 1}).Error, "the handle is usable")
			}
		}
	})
}

// inTransaction runs something in a transaction that is committed whatever becomes of it.
func inTransaction(t *testing.T, db *gorm.DB, run func(*gorm.DB) error) (err error) {
	t.Helper()
	tx := db.Begin()
	require.NoError(t, tx.Error)
	defer func() { require.NoError(t, tx.Commit().Error, err) }()
	return run(tx)
}

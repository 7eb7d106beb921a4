package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// A shelf has books, whose hooks run, and magazines, whose hooks do not.
type (
	hookedShelf struct {
		ID        uint             `gorm:"primaryKey;autoIncrement:false"`
		Books     []hookedBook     `gorm:"foreignKey:ShelfID" softdelete:"cascade,hooks"`
		Magazines []hookedMagazine `gorm:"foreignKey:ShelfID" softdelete:"cascade"`
		softdelete.Tracked
	}
	hookedBook struct {
		ID      uint `gorm:"primaryKey;autoIncrement:false"`
		ShelfID uint
		Pages   []hookedPage `gorm:"foreignKey:BookID" softdelete:"cascade"`
		softdelete.Tracked
	}
	hookedMagazine struct {
		ID      uint `gorm:"primaryKey;autoIncrement:false"`
		ShelfID uint
		softdelete.Tracked
	}
	hookedPage struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		BookID uint
		softdelete.Tracked
	}
)

// hookCalls is what the hooks of one test have seen, and what they are to do.
type hookCalls struct {
	mu    sync.Mutex
	calls []string
	fail  func(call string) error
}

type hookCallsKey struct{}

func hookCalled(tx *gorm.DB, name string, id uint) error {
	calls, ok := tx.Statement.Context.Value(hookCallsKey{}).(*hookCalls)
	if !ok {
		return nil
	}
	calls.mu.Lock()
	defer calls.mu.Unlock()
	call := fmt.Sprintf("%s %d: %s", name, id, softdelete.OperationOf(tx))
	calls.calls = append(calls.calls, call)
	if calls.fail != nil {
		return calls.fail(call)
	}
	return nil
}

func (b *hookedBook) BeforeDelete(tx *gorm.DB) error {
	if b.ID == 2 {
		who := "the book"
		b.DeletedBy = &who
	}
	return hookCalled(tx, "book BeforeDelete", b.ID)
}
func (b *hookedBook) AfterDelete(tx *gorm.DB) error   { return hookCalled(tx, "book AfterDelete", b.ID) }
func (b *hookedBook) BeforeRestore(tx *gorm.DB) error { return hookCalled(tx, "book BeforeRestore", b.ID) }
func (b *hookedBook) AfterRestore(tx *gorm.DB) error  { return hookCalled(tx, "book AfterRestore", b.ID) }
func (b *hookedBook) BeforePurge(tx *gorm.DB) error   { return hookCalled(tx, "book BeforePurge", b.ID) }
func (b *hookedBook) AfterPurge(tx *gorm.DB) error    { return hookCalled(tx, "book AfterPurge", b.ID) }

func (m *hookedMagazine) BeforeDelete(tx *gorm.DB) error { return hookCalled(tx, "magazine", m.ID) }
func (m *hookedMagazine) BeforeRestore(tx *gorm.DB) error {
	return hookCalled(tx, "magazine", m.ID)
}
func (m *hookedMagazine) BeforePurge(tx *gorm.DB) error { return hookCalled(tx, "magazine", m.ID) }

func openShelf(t *testing.T, open testdb.Opener, config softdelete.Config) (db *gorm.DB, calls *hookCalls) {
	t.Helper()
	db = withPlugin(t, open, config, &hookedShelf{}, &hookedBook{}, &hookedMagazine{}, &hookedPage{})
	require.NoError(t, db.Create(&hookedShelf{ID: 1}).Error)
	require.NoError(t, db.Create(&[]hookedBook{{ID: 1, ShelfID: 1}, {ID: 2, ShelfID: 1}}).Error)
	require.NoError(t, db.Create(&hookedMagazine{ID: 1, ShelfID: 1}).Error)
	require.NoError(t, db.Create(&[]hookedPage{{ID: 1, BookID: 1}, {ID: 2, BookID: 2}}).Error)
	calls = &hookCalls{}
	return db.WithContext(softdelete.WithActor(context.WithValue(t.Context(), hookCallsKey{}, calls), "ana")), calls
}

func shelfDump(t *testing.T, db *gorm.DB) [][]map[string]any {
	t.Helper()
	var all [][]map[string]any
	for _, table := range []string{"hooked_shelves", "hooked_books", "hooked_magazines", "hooked_pages"} {
		all = append(all, stored(t, db, table, "id"))
	}
	return all
}

func TestCascadeHooks(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db, calls := openShelf(t, open, softdelete.Config{Strict: true})
		before := shelfDump(t, db)
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&hookedShelf{}, 1).Error)
		require.Equal(t, map[string]int64{"hooked_shelves": 1, "hooked_books": 2, "hooked_magazines": 1, "hooked_pages": 2}, d.Rows)
		require.Equal(t, []string{
			"book BeforeDelete 1: soft delete", "book BeforeDelete 2: soft delete", "book AfterDelete 1: soft delete", "book AfterDelete 2: soft delete",
		}, calls.calls)
		var books []hookedBook
		require.NoError(t, db.Scopes(softdelete.OnlyTrashed).Order("id").Find(&books).Error)
		require.Equal(t, []string{"ana", "the book"}, []string{*books[0].DeletedBy, *books[1].DeletedBy}, "a hook's counts before the context's")
		require.Equal(t, d.ID, books[0].DeletionID.UUID)
		require.True(t, d.At.Equal(books[1].DeletedAt.Time))

		trashed := shelfDump(t, db)
		calls.calls = nil
		restored := []string{"book BeforeRestore 1: restore", "book BeforeRestore 2: restore", "book AfterRestore 1: restore", "book AfterRestore 2: restore"}
		require.NoError(t, softdelete.Restore(db, &hookedShelf{}, 1).Error)
		require.Equal(t, restored, calls.calls)
		require.Equal(t, before, shelfDump(t, db))

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Session(&gorm.Session{SkipHooks: true}).Delete(&hookedShelf{}, 1).Error)
		require.Equal(t, restored, calls.calls, "SkipHooks skips those of the cascade too")
		_, err := softdelete.Undo(db.Session(&gorm.Session{SkipHooks: true}), d.ID)
		require.NoError(t, err)
		require.Equal(t, restored, calls.calls)
		require.Equal(t, before, shelfDump(t, db))

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&hookedShelf{}, 1).Error)
		calls.calls = nil
		_, err = softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		require.Equal(t, restored, calls.calls)
		require.Equal(t, before, shelfDump(t, db))

		require.NoError(t, db.Delete(&hookedShelf{}, 1).Error)
		require.Equal(t, len(trashed), len(shelfDump(t, db)))
		calls.calls = nil
		require.NoError(t, softdelete.Purge(db, &hookedShelf{}, 1).Error)
		require.Equal(t, []string{"book BeforePurge 1: purge", "book BeforePurge 2: purge", "book AfterPurge 1: purge", "book AfterPurge 2: purge"}, calls.calls)
		for _, rows := range shelfDump(t, db) {
			require.Empty(t, rows)
		}
	})
}

// TestCascadeHookFails says that an error or a panic of a child's hook leaves every table as it was.
func TestCascadeHookFails(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db, calls := openShelf(t, open, softdelete.Config{})
		var d softdelete.Deletion
		steps := []struct {
			name string
			run  func(*gorm.DB) error
		}{
			{"book AfterDelete 2: soft delete", func(db *gorm.DB) error { return db.Delete(&hookedShelf{ID: 1}).Error }},
			{"book AfterRestore 2: restore", func(db *gorm.DB) error { return softdelete.Restore(db, &hookedShelf{ID: 1}).Error }},
			{"book AfterRestore 1: restore", func(db *gorm.DB) error { return second(softdelete.Undo(db, d.ID)) }},
			{"book AfterPurge 2: purge", func(db *gorm.DB) error { return softdelete.Purge(db, &hookedShelf{ID: 1}).Error }},
			{"book AfterPurge 1: force delete", func(db *gorm.DB) error { return softdelete.ForceDelete(db, &hookedShelf{ID: 1}).Error }},
		}
		wanted := errors.New("no")
		ways := map[string]func(*gorm.DB, func(*gorm.DB) error) error{
			"default":     func(db *gorm.DB, run func(*gorm.DB) error) error { return run(db) },
			"none":        func(db *gorm.DB, run func(*gorm.DB) error) error { return run(db.Session(&gorm.Session{SkipDefaultTransaction: true})) },
			"the callers": func(db *gorm.DB, run func(*gorm.DB) error) error { return inTransaction(t, db, run) },
		}
		for i, step := range steps {
			before := shelfDump(t, db)
			for name, way := range ways {
				calls.fail = func(call string) error {
					if call == step.name {
						return wanted
					}
					return nil
				}
				require.ErrorIs(t, way(db, step.run), wanted, name, step.name)
				require.Equal(t, before, shelfDump(t, db), name, step.name)
				calls.fail = func(call string) error {
					if call == step.name {
						panic("no")
					}
					return nil
				}
				require.PanicsWithValue(t, "no", func() { _ = way(db, step.run) }, name, step.name)
				calls.fail = nil
				require.Equal(t, before, shelfDump(t, db), name, step.name)
			}
			if i == 0 {
				require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&hookedShelf{ID: 1}).Error, "the handle is usable")
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

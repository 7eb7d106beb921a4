package liveparent_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestLiveParentTwoAtOnce(t *testing.T) {
	t.Parallel()
	writes := map[string]func(db *gorm.DB) error{
		"create": func(db *gorm.DB) error { return db.Create(&liveBook{ID: 9, AuthorID: tables.Ptr[uint](1)}).Error },
		"update": func(db *gorm.DB) error { return db.Model(&liveBook{ID: 1}).Update("author_id", 1).Error },
		"upsert": func(db *gorm.DB) error { return db.Save(&[]liveBook{{ID: 1, AuthorID: tables.Ptr[uint](1)}}).Error },
		"append": func(db *gorm.DB) error {
			return db.Model(&liveAuthor{ID: 1}).Association("Books").Append(&liveBook{ID: 9})
		},
		"revive": func(db *gorm.DB) error {
			return db.Scopes(softdelete.Revive).Create(&liveBook{ID: 3, AuthorID: tables.Ptr[uint](1)}).Error
		},
		"go along": func(db *gorm.DB) error {
			return db.Create(&liveLoan{ID: 9, Book: liveBook{ID: 9, AuthorID: tables.Ptr[uint](1)}}).Error
		},
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openLibrary(t, testdb.OpenerFor(t, "postgres"))
			require.NoError(t, db.Create(&liveBook{ID: 3}).Error)
			require.NoError(t, db.Delete(&liveBook{ID: 3}).Error)
			before := libraryOf(t, db)

			// The parent is deleted first: the write waits, and fails.
			deleting, _ := concurrent.Session(t, db)
			require.NoError(t, deleting.Delete(&liveAuthor{}, 1).Error)
			writing, pid := concurrent.Session(t, db)
			done := concurrent.Meanwhile(t, db, pid, func() error { return write(writing) })
			require.NoError(t, deleting.Commit().Error)
			require.ErrorIs(t, <-done, softdelete.ErrParentTrashed)
			require.NoError(t, writing.Commit().Error)
			require.NoError(t, softdelete.Restore(db, &liveAuthor{}, 1).Error)
			require.Equal(t, before, libraryOf(t, db))

			// That is rolled back: the write waits, and succeeds.
			deleting, _ = concurrent.Session(t, db)
			require.NoError(t, deleting.Delete(&liveAuthor{}, 1).Error)
			writing, pid = concurrent.Session(t, db)
			done = concurrent.Meanwhile(t, db, pid, func() error { return write(writing) })
			require.NoError(t, deleting.Rollback().Error)
			require.NoError(t, <-done)

			// The write was first: the delete waits for it.
			other := db.Begin()
			require.NoError(t, other.Create(&liveBook{ID: 20, AuthorID: tables.Ptr[uint](1)}).Error, "two children at once")
			require.NoError(t, other.Rollback().Error)
			deleting, pid = concurrent.Session(t, db)
			done = concurrent.Meanwhile(t, db, pid, func() error { return deleting.Delete(&liveAuthor{}, 1).Error })
			require.NoError(t, writing.Commit().Error)
			require.NoError(t, <-done)
			require.NoError(t, deleting.Commit().Error)
		})
	}
}

// TestLiveParentRace says that whatever runs at once, no live book is left of a trashed author, if who deletes an author
// deletes his books too; and that on a database with one writer at a time none of them has to give up.
func TestLiveParentRace(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openLibrary(t, open)
		var mu sync.Mutex
		next := uint(100)
		concurrent.Race(t, func(_ int, random *rand.Rand) {
			for range 15 {
				author := uint(random.IntN(2) + 1)
				mu.Lock()
				next++
				id := next
				mu.Unlock()
				var err error
				switch random.IntN(4) {
				case 0:
					err = db.Transaction(func(tx *gorm.DB) error {
						if err := tx.Delete(&liveAuthor{}, author).Error; err != nil {
							return err
						}
						return tx.Where("author_id = ?", author).Delete(&liveBook{}).Error
					})
				case 1:
					err = softdelete.Restore(db, &liveAuthor{}, author).Error
				case 2:
					err = db.Create(&liveBook{ID: id, AuthorID: &author}).Error
				case 3:
					err = db.Session(&gorm.Session{SkipDefaultTransaction: true}).Model(&liveBook{ID: 1}).Update("author_id", author).Error
				}
				if err != nil && !errors.Is(err, softdelete.ErrParentTrashed) && db.Name() == "sqlite" {
					t.Error(err)
				}
			}
		})
		require.Zero(t, tables.Column[int](t, db, "SELECT count(*) FROM live_books b JOIN live_authors a ON a.id = b.author_id "+
			"WHERE b.deleted_at IS NULL AND a.deleted_at IS NOT NULL")[0])
	})
}

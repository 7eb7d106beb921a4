package liveparent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	guardShelf struct {
		ID    uint        `gorm:"primaryKey;autoIncrement:false"`
		Books []guardBook `gorm:"foreignKey:ShelfID" softdelete:"cascade"`
		softdelete.Tracked
	}
	guardAuthor struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Tracked
	}
	guardBook struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		ShelfID  uint
		Shelf    *guardShelf `softdelete:"liveParent"`
		AuthorID *uint
		Author   *guardAuthor `softdelete:"liveParent"`
		softdelete.Tracked
	}
)

// TestLiveParentRestore says that no restore makes a row live under a trashed parent whose relation has the tag, and that
// a parent that comes back along is live.
func TestLiveParentRestore(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &guardShelf{}, &guardAuthor{}, &guardBook{})
		author := uint(1)
		require.NoError(t, db.Create(&guardShelf{ID: 1}).Error)
		require.NoError(t, db.Create(&guardAuthor{ID: 1}).Error)
		require.NoError(t, db.Create(&[]guardBook{{ID: 1, ShelfID: 1, AuthorID: &author}, {ID: 2, ShelfID: 1}}).Error)
		live := func() []int { return tables.LiveIDs(t, db, "guard_books") }

		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&guardShelf{ID: 1}).Error)
		require.NoError(t, softdelete.Restore(db, &guardShelf{ID: 1}).Error)
		require.Equal(t, []int{1, 2}, live())
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&guardShelf{ID: 1}).Error)
		require.NoError(t, handles.Second(softdelete.Undo(db, d.ID)))
		require.Equal(t, []int{1, 2}, live())

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&guardShelf{ID: 1}).Error)
		require.NoError(t, db.Delete(&guardAuthor{ID: 1}).Error)
		for _, err := range []error{
			softdelete.Restore(db, &guardShelf{ID: 1}).Error, handles.Second(softdelete.Undo(db, d.ID)),
			softdelete.Restore(db.Scopes(softdelete.WithParents), &guardBook{ID: 1}).Error,
			softdelete.Restore(db.Scopes(softdelete.RootOnly), &guardBook{ID: 2}).Error,
		} {
			require.ErrorIs(t, err, softdelete.ErrParentTrashed)
			require.Empty(t, live())
			require.Empty(t, tables.LiveIDs(t, db, "guard_shelves"))
		}
		require.NoError(t, softdelete.Restore(db, &guardAuthor{ID: 1}).Error)
		require.NoError(t, handles.Second(softdelete.Undo(db, d.ID)))
		require.Equal(t, []int{1, 2}, live())
	})
}

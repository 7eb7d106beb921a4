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

type (
	guardProject struct {
		ID    uint        `gorm:"primaryKey;autoIncrement:false"`
		Tasks []guardTask `gorm:"foreignKey:ProjectID" softdelete:"cascade"`
		softdelete.Tracked
	}
	guardMember struct {
		ID    uint        `gorm:"primaryKey;autoIncrement:false"`
		Tasks []guardTask `gorm:"foreignKey:MemberID" softdelete:"cascade"`
		softdelete.Tracked
	}
	guardTask struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		ProjectID uint
		Project   *guardProject `softdelete:"liveParent"`
		MemberID  uint
		Member    *guardMember `softdelete:"liveParent"`
		softdelete.Tracked
	}
)

// TestLiveParentOfTwoCascades says that of two parents that take a child along, the one deleted first comes back after the other, or
// with it in one operation of items, and alone by no verb.
func TestLiveParentOfTwoCascades(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &guardProject{}, &guardMember{}, &guardTask{})
		require.NoError(t, db.Create(&guardProject{ID: 1}).Error)
		require.NoError(t, db.Create(&[]guardMember{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Create(&[]guardTask{{ID: 1, ProjectID: 1, MemberID: 1}, {ID: 2, ProjectID: 1, MemberID: 2}}).Error)
		var project, member softdelete.Deletion
		trashBoth := func() {
			require.NoError(t, db.Scopes(softdelete.Into(&project)).Delete(&guardProject{ID: 1}).Error)
			require.NoError(t, db.Scopes(softdelete.Into(&member)).Delete(&guardMember{ID: 1}).Error)
		}
		live := func(table string) []int { return tables.LiveIDs(t, db, table) }

		trashBoth()
		for _, err := range []error{
			softdelete.Restore(db, &guardProject{ID: 1}).Error, handles.Second(softdelete.Undo(db, project.ID)),
			softdelete.Restore(db.Scopes(softdelete.WithParents), &guardProject{ID: 1}).Error,
		} {
			require.ErrorIs(t, err, softdelete.ErrParentTrashed)
			require.Empty(t, live("guard_projects"))
		}
		plan, err := softdelete.PreviewUndo(db, project.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"guardMember"}, plan.TrashedParents)

		require.NoError(t, handles.Second(softdelete.Undo(db, member.ID)), "the last one first")
		require.Empty(t, live("guard_tasks"))
		require.NoError(t, handles.Second(softdelete.Undo(db, project.ID)))
		require.Equal(t, []int{1, 2}, live("guard_tasks"))

		trashBoth()
		trash, err := softdelete.OpenTrash(db)
		require.NoError(t, err)
		rows, err := trash.Restore(t.Context(), softdelete.Item{Table: "guard_projects", Key: []any{1}}, softdelete.Item{Table: "guard_members", Key: []any{1}})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"guard_projects": 1, "guard_members": 1, "guard_tasks": 2}, rows)

		trashBoth()
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &guardProject{ID: 1}).Error)
		mayLive := db.Where("deletion_id = ?", project.ID).Where("member_id IN (?)", db.Model(&guardMember{}).Select("id"))
		require.NoError(t, softdelete.Restore(mayLive, &guardTask{}).Error)
		require.Equal(t, []int{2}, live("guard_tasks"))
	})
}

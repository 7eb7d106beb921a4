package restore_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
)

// TestRestoreWithParentsBesideTheirDelete says that no row comes back below a parent that somebody is about to trash: the two
// wait for each other, and the end is that of one after the other.
func TestRestoreWithParentsBesideTheirDelete(t *testing.T) {
	t.Parallel()
	const post, comment = 1, 1
	restore := func(tx *gorm.DB) error {
		return softdelete.Restore(tx.Scopes(softdelete.WithParents), &testmodels.BlogComment{}, comment).Error
	}
	open := func(t *testing.T) *gorm.DB {
		t.Helper()
		db := testmodels.OpenBlog(t, testdb.OpenerFor(t, "postgres"))
		require.NoError(t, db.Delete(&testmodels.BlogComment{}, comment).Error)
		return db
	}
	live := func(t *testing.T, db *gorm.DB, posts, comments int64) {
		t.Helper()
		var n int64
		require.NoError(t, db.Model(&testmodels.BlogPost{}).Where("id = ?", post).Count(&n).Error)
		require.Equal(t, posts, n, "live posts")
		require.NoError(t, db.Model(&testmodels.BlogComment{}).Where("id = ?", comment).Count(&n).Error)
		require.Equal(t, comments, n, "live comments")
	}

	for name, end := range map[string]func(deleting *gorm.DB) *gorm.DB{
		"the delete is first":       (*gorm.DB).Commit,
		"the delete is rolled back": (*gorm.DB).Rollback,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			deleting, _ := concurrent.Session(t, db)
			require.NoError(t, deleting.Delete(&testmodels.BlogPost{}, post).Error)
			restoring, pid := concurrent.Session(t, db)
			done := concurrent.Meanwhile(t, db, pid, func() error { return restore(restoring) })
			require.NoError(t, end(deleting).Error)
			require.NoError(t, <-done)
			require.NoError(t, restoring.Commit().Error)
			live(t, db, 1, 1)
		})
	}
	t.Run("the restore is first", func(t *testing.T) {
		t.Parallel()
		db := open(t)
		restoring, _ := concurrent.Session(t, db)
		require.NoError(t, restore(restoring))
		deleting, pid := concurrent.Session(t, db)
		done := concurrent.Meanwhile(t, db, pid, func() error { return deleting.Delete(&testmodels.BlogPost{}, post).Error })
		require.NoError(t, restoring.Commit().Error)
		require.NoError(t, <-done)
		require.NoError(t, deleting.Commit().Error)
		live(t, db, 0, 0)
	})
}

package cascade_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestCascadeDelete(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		var d softdelete.Deletion
		user := testmodels.BlogUser{ID: 1}
		tx := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&user)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 3, "blog_post_tags": 4}, d.Rows)
		require.Equal(t, []int{2}, tables.LiveIDs(t, db, "blog_users"))
		require.Equal(t, []int{3, 4}, tables.LiveIDs(t, db, "blog_posts"))
		require.Equal(t, []int{5, 6, 7, 8}, tables.LiveIDs(t, db, "blog_comments"))
		require.Equal(t, []int{1, 2}, tables.LiveIDs(t, db, "blog_tags"))
		require.Len(t, tables.Stored(t, db, "blog_logins", "id"), 2, "a child that is not soft-deletable is left alone")
		var comments []testmodels.BlogComment
		require.NoError(t, db.Scopes(softdelete.OnlyTrashed).Where("id <> 2").Find(&comments).Error)
		for _, c := range comments {
			require.Equal(t, d.ID, c.DeletionID.UUID)
			require.Equal(t, "ana", *c.DeletedBy)
			require.Equal(t, "spam", *c.DeleteReason)
			require.True(t, d.At.Equal(c.DeletedAt.Time))
		}
		require.Len(t, comments, 3)
	})
}

func TestCascadeForms(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		id := func(n uint) *uint { return &n }
		require.NoError(t, db.Create(&[]testmodels.BlogFolder{
			{ID: 1, UserID: id(1)}, {ID: 2, ParentID: id(1)}, {ID: 3, ParentID: id(2)}, {ID: 4, ParentID: id(3)}, {ID: 5}, {ID: 6, ParentID: id(6)},
		}).Error)
		tx := db.Delete(&testmodels.BlogFolder{}, 1)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, []int{5, 6}, tables.LiveIDs(t, db, "blog_folders"))
		require.NoError(t, db.Where("id = ?", 6).Delete(&testmodels.BlogFolder{}).Error, "it hangs on itself")
		require.Equal(t, []int{5}, tables.LiveIDs(t, db, "blog_folders"))

		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 1, UserID: 1}).Error)
		before := tables.Stored(t, db, "blog_posts", "id")
		var restricted *softdelete.RestrictError
		for _, err := range []error{
			db.Delete(&testmodels.BlogUser{ID: 1}).Error, db.Delete(&testmodels.BlogUser{}, 1).Error, db.Delete(&[]testmodels.BlogUser{{ID: 1}, {ID: 2}}).Error,
			db.Session(&gorm.Session{SkipDefaultTransaction: true}).Delete(&testmodels.BlogUser{ID: 1}).Error,
			db.Transaction(func(tx *gorm.DB) error { return tx.Delete(&testmodels.BlogUser{ID: 1}).Error }),
		} {
			require.ErrorAs(t, err, &restricted)
			require.ErrorIs(t, err, softdelete.ErrRestricted)
			require.Equal(t, softdelete.RestrictError{Model: "BlogUser", Relation: "Invoices", Count: 1}, *restricted)
			require.Equal(t, before, tables.Stored(t, db, "blog_posts", "id"))
			require.Equal(t, []int{1, 2}, tables.LiveIDs(t, db, "blog_users"))
		}
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Select("Invoices", "Folders").Delete(&testmodels.BlogUser{ID: 1}).Error, "those selected go along")
		require.EqualValues(t, 1, d.Rows["blog_invoices"])
		require.Zero(t, d.Rows["blog_folders"])
		require.NoError(t, db.Create(&testmodels.BlogFolder{ID: 7, UserID: id(2)}).Error)
		require.NoError(t, db.Create(&testmodels.BlogFolder{ID: 8, ParentID: id(7)}).Error)
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Select("Folders").Where("name = 'nobody'").Delete(&testmodels.BlogUser{ID: 2}).Error)
		require.Equal(t, []int{5, 7, 8}, tables.LiveIDs(t, db, "blog_folders"), "of rows that were matched")
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Select("Folders").Where("name = 'u'").Delete(&testmodels.BlogUser{}).Error)
		require.Equal(t, []int{5}, tables.LiveIDs(t, db, "blog_folders"))
		require.Equal(t, map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 4, "blog_post_tags": 4, "blog_folders": 2}, d.Rows)
	})
}

func TestCascadeRestore(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		id := func(n uint) *uint { return &n }
		require.NoError(t, db.Create(&[]testmodels.BlogFolder{{ID: 1, UserID: id(1)}, {ID: 2, ParentID: id(1)}, {ID: 3, ParentID: id(2)}, {ID: 4, ParentID: id(3)}}).Error)
		before := models.BlogDump(t, db)
		user := testmodels.BlogUser{ID: 1}
		require.NoError(t, db.Select("Folders").Delete(&user).Error)
		require.Equal(t, []int{5, 6, 7, 8}, tables.LiveIDs(t, db, "blog_comments"))
		require.Empty(t, tables.LiveIDs(t, db, "blog_folders"))

		require.ErrorIs(t, softdelete.Restore(db, &testmodels.BlogPost{}, 1).Error, softdelete.ErrParentTrashed)
		require.ErrorIs(t, softdelete.Restore(db, &testmodels.BlogComment{ID: 1}).Error, softdelete.ErrParentTrashed)
		require.ErrorIs(t, softdelete.Restore(db, &testmodels.BlogFolder{}, 4).Error, softdelete.ErrParentTrashed)

		tx := softdelete.Restore(db, &user)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, before, models.BlogDump(t, db))

		require.NoError(t, db.Delete(&user).Error)
		tx = softdelete.Restore(db.Scopes(softdelete.WithParents), &testmodels.BlogComment{}, 3)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, []int{1, 2}, tables.LiveIDs(t, db, "blog_users"))
		require.Equal(t, []int{2, 3, 4}, tables.LiveIDs(t, db, "blog_posts"))
		require.Equal(t, []int{3, 5, 6, 7, 8}, tables.LiveIDs(t, db, "blog_comments"))

		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &testmodels.BlogPost{}, 1).Error)
		require.Equal(t, []int{1, 2, 3, 4}, tables.LiveIDs(t, db, "blog_posts"))
		require.Equal(t, []int{3, 5, 6, 7, 8}, tables.LiveIDs(t, db, "blog_comments"))
	})
}

func TestCascadePurge(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &testmodels.BlogComment{}, 1).Error)
		var restricted *softdelete.RestrictError
		require.ErrorAs(t, softdelete.Purge(db, &testmodels.BlogUser{ID: 1}).Error, &restricted)
		require.Equal(t, softdelete.RestrictError{Model: "BlogPost", Relation: "Comments", Count: 1}, *restricted)
		require.Len(t, tables.Stored(t, db, "blog_users", "id"), 2)
		require.NoError(t, db.Delete(&testmodels.BlogComment{}, 1).Error)
		tx := softdelete.Purge(db, &testmodels.BlogUser{}, 1)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		ids := func(table string) []int { return tables.Column[int](t, db, "SELECT id FROM "+table+" ORDER BY id") }
		require.Equal(t, []int{2}, ids("blog_users"))
		require.Equal(t, []int{3, 4}, ids("blog_posts"))
		require.Equal(t, []int{5, 6, 7, 8}, ids("blog_comments"))
		require.Equal(t, []int{2}, ids("blog_logins"))
		require.NoError(t, softdelete.ForceDelete(db.Where("name = ?", "u"), &testmodels.BlogUser{}).Error)
		for _, table := range []string{"blog_users", "blog_posts", "blog_comments", "blog_logins"} {
			require.Empty(t, ids(table), table)
		}
		require.Empty(t, tables.Stored(t, db, "blog_post_tags", "post_id"))
	})
}

// TestCascadeSelect says that selected relations go along also where the models have no policy, by their path too.
func TestCascadeSelect(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		type selectLeaf struct {
			ID       uint `gorm:"primaryKey;autoIncrement:false"`
			BranchID uint
			softdelete.Tracked
		}
		type selectBranch struct {
			ID     uint `gorm:"primaryKey;autoIncrement:false"`
			TreeID uint
			Leaves []selectLeaf `gorm:"foreignKey:BranchID"`
			softdelete.Tracked
		}
		type selectTree struct {
			ID       uint           `gorm:"primaryKey;autoIncrement:false"`
			Branches []selectBranch `gorm:"foreignKey:TreeID"`
			softdelete.Tracked
		}
		db := handles.WithPlugin(t, open, softdelete.Config{}, &selectTree{}, &selectBranch{}, &selectLeaf{})
		require.NoError(t, db.Create(&selectTree{ID: 1, Branches: []selectBranch{{ID: 1, Leaves: []selectLeaf{{ID: 1}}}}}).Error)
		for name, del := range map[string]func(tx *gorm.DB) *gorm.DB{
			"value":      func(tx *gorm.DB) *gorm.DB { return tx.Delete(&selectTree{ID: 1}) },
			"conditions": func(tx *gorm.DB) *gorm.DB { return tx.Where("id = 1").Delete(&selectTree{}) },
			"limit":      func(tx *gorm.DB) *gorm.DB { return tx.Where("id = 1").Limit(1).Delete(&selectTree{}) },
		} {
			for selects, rows := range map[string]map[string]int64{
				"Branches":        {"select_trees": 1, "select_branches": 1},
				"~~~as~~~":        {"select_trees": 1, "select_branches": 1},
				"Branches.Leaves": {"select_trees": 1, "select_branches": 1, "select_leafs": 1},
				"Leaves":          {"select_trees": 1},
			} {
				var d softdelete.Deletion
				paths := []string{selects}
				if selects == "Branches.Leaves" {
					paths = []string{"Branches", selects}
				}
				require.NoError(t, del(db.Scopes(softdelete.Into(&d)).Select(paths)).Error, name)
				require.Equal(t, rows, d.Rows, "%s %s", name, selects)
				require.NoError(t, handles.Second(softdelete.Undo(db, d.ID)))
				require.Equal(t, []int{1}, tables.LiveIDs(t, db, "select_leafs"))
			}
		}
	})
}

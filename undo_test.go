package softdelete_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// blogDump is all that the tables of the blog hold.
func blogDump(t *testing.T, db *gorm.DB) map[string]any {
	t.Helper()
	all := map[string]any{"blog_post_tags": stored(t, db, "blog_post_tags", "post_id, tag_id")}
	for _, table := range []string{"blog_users", "blog_posts", "blog_comments", "blog_tags", "blog_invoices", "blog_logins", "blog_folders"} {
		all[table] = stored(t, db, table, "id")
	}
	return all
}

func TestUndo(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openBlog(t, open, softdelete.Config{})
		id := func(n uint) *uint { return &n }
		require.NoError(t, db.Create(&[]blogFolder{{ID: 1, UserID: id(1)}, {ID: 2, ParentID: id(1)}}).Error)
		require.NoError(t, db.Create(&blogInvoice{ID: 1, UserID: 1}).Error)
		before := blogDump(t, db)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Select("Folders", "Invoices").Delete(&blogUser{ID: 1}).Error)
		trashed := blogDump(t, db)
		_, err := softdelete.Undo(db, uuid.New())
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		require.ErrorIs(t, err, gorm.ErrRecordNotFound)
		require.Equal(t, trashed, blogDump(t, db))

		plan, err := softdelete.Preview(db, softdelete.OpRestore, &blogUser{ID: 1})
		require.NoError(t, err)
		require.Equal(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: d.Rows}, plan)

		undone, err := softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		require.True(t, d.At.Equal(undone.At))
		undone.At = d.At
		require.Equal(t, d, undone)
		require.Equal(t, before, blogDump(t, db))
		_, err = softdelete.Undo(db, d.ID)
		require.ErrorIs(t, err, softdelete.ErrNotFound)
	})
}

func TestPreview(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openBlog(t, open, softdelete.Config{})
		before := blogDump(t, db)
		rows := map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 3, "blog_post_tags": 4}
		for name, preview := range map[string]func() (softdelete.Plan, error){
			"value": func() (softdelete.Plan, error) {
				return softdelete.Preview(db, softdelete.OpSoftDelete, &blogUser{ID: 1})
			},
			"by value": func() (softdelete.Plan, error) {
				return softdelete.Preview(db, softdelete.OpSoftDelete, blogUser{ID: 1})
			},
			"key": func() (softdelete.Plan, error) {
				return softdelete.Preview(db, softdelete.OpSoftDelete, &blogUser{}, 1)
			},
			"conditions": func() (softdelete.Plan, error) {
				return softdelete.Preview(db.Where("id = 1"), softdelete.OpSoftDelete, &blogUser{})
			},
		} {
			plan, err := preview()
			require.NoError(t, err, name)
			require.Equal(t, softdelete.Plan{Operation: softdelete.OpSoftDelete, Rows: rows}, plan, name)
		}
		require.NoError(t, db.Create(&blogInvoice{ID: 1, UserID: 1}).Error)
		plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &blogUser{ID: 1})
		require.NoError(t, err)
		require.Equal(t, []softdelete.RestrictError{{Model: "blogUser", Relation: "Invoices", Count: 1}}, plan.Restricted)
		require.NoError(t, db.Exec("DELETE FROM blog_invoices").Error)
		require.Equal(t, before, blogDump(t, db))

		require.NoError(t, db.Delete(&blogUser{ID: 1}).Error)
		plan, err = softdelete.Preview(db, softdelete.OpRestore, &blogPost{ID: 1})
		require.NoError(t, err)
		require.Equal(t, []string{"blogUser"}, plan.TrashedParents)
		plan, err = softdelete.Preview(db, softdelete.OpPurge, &blogUser{ID: 1})
		require.NoError(t, err)
		rows["blog_comments"]++
		rows["blog_logins"] = 1
		require.Equal(t, softdelete.Plan{Operation: softdelete.OpPurge, Rows: rows}, plan)
		_, err = softdelete.Preview(db, softdelete.OpNone, &blogUser{ID: 1})
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = softdelete.Preview(db, softdelete.OpSoftDelete, &blogUser{})
		require.ErrorIs(t, err, gorm.ErrMissingWhereClause)
	})
}

package restore_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

func TestUndo(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		id := func(n uint) *uint { return &n }
		require.NoError(t, db.Create(&[]testmodels.BlogFolder{{ID: 1, UserID: id(1)}, {ID: 2, ParentID: id(1)}}).Error)
		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 1, UserID: 1}).Error)
		before := models.BlogDump(t, db)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Select("Folders", "Invoices").Delete(&testmodels.BlogUser{ID: 1}).Error)
		trashed := models.BlogDump(t, db)
		_, err := softdelete.Undo(db, uuid.New())
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		require.ErrorIs(t, err, gorm.ErrRecordNotFound)
		require.Equal(t, trashed, models.BlogDump(t, db))

		plan, err := softdelete.Preview(db, softdelete.OpRestore, &testmodels.BlogUser{ID: 1})
		require.NoError(t, err)
		models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: d.Rows}, plan)

		undone, err := softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		require.True(t, d.At.Equal(undone.At))
		undone.At = d.At
		require.Equal(t, d, undone)
		require.Equal(t, before, models.BlogDump(t, db))
		_, err = softdelete.Undo(db, d.ID)
		require.ErrorIs(t, err, softdelete.ErrNotFound)
	})
}

func TestPreview(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		before := models.BlogDump(t, db)
		rows := map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 3, "blog_post_tags": 4}
		for name, preview := range map[string]func() (softdelete.Plan, error){
			"value": func() (softdelete.Plan, error) {
				return softdelete.Preview(db, softdelete.OpSoftDelete, &testmodels.BlogUser{ID: 1})
			},
			"by value": func() (softdelete.Plan, error) {
				return softdelete.Preview(db, softdelete.OpSoftDelete, testmodels.BlogUser{ID: 1})
			},
			"key": func() (softdelete.Plan, error) {
				return softdelete.Preview(db, softdelete.OpSoftDelete, &testmodels.BlogUser{}, 1)
			},
			"conditions": func() (softdelete.Plan, error) {
				return softdelete.Preview(db.Where("id = 1"), softdelete.OpSoftDelete, &testmodels.BlogUser{})
			},
		} {
			plan, err := preview()
			require.NoError(t, err, name)
			models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpSoftDelete, Rows: rows}, plan, name)
		}
		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 1, UserID: 1}).Error)
		plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &testmodels.BlogUser{ID: 1})
		require.NoError(t, err)
		require.Equal(t, []softdelete.RestrictError{{Model: "BlogUser", Relation: "Invoices", Count: 1}}, plan.Restricted)
		require.NoError(t, db.Exec("DELETE FROM blog_invoices").Error)
		require.Equal(t, before, models.BlogDump(t, db))

		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		plan, err = softdelete.Preview(db, softdelete.OpRestore, &testmodels.BlogPost{ID: 1})
		require.NoError(t, err)
		require.Equal(t, []string{"BlogUser"}, plan.TrashedParents)
		plan, err = softdelete.Preview(db, softdelete.OpPurge, &testmodels.BlogUser{ID: 1})
		require.NoError(t, err)
		rows["blog_comments"]++
		rows["blog_logins"] = 1
		models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpPurge, Rows: rows}, plan)
		_, err = softdelete.Preview(db, softdelete.OpNone, &testmodels.BlogUser{ID: 1})
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = softdelete.Preview(db, softdelete.OpSoftDelete, &testmodels.BlogUser{})
		require.ErrorIs(t, err, gorm.ErrMissingWhereClause)
	})
}

package softdelete_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
)

// TestPlan says which relations each operation follows, and in what order.
func TestPlan(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: testmodels.BlogModels})))
	for operation, want := range map[softdelete.Operation]string{
		softdelete.OpSoftDelete: `soft delete of blog_users
  take: blog_posts.user_id = blog_users.id (BlogUser.Posts)
  forbid if live: blog_invoices.user_id = blog_users.id (BlogUser.Invoices)
  take: blog_comments.post_id = blog_posts.id (BlogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (BlogPost.Tags)
`,
		softdelete.OpRestore: `restore of blog_users
  take: blog_folders.user_id = blog_users.id (BlogUser.Folders)
  take: blog_invoices.user_id = blog_users.id (BlogUser.Invoices)
  take: blog_posts.user_id = blog_users.id (BlogUser.Posts)
  take: blog_folders.parent_id = blog_folders.id (BlogFolder.Children)
  take: blog_comments.post_id = blog_posts.id (BlogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (BlogPost.Tags)
`,
		softdelete.OpPurge: `purge of blog_users
  take: blog_logins.user_id = blog_users.id (BlogUser.Logins)
  take: blog_posts.user_id = blog_users.id (BlogUser.Posts)
  forbid if live: blog_invoices.user_id = blog_users.id (BlogUser.Invoices)
  forbid if live: blog_posts.user_id = blog_users.id (BlogUser.Posts)
  take: blog_comments.post_id = blog_posts.id (BlogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (BlogPost.Tags)
  forbid if live: blog_comments.post_id = blog_posts.id (BlogPost.Comments)
  forbid if live: blog_post_tags.post_id = blog_posts.id (BlogPost.Tags)
`,
		softdelete.OpForceDelete: `force delete of blog_users
  take: blog_logins.user_id = blog_users.id (BlogUser.Logins)
  take: blog_posts.user_id = blog_users.id (BlogUser.Posts)
  forbid if live: blog_invoices.user_id = blog_users.id (BlogUser.Invoices)
  take: blog_comments.post_id = blog_posts.id (BlogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (BlogPost.Tags)
`,
	} {
		plan, err := softdelete.PlanOf(db, operation, &testmodels.BlogUser{})
		require.NoError(t, err)
		require.Equal(t, sorted(want), sorted(plan), operation)
		require.Less(t, strings.Index(plan, "BlogUser.Posts"), strings.Index(plan, "BlogPost.Comments"), "parents before children")
	}
}

// TestKindsOfOperations says that the public kinds of operations are those of the plans.
func TestKindsOfOperations(t *testing.T) {
	t.Parallel()
	for kind, of := range map[softdelete.Operation]model.Operation{
		softdelete.OpNone: model.None, softdelete.OpSoftDelete: model.SoftDelete, softdelete.OpRestore: model.Restore,
		softdelete.OpPurge: model.Purge, softdelete.OpForceDelete: model.ForceDelete,
	} {
		require.Equal(t, of, model.Operation(kind))
	}
}

// TestPlanWithoutConstraints says that only tags count then.
func TestPlanWithoutConstraints(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: testmodels.BlogModels, IgnoreConstraints: true})))
	plan, err := softdelete.PlanOf(db, softdelete.OpSoftDelete, &testmodels.BlogUser{})
	require.NoError(t, err)
	require.Contains(t, plan, "BlogUser.Posts")
	require.NotContains(t, plan, "BlogPost.Comments")
	plan, err = softdelete.PlanOf(db, softdelete.OpPurge, &testmodels.BlogUser{})
	require.NoError(t, err)
	require.Contains(t, plan, "take: blog_comments", "the database takes them in any case")
	require.Contains(t, plan, "forbid if live: blog_comments")
}

func sorted(text string) []string {
	return slices.Sorted(strings.SplitSeq(text, "\n"))
}

// TestGraphIsNeverBehind says that a model that is known has its place in the graph, also to a goroutine that comes just then.
func TestGraphIsNeverBehind(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New()))
	lost, err := softdelete.LostFromGraph(db, 2000, &testmodels.BlogTag{}, &testmodels.BlogFolder{})
	require.NoError(t, err)
	require.Zero(t, lost)
}

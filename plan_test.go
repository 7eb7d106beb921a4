package softdelete_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestPlan says which relations each operation follows, and in what order.
func TestPlan(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: blogModels})))
	for operation, want := range map[softdelete.Operation]string{
		softdelete.OpSoftDelete: `soft delete of blog_users
  take: blog_posts.user_id = blog_users.id (blogUser.Posts)
  forbid if live: blog_invoices.user_id = blog_users.id (blogUser.Invoices)
  take: blog_comments.post_id = blog_posts.id (blogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (blogPost.Tags)
`,
		softdelete.OpRestore: `restore of blog_users
  take: blog_folders.user_id = blog_users.id (blogUser.Folders)
  take: blog_invoices.user_id = blog_users.id (blogUser.Invoices)
  take: blog_posts.user_id = blog_users.id (blogUser.Posts)
  take: blog_folders.parent_id = blog_folders.id (blogFolder.Children)
  take: blog_comments.post_id = blog_posts.id (blogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (blogPost.Tags)
`,
		softdelete.OpPurge: `purge of blog_users
  take: blog_logins.user_id = blog_users.id (blogUser.Logins)
  take: blog_posts.user_id = blog_users.id (blogUser.Posts)
  forbid if live: blog_invoices.user_id = blog_users.id (blogUser.Invoices)
  forbid if live: blog_posts.user_id = blog_users.id (blogUser.Posts)
  take: blog_comments.post_id = blog_posts.id (blogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (blogPost.Tags)
  forbid if live: blog_comments.post_id = blog_posts.id (blogPost.Comments)
  forbid if live: blog_post_tags.post_id = blog_posts.id (blogPost.Tags)
`,
		softdelete.OpForceDelete: `force delete of blog_users
  take: blog_logins.user_id = blog_users.id (blogUser.Logins)
  take: blog_posts.user_id = blog_users.id (blogUser.Posts)
  forbid if live: blog_invoices.user_id = blog_users.id (blogUser.Invoices)
  take: blog_comments.post_id = blog_posts.id (blogPost.Comments)
  take: blog_post_tags.post_id = blog_posts.id (blogPost.Tags)
`,
	} {
		plan, err := softdelete.PlanOf(db, operation, &blogUser{})
		require.NoError(t, err)
		require.Equal(t, sorted(want), sorted(plan), operation)
		require.Less(t, strings.Index(plan, "blogUser.Posts"), strings.Index(plan, "blogPost.Comments"), "parents before children")
	}
}

// TestPlanWithoutConstraints says that only tags count then.
func TestPlanWithoutConstraints(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: blogModels, IgnoreConstraints: true})))
	plan, err := softdelete.PlanOf(db, softdelete.OpSoftDelete, &blogUser{})
	require.NoError(t, err)
	require.Contains(t, plan, "blogUser.Posts")
	require.NotContains(t, plan, "blogPost.Comments")
	plan, err = softdelete.PlanOf(db, softdelete.OpPurge, &blogUser{})
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
	lost, err := softdelete.LostFromGraph(db, 2000, &blogTag{}, &blogFolder{})
	require.NoError(t, err)
	require.Zero(t, lost)
}

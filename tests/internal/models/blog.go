package models

import (
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// BlogDump is all that the tables of the blog hold.
func BlogDump(t *testing.T, db *gorm.DB) map[string]any {
	t.Helper()
	all := map[string]any{"blog_post_tags": tables.Stored(t, db, "blog_post_tags", "post_id, tag_id")}
	for _, table := range []string{"blog_users", "blog_posts", "blog_comments", "blog_tags", "blog_invoices", "blog_logins", "blog_folders"} {
		all[table] = tables.Stored(t, db, table, "id")
	}
	return all
}

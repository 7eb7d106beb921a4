package models

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// DeletionsAll lists page by page, with times in UTC.
func DeletionsAll(t require.TestingT, trash *softdelete.Trash, options softdelete.ListOptions, between func()) []softdelete.Deletion {
	all := []softdelete.Deletion{}
	for pages := 0; ; pages++ {
		require.Less(t, pages, 1000, "it comes to an end")
		page, err := trash.Deletions(context.Background(), options)
		require.NoError(t, err)
		limit := options.Limit
		if limit == 0 {
			limit = 50
		}
		require.LessOrEqual(t, len(page.Items), limit)
		all = append(all, page.Items...)
		if page.Next == "" {
			break
		}
		require.Len(t, page.Items, limit, "a page that is not the last is full")
		options.After = page.Next
		between()
	}
	for i := range all {
		all[i].At = all[i].At.UTC()
	}
	return all
}

// StatsOf are the stats by table, in UTC.
func StatsOf(t *testing.T, trash *softdelete.Trash) map[string]softdelete.Stat {
	t.Helper()
	list, err := trash.Stats(t.Context())
	require.NoError(t, err)
	stats := map[string]softdelete.Stat{}
	for _, stat := range list {
		require.NotContains(t, stats, stat.Table)
		stat.Oldest, stat.Newest = stat.Oldest.UTC(), stat.Newest.UTC()
		stats[stat.Table] = stat
	}
	return stats
}

// OpenTrash opens the trash of a handle.
func OpenTrash(t *testing.T, db *gorm.DB, models ...any) *softdelete.Trash {
	t.Helper()
	trash, err := softdelete.OpenTrash(db, models...)
	require.NoError(t, err)
	return trash
}

// ListAll lists page by page.
func ListAll(t *testing.T, trash *softdelete.Trash, options softdelete.ListOptions) []softdelete.Item {
	t.Helper()
	var all []softdelete.Item
	for {
		page, err := trash.List(t.Context(), options)
		require.NoError(t, err)
		limit := options.Limit
		if limit == 0 {
			limit = 50
		}
		require.LessOrEqual(t, len(page.Items), limit)
		all = append(all, page.Items...)
		if page.Next == "" {
			return all
		}
		require.Len(t, page.Items, limit, "a page that is not the last is full")
		require.NotEqual(t, options.After, page.Next)
		options.After = page.Next
	}
}

package mentions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gorm-softdelete/softdelete/internal/rawsql/mentions"
)

var (
	everywhere = []string{"postgres", "sqlite", "mysql"}
	uses       = map[mentions.Use]string{
		mentions.Reads: "reads", mentions.Updates: "updates", mentions.Deletes: "deletes", mentions.Inserts: "inserts", mentions.Truncates: "truncates",
	}
)

// written has what a text names, in the order of the text: the use, the table, and "filtered" where its marker stands there.
// Tables whose name begins with "un" have no marker.
func written(driver, sql string) string {
	text := mentions.Read(driver, sql)
	unmarked := text.Unmarked(func(t *mentions.Table) string {
		switch {
		case strings.HasPrefix(t.Name, "un"):
			return ""
		case strings.EqualFold(t.Name, "flags"):
			return "gone"
		default:
			return "deleted_at"
		}
	})
	var all []string
	for _, t := range text.Tables {
		is := uses[t.Use] + " " + t.Name
		if !slices.Contains(unmarked, t) {
			is += " filtered"
		}
		all = append(all, is)
	}
	return strings.Join(all, ", ")
}

func TestMentions(t *testing.T) {
	t.Parallel()
	total := 0
	for _, theme := range themes {
		for _, c := range theme.cases {
			on := c.on
			if on == nil {
				on = everywhere
			}
			for _, driver := range on {
				total++
				assert.Equal(t, c.want, written(driver, c.sql), "%s, %s: %s", theme.name, driver, c.sql)
			}
		}
	}
	t.Logf("%d texts, each by the rules of a database", total)
}

func TestMeant(t *testing.T) {
	t.Parallel()
	for _, driver := range everywhere {
		for _, sql := range []string{"/* softdelete:ok */ SELECT * FROM posts", "SELECT * FROM posts /*softdelete:ok: a report of all*/"} {
			assert.True(t, mentions.Read(driver, sql).Meant, sql)
		}
		for _, sql := range []string{"SELECT '/* softdelete:ok */' FROM posts", "SELECT * FROM posts -- softdelete:ok", "SELECT * FROM posts /* not softdelete:ok */"} {
			assert.False(t, mentions.Read(driver, sql).Meant, sql)
		}
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		driver, written, name string
		want                  bool
	}{
		{"postgres", "posts", "posts", true},
		{"postgres", "POSTS", "posts", true},
		{"postgres", `"Posts"`, "posts", false},
		{"postgres", `"Posts"`, "Posts", true},
		{"postgres", "Posts", "Posts", false},
		{"postgres", "public.posts", "posts", true},
		{"postgres", "archive.posts", "posts", false},
		{"postgres", "blog.posts", "blog.posts", true},
		{"postgres", "archive.posts", "blog.posts", false},
		{"postgres", "posts", "blog.posts", true},
		{"sqlite", `"Posts"`, "posts", true},
		{"sqlite", "main.posts", "posts", true},
		{"sqlite", "other.posts", "posts", false},
		{"mysql", "POSTS", "posts", true},
	} {
		tables := mentions.Read(c.driver, "SELECT * FROM "+c.written).Tables
		if assert.Len(t, tables, 1, c.written) {
			assert.Equal(t, c.want, tables[0].Is(c.name), "%s: %s is %s", c.driver, c.written, c.name)
		}
	}
}

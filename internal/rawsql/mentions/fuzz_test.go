package mentions_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/rawsql/mentions"
)

// FuzzRead reads any text by the rules of each database: without a panic or an endless loop, and what it tells of is in the text.
func FuzzRead(f *testing.F) {
	f.Add(`"["`)
	for _, theme := range themes {
		for _, c := range theme.cases {
			f.Add(c.sql)
		}
	}
	f.Fuzz(func(t *testing.T, sql string) {
		for _, driver := range everywhere {
			for _, text := range []*mentions.Text{mentions.Read(driver, sql), mentions.ReadPart(driver, sql, true), mentions.ReadPart(driver, sql, false)} {
				for _, table := range text.Tables {
					if table.At < 0 || table.At >= len(sql) {
						t.Fatalf("%s: %q is at %d of %q", driver, table.Name, table.At, sql)
					}
					at := sql[table.At:]
					if strings.ContainsAny(at[:1], "\"`['") {
						at = at[1:]
					}
					if !strings.ContainsAny(table.Name, "\"`]'") && !strings.HasPrefix(at, table.Name) {
						t.Fatalf("%s: %q is not at %d of %q", driver, table.Name, table.At, sql)
					}
				}
				unmarked := text.Unmarked(func(*mentions.Table) string { return "deleted_at" })
				if len(unmarked) > len(text.Tables) {
					t.Fatalf("%s: more tables without a marker than tables: %q", driver, sql)
				}
			}
		}
	})
}

// BenchmarkRead shows that a text ten times as long takes ten times as long.
func BenchmarkRead(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		for name, sql := range map[string]string{
			"tables":   "SELECT * FROM posts" + strings.Repeat(", posts", n),
			"columns":  "SELECT deleted_at" + strings.Repeat(", deleted_at", n) + " FROM posts" + strings.Repeat(", posts", n),
			"queries":  "SELECT 1 FROM untags WHERE" + strings.Repeat(" id IN (SELECT 1 FROM posts WHERE deleted_at IS NULL) OR", n) + " 1=1",
			"opened":   strings.Repeat("(", n),
			"selects":  strings.Repeat("(SELECT 1 FROM posts, ", n),
			"unions":   "SELECT deleted_at FROM posts" + strings.Repeat(" UNION SELECT deleted_at FROM posts", n),
			"inner":    "SELECT 1 FROM posts" + strings.Repeat(", posts", n) + " WHERE 1 = 1" + strings.Repeat(" AND EXISTS (SELECT 1 FROM tags WHERE deleted_at IS NULL)", n),
			"named":    "WITH x AS (SELECT 1 FROM posts" + strings.Repeat(", posts", n) + ") SELECT deleted_at FROM x" + strings.Repeat(", x", n),
			"chained":  chained(n),
			"comments": strings.Repeat("/* */ -- \n", n) + "SELECT 1",
		} {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				for range b.N {
					mentions.Read("postgres", sql).Unmarked(func(t *mentions.Table) string {
						if t.Name == "tags" {
							return ""
						}
						return "deleted_at"
					})
				}
			})
		}
	}
}

// chained is queries by name, each of the one before it.
func chained(n int) string {
	var sql strings.Builder
	sql.WriteString("WITH x0 AS (SELECT * FROM posts)")
	for i := range n {
		sql.WriteString(", x" + strconv.Itoa(i+1) + " AS (SELECT * FROM x" + strconv.Itoa(i) + ")")
	}
	return sql.String() + " SELECT deleted_at FROM x" + strconv.Itoa(n)
}

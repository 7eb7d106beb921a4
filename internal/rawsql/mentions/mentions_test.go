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

type theme struct {
	name  string
	cases []mention
}

type mention struct {
	sql  string
	want string
	on   []string // everywhere unless it is said
}

var themes = []theme{
	{"reads", []mention{
		{"SELECT * FROM posts", "reads posts", nil},
		{"select id from Posts", "reads Posts", nil},
		{"SELECT * FROM posts WHERE deleted_at IS NULL", "reads posts filtered", nil},
		{"SELECT * FROM posts WHERE DELETED_AT IS NULL", "reads posts filtered", nil},
		{"SELECT id, deleted_at FROM posts", "reads posts filtered", nil},
		{"SELECT * FROM posts p WHERE p.deleted_at IS NULL", "reads posts filtered", nil},
		{"SELECT * FROM posts AS p WHERE posts.deleted_at IS NULL", "reads posts", nil},
		{"SELECT * FROM posts ORDER BY deleted_at", "reads posts filtered", nil},
		{"SELECT count(*) FROM posts GROUP BY author_id HAVING count(deleted_at) = 0", "reads posts filtered", nil},
		{"SELECT * FROM flags WHERE deleted_at IS NULL", "reads flags", nil},
		{"SELECT * FROM flags WHERE NOT gone", "reads flags filtered", nil},
		{"SELECT max(created_at) AS deleted_at FROM posts", "reads posts", nil},
		{"SELECT 1", "", nil},
		{"", "", nil},
		{"SELECT * FROM posts FOR UPDATE", "reads posts", nil},
		{"SELECT * FROM posts FOR UPDATE OF posts SKIP LOCKED", "reads posts", nil},
		{"SELECT * FROM posts LIMIT 10 OFFSET 5", "reads posts", nil},
		{"SELECT * FROM posts; SELECT * FROM users WHERE deleted_at IS NULL;", "reads posts, reads users filtered", nil},
		{"SELECT * FROM posts WHERE id = $1 AND posts.deleted_at IS NULL", "reads posts filtered", []string{"postgres"}},
		{"TABLE posts", "reads posts", []string{"postgres", "mysql"}},
		{"SELECT * FROM ONLY posts p", "reads posts", []string{"postgres"}},
		{"SELECT * FROM posts *", "reads posts", []string{"postgres"}},
		{"SELECT * FROM posts TABLESAMPLE SYSTEM (10) WHERE deleted_at IS NULL", "reads posts filtered", []string{"postgres"}},
		{"SELECT * FROM posts PARTITION (p0) AS p USE INDEX (i) WHERE p.deleted_at IS NULL", "reads posts filtered", []string{"mysql"}},
		{"SELECT * FROM posts FORCE INDEX FOR ORDER BY (i) JOIN users u ON 1=1", "reads posts, reads users", []string{"mysql"}},
		{"SELECT * FROM posts INDEXED BY i WHERE deleted_at IS NULL", "reads posts filtered", []string{"sqlite"}},
		{"SELECT * FROM posts NOT INDEXED", "reads posts", []string{"sqlite"}},
		{"SELECT * FROM posts LOCK IN SHARE MODE", "reads posts", []string{"mysql"}},
		{"SELECT * INTO unposts FROM posts", "reads posts", []string{"postgres"}},
	}},
	{"joins", []mention{
		{"SELECT * FROM posts JOIN users ON users.id = posts.user_id WHERE posts.deleted_at IS NULL", "reads posts filtered, reads users", nil},
		{"SELECT * FROM posts p LEFT JOIN users u ON u.id = p.user_id AND u.deleted_at IS NULL WHERE p.deleted_at IS NULL", "reads posts filtered, reads users filtered", nil},
		{"SELECT * FROM posts p, users u WHERE u.id = p.user_id AND u.deleted_at IS NULL", "reads posts, reads users filtered", nil},
		{"SELECT * FROM posts p JOIN untags t USING (id), users u WHERE p.deleted_at IS NULL", "reads posts filtered, reads untags filtered, reads users", nil},
		{"SELECT * FROM untags JOIN posts ON deleted_at IS NULL", "reads untags filtered, reads posts filtered", nil},
		{"SELECT * FROM (posts p JOIN users u ON u.id = p.user_id) WHERE p.deleted_at IS NULL", "reads posts filtered, reads users", nil},
		{"SELECT * FROM ((posts)) JOIN users ON true", "reads posts, reads users", nil},
		{"SELECT * FROM posts a JOIN posts b ON b.id = a.parent_id WHERE a.deleted_at IS NULL", "reads posts filtered, reads posts", nil},
		{"SELECT * FROM posts NATURAL JOIN users CROSS JOIN untags", "reads posts, reads users, reads untags filtered", nil},
		{"SELECT * FROM posts STRAIGHT_JOIN users ON users.deleted_at IS NULL", "reads posts, reads users filtered", []string{"mysql"}},
		{"SELECT * FROM users u, LATERAL (SELECT * FROM posts p WHERE p.user_id = u.id) x WHERE u.deleted_at IS NULL", "reads users filtered, reads posts", []string{"postgres", "mysql"}},
		{"SELECT * FROM users u CROSS JOIN LATERAL (SELECT * FROM posts) x WHERE x.deleted_at IS NULL", "reads users, reads posts filtered", []string{"postgres", "mysql"}},
		{"SELECT * FROM generate_series(1, 3) AS posts(id) JOIN users ON users.id = posts.id", "reads users", []string{"postgres"}},
		{"SELECT * FROM ROWS FROM (f(1), g(2)) AS posts, users", "reads users", []string{"postgres"}},
		{"SELECT * FROM json_each('[1]') posts, users", "reads users", []string{"sqlite"}},
		{"SELECT * FROM (VALUES (1)) AS posts(id)", "", []string{"postgres", "sqlite"}},
	}},
	{"subqueries", []mention{
		{"SELECT * FROM users WHERE deleted_at IS NULL AND id IN (SELECT user_id FROM posts)", "reads users filtered, reads posts", nil},
		{"SELECT * FROM users WHERE id IN (SELECT user_id FROM posts WHERE deleted_at IS NULL)", "reads users, reads posts filtered", nil},
		{"SELECT * FROM users u WHERE EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id AND p.deleted_at IS NULL AND u.deleted_at IS NULL)", "reads users filtered, reads posts filtered", nil},
		{"SELECT (SELECT count(*) FROM posts) FROM untags", "reads posts, reads untags filtered", nil},
		{"SELECT * FROM (SELECT * FROM posts) AS p WHERE p.deleted_at IS NULL", "reads posts filtered", nil},
		{"SELECT * FROM (SELECT * FROM posts) p WHERE deleted_at IS NULL", "reads posts filtered", nil},
		{"SELECT * FROM (SELECT * FROM posts) p, users WHERE users.deleted_at IS NULL", "reads posts, reads users filtered", nil},
		{"SELECT * FROM ((SELECT * FROM posts)) p WHERE p.deleted_at IS NULL", "reads posts filtered", nil},
		{"SELECT coalesce((SELECT 1 FROM posts), 2)", "reads posts", nil},
		{"SELECT CASE WHEN EXISTS (SELECT 1 FROM posts) THEN 1 ELSE 2 END", "reads posts", nil},
		{"SELECT ARRAY(SELECT id FROM posts)", "reads posts", []string{"postgres"}},
		{"SELECT * FROM untags WHERE EXISTS (TABLE posts)", "reads untags filtered, reads posts", []string{"postgres"}},
	}},
	{"set operations", []mention{
		{"SELECT id FROM posts UNION ALL SELECT id FROM users WHERE deleted_at IS NULL", "reads posts, reads users filtered", nil},
		{"SELECT id FROM posts WHERE deleted_at IS NULL UNION SELECT id FROM posts", "reads posts filtered, reads posts", nil},
		{"(SELECT id FROM posts) UNION (SELECT id FROM users) ORDER BY 1", "reads posts, reads users", []string{"postgres", "mysql"}},
		{"SELECT id FROM posts EXCEPT SELECT id FROM users INTERSECT SELECT id FROM tags", "reads posts, reads users, reads tags", nil},
		{"SELECT * FROM (SELECT * FROM posts UNION ALL SELECT * FROM drafts) x WHERE x.deleted_at IS NULL", "reads posts filtered, reads drafts filtered", nil},
	}},
	{"names of the statement's own", []mention{
		{"WITH posts AS (SELECT 1 AS id) SELECT * FROM posts", "", nil},
		{"WITH x AS (SELECT * FROM posts) SELECT * FROM x", "reads posts", nil},
		{"WITH x AS (SELECT * FROM posts) SELECT * FROM x WHERE x.deleted_at IS NULL", "reads posts filtered", nil},
		{"WITH x(id) AS (SELECT id FROM posts WHERE deleted_at IS NULL), y AS (SELECT * FROM x) SELECT * FROM y JOIN users ON users.id = y.id", "reads posts filtered, reads users", nil},
		{"WITH RECURSIVE tree AS (SELECT id FROM posts UNION ALL SELECT p.id FROM posts p JOIN tree ON tree.id = p.parent_id WHERE p.deleted_at IS NULL) SELECT * FROM tree", "reads posts, reads posts filtered", nil},
		{"WITH posts AS (SELECT * FROM posts) SELECT * FROM posts", "reads posts", []string{"postgres", "mysql"}},
		{"WITH x AS MATERIALIZED (SELECT 1), y AS NOT MATERIALIZED (SELECT * FROM posts) SELECT 1", "reads posts", []string{"postgres", "sqlite"}},
		{"WITH gone AS (DELETE FROM posts RETURNING *) INSERT INTO unarchive SELECT * FROM gone", "deletes posts, inserts unarchive filtered", []string{"postgres"}},
		{"SELECT * FROM (WITH posts AS (SELECT 1) SELECT * FROM posts) x, posts", "reads posts", nil},
		{"WITH posts AS (SELECT 1) SELECT * FROM public.posts", "reads posts", []string{"postgres"}},
	}},
	{"updates", []mention{
		{"UPDATE posts SET title = 'a'", "updates posts", nil},
		{"UPDATE posts SET title = 'a' WHERE deleted_at IS NULL", "updates posts filtered", nil},
		{"UPDATE posts SET deleted_at = NULL WHERE id = 1", "updates posts filtered", nil},
		{"UPDATE posts SET n = (SELECT count(*) FROM comments WHERE comments.post_id = posts.id) WHERE posts.deleted_at IS NULL", "updates posts filtered, reads comments", nil},
		{"UPDATE posts AS p SET title = u.name FROM users u WHERE u.id = p.user_id AND p.deleted_at IS NULL", "updates posts filtered, reads users", []string{"postgres", "sqlite"}},
		{"UPDATE posts p, users u SET p.title = u.name WHERE u.id = p.user_id AND u.deleted_at IS NULL", "updates posts, updates users filtered", []string{"mysql"}},
		{"UPDATE posts p JOIN users u ON u.id = p.user_id SET p.title = 'a' WHERE p.deleted_at IS NULL", "updates posts filtered, reads users", []string{"mysql"}},
		{"UPDATE LOW_PRIORITY IGNORE posts SET title = 'a'", "updates posts", []string{"mysql"}},
		{"UPDATE OR IGNORE posts SET title = 'a'", "updates posts", []string{"sqlite"}},
		{"UPDATE ONLY posts SET title = 'a' RETURNING deleted_at", "updates posts filtered", []string{"postgres"}},
		{"MERGE INTO posts p USING users u ON u.id = p.user_id WHEN MATCHED AND p.deleted_at IS NULL THEN UPDATE SET title = 'a' WHEN NOT MATCHED THEN INSERT (id) VALUES (1)", "updates posts filtered, reads users", []string{"postgres"}},
		{"MERGE INTO untags t USING (SELECT * FROM posts) s ON s.id = t.id WHEN MATCHED THEN DELETE", "updates untags filtered, reads posts", []string{"postgres"}},
	}},
	{"deletes", []mention{
		{"DELETE FROM posts", "deletes posts", nil},
		{"DELETE FROM posts WHERE deleted_at < '2020-01-01'", "deletes posts filtered", nil},
		{"DELETE FROM posts p USING users u WHERE u.id = p.user_id AND p.deleted_at IS NOT NULL", "deletes posts filtered, reads users", []string{"postgres"}},
		{"DELETE p FROM posts p JOIN users u ON u.id = p.user_id WHERE u.deleted_at IS NOT NULL", "deletes posts, reads users filtered", []string{"mysql"}},
		{"DELETE p, u FROM posts AS p, users AS u WHERE p.deleted_at IS NOT NULL", "deletes posts filtered, deletes users", []string{"mysql"}},
		{"DELETE FROM p USING posts p JOIN users u ON u.id = p.user_id WHERE p.deleted_at IS NOT NULL", "reads posts filtered, reads users", []string{"mysql"}},
		{"DELETE FROM ONLY posts AS p WHERE p.id = 1 RETURNING *", "deletes posts", []string{"postgres"}},
		{"DELETE FROM posts WHERE id IN (SELECT post_id FROM comments WHERE deleted_at IS NULL)", "deletes posts, reads comments filtered", nil},
		{"TRUNCATE posts", "truncates posts", []string{"postgres", "mysql"}},
		{"TRUNCATE TABLE ONLY posts, users RESTART IDENTITY CASCADE", "truncates posts, truncates users", []string{"postgres"}},
	}},
	{"inserts", []mention{
		{"INSERT INTO posts (id) VALUES (1)", "", nil},
		{"INSERT INTO posts (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET title = 'a'", "", []string{"postgres", "sqlite"}},
		{"INSERT INTO posts (id) VALUES (1) ON DUPLICATE KEY UPDATE title = 'a'", "", []string{"mysql"}},
		{"INSERT INTO posts SET id = 1", "", []string{"mysql"}},
		{"INSERT INTO posts DEFAULT VALUES", "", []string{"postgres", "sqlite"}},
		{"INSERT INTO posts (id) VALUES ((SELECT max(id) FROM users))", "reads users", nil},
		{"INSERT INTO unarchive SELECT * FROM posts", "inserts unarchive filtered, reads posts", nil},
		{"INSERT INTO unarchive (id) SELECT id FROM posts WHERE deleted_at IS NULL", "inserts unarchive filtered, reads posts filtered", nil},
		{"INSERT INTO posts (id) SELECT id FROM undrafts", "inserts posts, reads undrafts filtered", nil},
		{"INSERT INTO posts (id, deleted_at) SELECT id, NULL FROM undrafts", "inserts posts filtered, reads undrafts filtered", nil},
		{"INSERT INTO posts AS p (id, deleted_at) SELECT id, NULL FROM undrafts", "inserts posts filtered, reads undrafts filtered", []string{"postgres"}},
		{"INSERT OR REPLACE INTO posts (id) VALUES (1)", "", []string{"sqlite"}},
		{"REPLACE INTO posts (id) VALUES (1)", "", []string{"sqlite", "mysql"}},
		{"INSERT IGNORE INTO posts (id) SELECT id FROM users", "inserts posts, reads users", []string{"mysql"}},
		{"INSERT INTO untags WITH x AS (SELECT * FROM posts) SELECT * FROM x", "inserts untags filtered, reads posts", nil},
		{"INSERT INTO posts (id) OVERRIDING SYSTEM VALUE VALUES (1)", "", []string{"postgres"}},
	}},
	{"names in quotes, and of schemas", []mention{
		{`SELECT * FROM "posts" WHERE "deleted_at" IS NULL`, "reads posts filtered", []string{"postgres", "sqlite"}},
		{`SELECT * FROM "posts" AS "p" WHERE "p"."deleted_at" IS NULL`, "reads posts filtered", []string{"postgres", "sqlite"}},
		{"SELECT * FROM `posts` `p` WHERE `p`.`deleted_at` IS NULL", "reads posts filtered", []string{"mysql", "sqlite"}},
		{"SELECT * FROM [posts] WHERE [deleted_at] IS NULL", "reads posts filtered", []string{"sqlite"}},
		{`SELECT * FROM "a ""b"""`, `reads a "b"`, []string{"postgres", "sqlite"}},
		{"SELECT * FROM public.posts WHERE public.posts.deleted_at IS NULL", "reads posts filtered", []string{"postgres"}},
		{`SELECT * FROM "app"."posts" p`, "reads posts", []string{"postgres"}},
		{"SELECT * FROM app.posts WHERE app.posts.deleted_at IS NULL", "reads posts filtered", []string{"mysql"}},
		{"SELECT * FROM a.b.posts", "reads posts", nil},
	}},
	{"no false names", []mention{
		{"SELECT 'SELECT * FROM posts'", "", nil},
		{"SELECT * FROM users WHERE note = 'deleted_at'", "reads users", nil},
		{"SELECT * FROM users -- JOIN posts ON deleted_at", "reads users", nil},
		{"SELECT * FROM users /* FROM posts WHERE deleted_at */", "reads users", nil},
		{"SELECT * FROM users # FROM posts", "reads users", []string{"mysql"}},
		{"SELECT 'it''s FROM posts', x FROM users", "reads users", nil},
		{`SELECT 'it\'s FROM posts', x FROM users`, "reads users", []string{"mysql"}},
		{"SELECT $$ FROM posts $$ FROM users", "reads users", []string{"postgres"}},
		{"SELECT $a$ $$ FROM posts $a$ FROM users", "reads users", []string{"postgres"}},
		{`SELECT E'\' FROM posts' FROM users`, "reads users", []string{"postgres"}},
		{"SELECT /* /* */ FROM posts */ 1 FROM users", "reads users", []string{"postgres"}},
		{"SELECT extract(year FROM created_at) FROM users", "reads users", nil},
		{"SELECT substring(name FROM 2 FOR 3), trim(both 'x' FROM posts) FROM users", "reads users", nil},
		{"SELECT a IS DISTINCT FROM posts FROM users", "reads users", []string{"postgres", "sqlite"}},
		{"SELECT * FROM users WHERE a IS NOT DISTINCT FROM posts", "reads users", []string{"postgres", "sqlite"}},
		{"SELECT posts FROM users", "reads users", nil},
		{"SELECT * FROM users WHERE t > @deleted_at", "reads users", nil},
		{"SELECT * FROM users WHERE t > :deleted_at", "reads users", nil},
		{"SELECT x::posts FROM users", "reads users", []string{"postgres"}},
		{"SELECT * FROM $1", "", []string{"postgres"}},
		{"SELECT * FROM ?", "", nil},
		{"SELECT deleted_at() FROM posts", "reads posts", nil},
	}},
	{"not of rows", []mention{
		{"EXPLAIN SELECT * FROM posts", "", nil},
		{"EXPLAIN ANALYZE DELETE FROM posts", "", nil},
		{"CREATE TABLE x AS SELECT * FROM posts", "", nil},
		{"CREATE INDEX i ON posts (id)", "", nil},
		{"ALTER TABLE posts ADD COLUMN x int", "", nil},
		{"DROP TABLE posts", "", nil},
		{"PRAGMA table_info(posts)", "", []string{"sqlite"}},
		{"SHOW COLUMNS FROM posts", "", []string{"mysql"}},
		{"COPY posts TO STDOUT", "", []string{"postgres"}},
		{"SELECT * FROM 'posts", "", nil},
		{"SELECT * FROM posts WHERE 'open", "", nil},
	}},
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

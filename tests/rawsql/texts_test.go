package rawsql_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// texts are SQL of one database: each runs there.
type texts struct {
	setup    []string // of more than the models
	filtered []string // their tables stand beside their markers, or they are none of it
	found    []string // they reach around the filter
}

var errUndo = errors.New("undo it")

// run runs a text, and takes back what it did.
func run(db *gorm.DB, text string, ok bool) (err error) {
	undone := db.Transaction(func(tx *gorm.DB) error {
		if ok {
			tx = softdelete.RawOK(tx)
		}
		err = read(tx, text)
		return errUndo
	})
	if !errors.Is(undone, errUndo) && err == nil {
		return undone
	}
	return err
}

func read(db *gorm.DB, text string) error {
	result, err := db.Raw(text).Rows()
	if err != nil {
		return err
	}
	defer result.Close() //nolint:errcheck // its own error is that of Err
	for result.Next() {
	}
	return result.Err()
}

// TestTexts has the database run what is filtered, and what is not where that is meant.
func TestTexts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		all, ok := textsOf[db.Name()]
		require.True(t, ok)
		for _, text := range all.setup {
			require.NoError(t, db.Exec(text).Error, text)
		}
		for _, text := range append(everywhere.filtered, all.filtered...) {
			assert.NoError(t, run(db, text, false), text)
		}
		for _, text := range append(everywhere.found, all.found...) {
			assert.ErrorIs(t, run(db, text, false), softdelete.ErrRawSQL, text)
			assert.NoError(t, run(db, text, true), text)
		}
		t.Logf("%d texts that are filtered, %d that are not", len(everywhere.filtered)+len(all.filtered), len(everywhere.found)+len(all.found))
	})
}

var textsOf = map[string]texts{"sqlite": ofSQLite, "postgres": ofPostgres, "mysql": ofMySQL}

var everywhere = texts{
	filtered: []string{
		"SELECT 1 /* none */",
		"SELECT id, row_number() OVER (PARTITION BY author_id ORDER BY id) AS n FROM posts WHERE deleted_at IS NULL",
		"SELECT id, sum(id) OVER w FROM posts p WHERE p.deleted_at IS NULL WINDOW w AS (PARTITION BY author_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
		"SELECT * FROM (SELECT *, rank() OVER (ORDER BY id) AS r FROM posts) ranked WHERE ranked.r < 3 AND ranked.deleted_at IS NULL",
		"WITH live AS (SELECT * FROM posts WHERE deleted_at IS NULL), n AS (SELECT author_id, count(*) AS c FROM live GROUP BY author_id) SELECT * FROM n WHERE c > 0",
		"WITH posts AS (SELECT 1 AS id), tags AS (SELECT * FROM posts) SELECT * FROM tags JOIN posts ON posts.id = tags.id",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
		"WITH RECURSIVE tree AS (SELECT id, 0 AS depth FROM posts WHERE deleted_at IS NULL UNION ALL SELECT p.id, t.depth + 1 FROM posts p JOIN tree t ON t.id = p.author_id AND t.depth < 2 WHERE p.deleted_at IS NULL) SELECT * FROM tree",
		"WITH RECURSIVE posts AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM posts WHERE id < 3) SELECT * FROM posts",
		"WITH a AS (WITH b AS (SELECT * FROM posts WHERE deleted_at IS NULL) SELECT * FROM b) SELECT * FROM a",
		"SELECT p.id FROM posts p WHERE p.id IN (SELECT c.post_id FROM comments c WHERE c.deleted_at IS NULL) AND p.deleted_at IS NULL",
		"SELECT p.id, (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND c.deleted_at IS NULL) FROM posts p WHERE p.deleted_at IS NULL",
		"SELECT CASE WHEN p.deleted_at IS NULL THEN 'live' ELSE 'trashed' END FROM posts p",
		"SELECT count(CASE WHEN deleted_at IS NULL THEN 1 END), count(*) FROM posts",
		"SELECT coalesce(sum(CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END), 0) AS live FROM posts",
		"SELECT id FROM posts WHERE deleted_at IS NULL UNION SELECT post_id FROM comments WHERE deleted_at IS NULL UNION ALL SELECT id FROM authors WHERE is_deleted = false ORDER BY 1 LIMIT 5",
		"SELECT author_id, count(*) FROM posts WHERE deleted_at IS NULL GROUP BY author_id HAVING count(*) > 1 ORDER BY count(*) DESC LIMIT 3 OFFSET 1",
		"SELECT DISTINCT title FROM posts WHERE deleted_at IS NULL ORDER BY title",
		"SELECT p.*, a.name FROM posts p INNER JOIN authors a ON a.id = p.author_id AND NOT a.is_deleted WHERE p.deleted_at IS NULL",
		"SELECT * FROM posts p LEFT OUTER JOIN comments c ON (c.post_id = p.id AND c.deleted_at IS NULL) WHERE (p.deleted_at IS NULL)",
		"SELECT * FROM tags t CROSS JOIN posts p WHERE p.deleted_at IS NOT NULL",
		"SELECT * FROM posts a JOIN posts b ON a.id = b.id WHERE a.deleted_at IS NULL AND b.deleted_at IS NULL",
		"SELECT * FROM posts a, posts b WHERE a.deleted_at IS NULL AND b.deleted_at IS NULL AND a.id < b.id",
		"SELECT * FROM tags WHERE EXISTS (SELECT 1 FROM posts WHERE posts.id = tags.post_id AND posts.deleted_at IS NULL)",
		"SELECT * FROM tags WHERE NOT EXISTS (SELECT 1 FROM posts WHERE posts.id = tags.post_id AND (posts.deleted_at) IS NULL)",
		"SELECT * FROM tags WHERE (post_id, id) IN (SELECT id, id FROM posts WHERE deleted_at IS NULL)",
		"SELECT * FROM (SELECT p.id, p.deleted_at AS gone FROM posts p) x WHERE x.gone IS NULL",
		"SELECT x.id FROM (SELECT id FROM posts WHERE deleted_at IS NULL UNION ALL SELECT id FROM tags) x ORDER BY x.id",
		"SELECT * FROM posts posts WHERE posts.deleted_at IS NULL",
		"SELECT\n\tid -- the key\nFROM\n\tposts -- all of them?\nWHERE\n\tdeleted_at IS NULL -- no\n",
		"SELECT id FROM posts/**/WHERE/**/deleted_at/**/IS/**/NULL",
		"SELECT 'FROM posts; DELETE FROM posts' AS a, 'it''s' AS b",
		"SELECT length('a''; SELECT * FROM posts; --') FROM tags",
		"SELECT 1 AS posts, 2 AS comments",
		"SELECT posts.id FROM tags AS posts",
		"SELECT * FROM tags posts JOIN tags comments ON comments.id = posts.id",
		"UPDATE posts SET title = 'x' WHERE deleted_at IS NULL AND id = 1",
		"UPDATE posts SET deleted_at = NULL WHERE id = 2",
		"UPDATE posts SET title = (SELECT max(a.name) FROM authors a WHERE a.id = posts.author_id AND a.is_deleted = false) WHERE posts.deleted_at IS NULL",
		"DELETE FROM posts WHERE deleted_at IS NOT NULL AND id NOT IN (SELECT post_id FROM comments WHERE deleted_at IS NULL)",
		"DELETE FROM tags WHERE post_id IN (SELECT id FROM posts WHERE deleted_at IS NOT NULL)",
		"INSERT INTO tags (post_id) VALUES (1), (2), (3)",
		"INSERT INTO tags (post_id) SELECT id FROM posts WHERE deleted_at IS NULL",
		"INSERT INTO posts (id, author_id, title) VALUES (80, 1, 'FROM posts')",
		"SELECT count(*) FROM posts WHERE title = 'x' OR deleted_at IS NULL",
		"SELECT * FROM posts WHERE id BETWEEN 1 AND 3 AND deleted_at IS NULL",
		"SELECT p.id FROM posts p JOIN tags USING (id) WHERE p.deleted_at IS NULL",
		"SELECT posts.* FROM posts NATURAL JOIN tags WHERE posts.deleted_at IS NULL",
		"SELECT max(id) FROM posts WHERE deleted_at IS NULL HAVING max(id) > 0",
		"SELECT p.id FROM (posts p JOIN comments c ON c.post_id = p.id) JOIN tags t ON t.post_id = p.id WHERE p.deleted_at IS NULL AND c.deleted_at IS NULL",
		"SELECT p.id FROM tags t LEFT JOIN (posts p JOIN comments c ON c.post_id = p.id AND c.deleted_at IS NULL) ON t.post_id = p.id AND p.deleted_at IS NULL",
		"SELECT value.id FROM posts value WHERE value.deleted_at IS NULL",
		"SELECT value.id FROM posts AS value JOIN tags ON tags.id = value.id WHERE value.deleted_at IS NULL",
		"SELECT * FROM tags WHERE post_id = (SELECT min(id) FROM posts WHERE deleted_at IS NULL) + 0",
		"SELECT * FROM tags ORDER BY (SELECT count(*) FROM comments c WHERE c.post_id = tags.post_id AND c.deleted_at IS NULL), id",
		"SELECT p.id AS id, p.title AS title, a.name AS author, count(c.id) AS n FROM posts AS p LEFT JOIN authors AS a ON a.id = p.author_id AND a.is_deleted = false LEFT JOIN comments AS c ON c.post_id = p.id AND c.deleted_at IS NULL WHERE p.deleted_at IS NULL GROUP BY p.id, p.title, a.name HAVING count(c.id) >= 0 ORDER BY n DESC, p.id LIMIT 10",
		"WITH ranked AS (SELECT c.*, row_number() OVER (PARTITION BY c.post_id ORDER BY c.id DESC) AS rn FROM comments c WHERE c.deleted_at IS NULL) SELECT * FROM posts p JOIN ranked r ON r.post_id = p.id AND r.rn = 1 WHERE p.deleted_at IS NULL",
		"WITH t1 AS (SELECT id FROM posts WHERE deleted_at IS NULL), t2 AS (SELECT id FROM tags), t3 AS (SELECT t1.id FROM t1 JOIN t2 ON t1.id = t2.id) SELECT count(*) FROM t3",
		"SELECT * FROM tags t WHERE t.post_id IN (SELECT p.id FROM posts p WHERE p.deleted_at IS NULL AND EXISTS (SELECT 1 FROM comments c WHERE c.post_id = p.id AND c.deleted_at IS NULL AND c.id > t.id))",
		"SELECT * FROM tags t WHERE t.id > (SELECT avg(x.n) FROM (SELECT count(*) AS n FROM comments WHERE deleted_at IS NULL GROUP BY post_id) x)",
		"SELECT lag(id, 1) OVER (ORDER BY id), lead(id) OVER (ORDER BY id), ntile(4) OVER (ORDER BY id) FROM posts WHERE deleted_at IS NULL",
		"SELECT CASE p.author_id WHEN 1 THEN (SELECT name FROM authors a WHERE a.id = 1 AND NOT a.is_deleted) ELSE 'x' END FROM posts p WHERE p.deleted_at IS NULL",
		"SELECT nullif(title, ''), coalesce(title, 'from posts'), upper(title), CAST(id AS char(10)) FROM posts WHERE NOT (deleted_at IS NOT NULL)",
		"SELECT a.x FROM (SELECT 1 AS x UNION ALL SELECT 2) AS a LEFT JOIN (SELECT id AS x FROM posts WHERE deleted_at IS NULL) AS b ON b.x = a.x WHERE b.x IS NULL",
		"SELECT COUNT(*) AS total, SUM(CASE WHEN p.deleted_at IS NOT NULL THEN 1 ELSE 0 END) AS trashed FROM posts p",
		"SELECT id FROM posts WHERE deleted_at IS NULL INTERSECT SELECT post_id FROM comments WHERE deleted_at IS NULL",
		"SELECT id FROM posts WHERE deleted_at IS NULL EXCEPT SELECT post_id FROM tags",
		"SELECT * FROM (SELECT id, deleted_at FROM posts UNION ALL SELECT id, deleted_at FROM comments) AS u WHERE u.deleted_at IS NULL",
		"SELECT min(deleted_at) FROM posts",
		"SELECT * FROM posts JOIN (SELECT 1 AS one) AS x ON x.one = posts.id AND posts.deleted_at IS NULL",
		"SELECT p1.id FROM posts p1 LEFT JOIN posts p2 ON p2.author_id = p1.author_id AND p2.id > p1.id AND p2.deleted_at IS NULL WHERE p2.id IS NULL AND p1.deleted_at IS NULL",
		"UPDATE tags SET post_id = (SELECT max(p.id) FROM posts p WHERE p.deleted_at IS NULL) WHERE id IN (SELECT id FROM (SELECT id FROM tags) AS t)",
		"DELETE FROM comments WHERE deleted_at < '2001-01-01 00:00:00'",
		"SELECT 1 WHERE 1 = 1",
		"SELECT posts.id, posts.title, posts.deleted_at FROM posts",
	},
	found: []string{
		"SELECT * FROM posts WHERE id = 1 OR title = 'deleted_at'",
		"SELECT count(*) FROM posts p, comments c WHERE c.deleted_at IS NULL",
		"SELECT x.id FROM (SELECT id FROM posts) x",
		"SELECT x.id FROM (SELECT id FROM (SELECT id FROM posts) y) x",
		"WITH x AS (SELECT id FROM posts), y AS (SELECT id FROM x) SELECT * FROM y",
		"WITH RECURSIVE t AS (SELECT id FROM posts WHERE deleted_at IS NULL UNION ALL SELECT p.id FROM posts p JOIN t ON t.id = p.author_id AND p.id > 5) SELECT * FROM t",
		"SELECT id FROM posts WHERE deleted_at IS NULL UNION SELECT id FROM posts",
		"SELECT id FROM tags UNION SELECT id FROM posts",
		"SELECT * FROM tags WHERE EXISTS (SELECT 1 FROM posts WHERE posts.id = tags.post_id)",
		"SELECT * FROM tags LEFT JOIN posts ON posts.id = tags.post_id",
		"SELECT * FROM tags ORDER BY (SELECT count(*) FROM comments WHERE comments.post_id = tags.post_id)",
		"SELECT CASE WHEN EXISTS (SELECT 1 FROM posts) THEN 1 END",
		"SELECT p.id FROM (posts p JOIN comments c ON c.post_id = p.id) WHERE p.deleted_at IS NULL",
		"SELECT p.id FROM tags t LEFT JOIN (posts p JOIN comments c ON c.post_id = p.id) ON t.post_id = p.id WHERE c.deleted_at IS NULL",
		"SELECT * FROM tags, (SELECT 1 AS one) x, posts",
		"UPDATE tags SET post_id = (SELECT max(id) FROM posts)",
		"UPDATE posts SET title = 'x' WHERE id IN (SELECT post_id FROM comments WHERE deleted_at IS NULL)",
		"DELETE FROM tags WHERE post_id IN (SELECT id FROM posts)",
		"DELETE FROM comments",
		"INSERT INTO tags (post_id) SELECT id FROM posts",
		"INSERT INTO tags (post_id) VALUES ((SELECT max(id) FROM posts))",
		"INSERT INTO comments (id, post_id) SELECT id, post_id FROM tags",
		"SELECT\n* -- deleted_at\nFROM /* deleted_at */ posts",
		"SELECT name FROM authors WHERE id = 1",
		"SELECT a.name FROM authors a JOIN posts p ON p.author_id = a.id WHERE p.deleted_at IS NULL",
		"WITH ranked AS (SELECT c.*, row_number() OVER (PARTITION BY c.post_id ORDER BY c.id DESC) AS rn FROM comments c) SELECT p.id FROM posts p JOIN ranked r ON r.post_id = p.id AND r.rn = 1 WHERE p.deleted_at IS NULL",
		"SELECT * FROM tags t WHERE t.id > (SELECT avg(x.n) FROM (SELECT count(*) AS n FROM comments GROUP BY post_id) x)",
		"SELECT id FROM posts WHERE deleted_at IS NULL EXCEPT SELECT post_id FROM comments",
		"SELECT p1.id FROM posts p1 LEFT JOIN posts p2 ON p2.author_id = p1.author_id AND p2.id > p1.id WHERE p2.id IS NULL AND p1.deleted_at IS NULL",
		"SELECT * FROM tags t WHERE t.post_id IN (SELECT p.id FROM posts p WHERE p.deleted_at IS NULL AND EXISTS (SELECT 1 FROM comments c WHERE c.post_id = p.id AND c.id > t.id))",
		"SELECT CASE p.author_id WHEN 1 THEN (SELECT name FROM authors a WHERE a.id = 1) ELSE 'x' END FROM posts p WHERE p.deleted_at IS NULL",
		"SELECT max(id) AS deleted_at FROM posts",
	},
}

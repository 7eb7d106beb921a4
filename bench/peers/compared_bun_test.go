package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type blogAuthor struct {
	bun.BaseModel `bun:"table:authors"`

	ID        int `bun:",pk"`
	Name      string
	DeletedAt time.Time `bun:",soft_delete,nullzero"`
}

type blogPost struct {
	bun.BaseModel `bun:"table:posts,alias:p"`

	ID        int `bun:",pk"`
	AuthorID  int
	Author    *blogAuthor `bun:"rel:belongs-to,join:author_id=id"`
	Title     string
	DeletedAt time.Time `bun:",soft_delete,nullzero"`
}

// bunNotes notes what bun sends.
type bunNotes struct{ *sent }

func (n bunNotes) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }
func (n bunNotes) AfterQuery(_ context.Context, event *bun.QueryEvent)                { n.note(event.Query) }

// openBlog has an author with posts 1 and 2, of which the second is deleted. The database removes posts with their author.
func openBlog(t *testing.T) (*bun.DB, *sent) {
	t.Helper()
	pool, err := testdb.Open(t, "sqlite").DB()
	require.NoError(t, err)
	notes := new(sent)
	db := bun.NewDB(pool, sqlitedialect.New())
	db.AddQueryHook(bunNotes{notes})
	for _, statement := range []string{
		"CREATE TABLE authors (id integer PRIMARY KEY, name text, deleted_at datetime)",
		"CREATE TABLE posts (id integer PRIMARY KEY, author_id integer REFERENCES authors ON DELETE CASCADE, title text, deleted_at datetime)",
		"CREATE UNIQUE INDEX one_name ON authors (name) WHERE deleted_at IS NULL",
		"INSERT INTO authors (id, name) VALUES (1, 'Ana')",
		"INSERT INTO posts (id, author_id, title) VALUES (1, 1, 'x'), (2, 1, 'y')",
	} {
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	_, err = db.NewDelete().Model(&blogPost{ID: 2}).WherePK().Exec(t.Context())
	require.NoError(t, err)
	notes.take()
	return db, notes
}

func TestComparedBunDeletesAndReads(t *testing.T) {
	t.Parallel()
	db, notes := openBlog(t)
	ctx := t.Context()
	result, err := db.NewDelete().Model((*blogPost)(nil)).Where("author_id = ?", 1).Exec(ctx)
	require.NoError(t, err)
	n, err := result.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	all := notes.take()
	require.Len(t, all, 1, "one statement, in no transaction of its own")
	require.Regexp(t, `^UPDATE posts AS p SET deleted_at = '.*' WHERE \(author_id = 1\) AND p.deleted_at IS NULL$`, unquoted(all[0]))

	var posts []blogPost
	require.NoError(t, db.NewSelect().Model(&posts).Scan(ctx))
	require.Empty(t, posts)
	require.NoError(t, db.NewSelect().Model(&posts).WhereAllWithDeleted().Scan(ctx))
	require.Len(t, posts, 2, "they are marked")

	_, err = db.NewUpdate().Model((*blogPost)(nil)).Set("deleted_at = NULL").Where("id = ?", 1).WhereAllWithDeleted().Exec(ctx)
	require.NoError(t, err)
	require.NoError(t, db.NewSelect().Model(&posts).Scan(ctx))
	require.Len(t, posts, 1, "the marker is written by hand")

	_, err = db.NewDelete().Model(&blogAuthor{ID: 1}).WherePK().Exec(ctx)
	require.NoError(t, err)
	require.NoError(t, db.NewSelect().Model(&posts).Relation("Author").Scan(ctx))
	require.Len(t, posts, 1, "the children stay: foreign keys act on real deletes only")
	require.Nil(t, posts[0].Author, "a joined relation has the filter")

	_, err = db.NewInsert().Model(&blogAuthor{ID: 2, Name: "Ana"}).Exec(ctx)
	require.NoError(t, err, "with a partial index the value is free again")
	_, err = db.NewInsert().Model(&blogAuthor{ID: 3, Name: "Ana"}).Exec(ctx)
	require.ErrorContains(t, err, "UNIQUE")
	_, err = db.NewDelete().Model(&blogAuthor{ID: 1}).WherePK().ForceDelete().Exec(ctx)
	require.NoError(t, err)
	require.NoError(t, db.NewSelect().Model(&posts).WhereAllWithDeleted().Scan(ctx))
	require.Empty(t, posts)
}

func TestComparedBunChangesNoStaleRow(t *testing.T) {
	t.Parallel()
	db, notes := openBlog(t)
	result, err := db.NewUpdate().Model(&blogPost{ID: 2, AuthorID: 1, Title: "Edited"}).WherePK().Exec(t.Context())
	require.NoError(t, err, "and it returns no error")
	n, err := result.RowsAffected()
	require.NoError(t, err)
	require.Zero(t, n)
	require.Contains(t, unquoted(notes.take()[0]), "p.deleted_at IS NULL", "the filter is in its condition")
}

func TestComparedBunLeaksByWhereOr(t *testing.T) {
	t.Parallel()
	db, notes := openBlog(t)
	ctx := t.Context()
	find := func(conditions func(q *bun.SelectQuery) *bun.SelectQuery) int {
		var posts []blogPost
		require.NoError(t, conditions(db.NewSelect().Model(&posts)).Scan(ctx))
		return len(posts)
	}
	// The deleted post is on the left of the OR, where no filter is.
	require.Equal(t, 2, find(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("title = 'y'").WhereOr("title = 'x'") }))
	require.Equal(t, 1, find(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("title = 'x'").WhereOr("title = 'y'") }))
	all := notes.take()
	require.Equal(t, "SELECT … FROM posts AS p WHERE (title = 'x') OR (title = 'y') AND p.deleted_at IS NULL", unquoted(all[1]))

	require.Equal(t, 1, find(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("title = 'y' OR title = 'x'") }), "in one Where it holds")
	require.Equal(t, 1, find(func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("title = 'y'").WhereOr("title = 'x'") })
	}), "and in a WhereGroup")
}

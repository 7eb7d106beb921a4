package neighbours_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/glebarez/sqlite"
	"github.com/stretchr/testify/require"
	"gorm.io/datatypes"
	"gorm.io/driver/postgres"
	"gorm.io/gen/field"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/hints"
	"gorm.io/plugin/dbresolver"
	"gorm.io/plugin/optimisticlock"
	"gorm.io/sharding"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
	"github.com/gorm-softdelete/softdelete/tests/neighbours/fields"
	"github.com/gorm-softdelete/softdelete/tests/neighbours/query"
)

// What stands between "docs" and "end" stands in docs/neighbours.md or docs/databases.md too, word for word. The SQL below it there is
// what it sends.

// Post is the docs' usual model.
type Post struct {
	ID    uint
	Title string
	softdelete.Tracked
}

// The models of the code that gen and GORM CLI have generated.
type (
	Author = beside.Author
	Book   = beside.Book
)

// docs

// Doc has a version, which updates check.
type Doc struct {
	ID      uint
	Text    string
	Version optimisticlock.Version
	softdelete.Tracked
}

// end

// docs

// Paper keeps a document as JSON.
type Paper struct {
	ID  uint
	Doc datatypes.JSON
	softdelete.Tracked
}

// end

// openDocs opens a handle with the plugin on some rows, in memory.
func openDocs(t *testing.T) (*gorm.DB, *traced) {
	t.Helper()
	log := &traced{}
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: log})
	require.NoError(t, err)
	models := []any{&Post{}, &Doc{}, &Paper{}, &Author{}, &Book{}, &beside.AuthorLabel{}}
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
	require.NoError(t, softdelete.AutoMigrate(db, models...))
	require.NoError(t, db.Create(&Post{Title: "Hello"}).Error)
	require.NoError(t, db.Create(&Paper{Doc: datatypes.JSON(`{"color": "red"}`)}).Error)
	require.NoError(t, db.Create(&[]Author{{Name: "ana", Books: []Book{{Title: "one"}, {Title: "two"}}}, {Name: "ben"}}).Error)
	require.NoError(t, db.Delete(&Book{}, 2).Error)
	log.sql = nil
	return db, log
}

// shows holds what was sent against the SQL below a heading of docs/neighbours.md.
func (l *traced) shows(t *testing.T, heading string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "neighbours.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "\n## "+heading+"\n")
	require.True(t, found, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(section, -1)
	require.NotEmpty(t, blocks, heading)
	plain := func(sql string) string {
		return strings.Join(strings.Fields(regexp.MustCompile(`\s*([=,()])\s*`).ReplaceAllString(strings.NewReplacer("`", "", `"`, "", "'", "").Replace(sql), "$1")), " ")
	}
	for _, block := range blocks {
		for _, statement := range strings.Split(strings.TrimSuffix(strings.TrimSpace(block[1]), ";"), ";\n") {
			like := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(plain(statement)), "…", ".*") + "$")
			require.True(t, slices.ContainsFunc(l.sql, func(sql string) bool { return like.MatchString(plain(sql)) }),
				"%s\nwas not sent, but\n%s", statement, strings.Join(l.sql, "\n"))
		}
	}
}

func TestDocsVersions(t *testing.T) {
	t.Parallel()
	db, log := openDocs(t)
	// docs
	doc := Doc{Text: "draft"}
	db.Create(&doc)
	db.Model(&doc).Update("text", "final")
	db.Delete(&doc)
	// end
	log.shows(t, "Versions")
}

func TestDocsGen(t *testing.T) {
	t.Parallel()
	db, log := openDocs(t)
	ctx := t.Context()
	// docs
	q := query.Use(db)
	found, err := q.Author.WithContext(ctx).Join(q.Book, q.Book.AuthorID.EqCol(q.Author.ID)).Find()
	// end
	require.NoError(t, err)
	require.Len(t, found, 1)
	func() {
		// docs
		var authors []struct {
			Name  string
			Books int
		}
		books := field.NewUnsafeFieldRaw("(SELECT count(*) FROM books AS b WHERE b.author_id = authors.id AND ?)", softdelete.Live(&Book{}, "b"))
		err := q.Author.WithContext(ctx).Select(q.Author.Name, books.As("books")).Scan(&authors)
		// end
		require.NoError(t, err)
		require.Equal(t, 1, authors[0].Books)
	}()
	log.shows(t, "gen")
}

func TestDocsCLI(t *testing.T) {
	t.Parallel()
	db, log := openDocs(t)
	ctx := t.Context()
	// docs
	found, err := gorm.G[Author](db).Where(fields.Author.Name.Eq("ana")).Find(ctx)
	// end
	require.NoError(t, err)
	require.Len(t, found, 1)
	func() {
		// docs
		rows, err := gorm.G[Author](db).Where(fields.Author.ID.Eq(1)).Set(fields.Author.Name.Set("Ana")).Update(ctx)
		// end
		require.NoError(t, err)
		require.Equal(t, 1, rows)
	}()
	func() {
		// docs
		restored, err := softdelete.Of[Author](db).Where(fields.Author.DeletedBy.Eq("ana")).RestoreAll(ctx)
		// end
		require.NoError(t, err)
		require.Zero(t, restored)
	}()
	func() {
		// docs
		trashed, err := gorm.G[Author](db).Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).Where(fields.Author.DeletedBy.Eq("ana")).Find(ctx)
		// end
		require.NoError(t, err)
		require.Empty(t, trashed)
	}()
	log.shows(t, "GORM CLI")
}

func TestDocsDatatypes(t *testing.T) {
	t.Parallel()
	db, log := openDocs(t)
	// docs
	db.Where(datatypes.JSONQuery("doc").Equals("red", "color")).Delete(&Paper{})
	// end
	log.shows(t, "Datatypes")
}

func TestDocsHints(t *testing.T) {
	t.Parallel()
	db, log := openDocs(t)
	post := Post{ID: 1}
	// docs
	db.Clauses(hints.Comment("update", "job 7"), hints.CommentAfter("where", "trace")).Delete(&post)
	// end
	log.shows(t, "Hints and comments")
}

func TestDocsReplicas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	primary, replica := sqlite.Open(filepath.Join(dir, "primary.db")), sqlite.Open(filepath.Join(dir, "replica.db"))
	db, err := gorm.Open(primary, &gorm.Config{Logger: logger.Discard})
	require.NoError(t, err)
	models := []any{&Post{}}
	use := func() error {
		// docs
		if err := db.Use(softdelete.New(softdelete.Config{Models: models})); err != nil {
			return err
		}
		return db.Use(dbresolver.Register(dbresolver.Config{Replicas: []gorm.Dialector{replica}}))
		// end
	}
	require.NoError(t, use())
	require.NoError(t, softdelete.AutoMigrate(db, models...))
	require.NoError(t, db.Create(&Post{ID: 1}).Error)
	require.NoError(t, db.Delete(&Post{}, 1).Error)
	// docs
	trash, err := softdelete.OpenTrash(db.Clauses(dbresolver.Write))
	// end
	require.NoError(t, err)
	page, err := trash.List(t.Context(), softdelete.ListOptions{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1, "the replica has no table")
	pools, err := db.DB()
	require.NoError(t, err)
	require.NoError(t, pools.Close())
}

func TestDocsArchive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := gorm.Open(sqlite.Open(filepath.Join(dir, "primary.db")), &gorm.Config{Logger: logger.Discard})
	require.NoError(t, err)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}}})))
	archive := sqlite.Open(filepath.Join(dir, "archive.db"))
	require.NoError(t, db.Use(dbresolver.Register(dbresolver.Config{Sources: []gorm.Dialector{archive}}, "archive")))
	there := db.Clauses(dbresolver.Use("archive"), dbresolver.Write).Session(&gorm.Session{})
	require.NoError(t, softdelete.AutoMigrate(there, &Post{}))
	post := Post{ID: 1}
	require.NoError(t, there.Create(&post).Error)
	require.NoError(t, there.Delete(&post).Error)
	// docs
	err = softdelete.Restore(db.Clauses(dbresolver.Use("archive")), &post).Error
	// end
	require.NoError(t, err)
	require.False(t, post.DeletedAt.Valid)
}

func TestDocsSharding(t *testing.T) {
	t.Parallel()
	pool, err := testdb.Open(t, "postgres").DB()
	require.NoError(t, err)
	models := []any{&Post{}}
	config := sharding.Config{ShardingKey: "site_id", NumberOfShards: 2, PrimaryKeyGenerator: sharding.PKSnowflake}
	open := func() error {
		// docs
		db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), &gorm.Config{})
		if err != nil {
			return err
		}
		if err := db.Use(softdelete.New(softdelete.Config{Models: models})); err != nil {
			return err
		}
		sharded, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), &gorm.Config{})
		if err != nil {
			return err
		}
		return sharded.Use(sharding.Register(config, "hits"))
		// end
	}
	require.NoError(t, open())
}

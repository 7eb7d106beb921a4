package neighbours_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// watched is a connection pool that takes down what it is asked.
type watched struct {
	gorm.ConnPool

	mu    sync.Mutex
	asked []string
}

func (w *watched) note(query string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, query)
}

// take returns what was asked since the last call.
func (w *watched) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := w.asked
	w.asked = nil
	return asked
}

func (w *watched) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	w.note(query)
	return w.ConnPool.PrepareContext(ctx, query)
}

func (w *watched) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	w.note(query)
	return w.ConnPool.ExecContext(ctx, query, args...)
}

func (w *watched) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.note(query)
	return w.ConnPool.QueryContext(ctx, query, args...)
}

func (w *watched) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	w.note(query)
	return w.ConnPool.QueryRowContext(ctx, query, args...)
}

func (w *watched) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	w.note("BEGIN")
	return w.ConnPool.(gorm.TxBeginner).BeginTx(ctx, opts)
}

func (w *watched) GetDBConn() (*sql.DB, error) {
	w.note("connection")
	return w.ConnPool.(*sql.DB), nil
}

// behind is the dialect of a handle on a pool that is there already.
type behind struct {
	gorm.Dialector

	pool gorm.ConnPool
}

func (b behind) Initialize(db *gorm.DB) error {
	if err := b.Dialector.Initialize(db); err != nil {
		return err
	}
	if opened, ok := db.ConnPool.(*sql.DB); ok && opened != b.pool {
		_ = opened.Close()
	}
	db.ConnPool = b.pool
	return nil
}

// Upsert clauses and savepoints are the dialect's own affair.
func (b behind) SavePoint(tx *gorm.DB, name string) error {
	return b.Dialector.(gorm.SavePointerDialectorInterface).SavePoint(tx, name)
}

func (b behind) RollbackTo(tx *gorm.DB, name string) error {
	return b.Dialector.(gorm.SavePointerDialectorInterface).RollbackTo(tx, name)
}

// The models. Rows of each kind are in the primary otherwise than in the replica.
type (
	replicaAuthor struct {
		ID    uint
		Email string `gorm:"uniqueIndex;size:100"`
		Name  string
		Books []replicaBook `gorm:"foreignKey:AuthorID" softdelete:"cascade"`
		Notes []replicaNote `gorm:"foreignKey:AuthorID" softdelete:"cascade,hooks"`
		Loans []replicaLoan `gorm:"foreignKey:AuthorID" softdelete:"restrict"`
		Tags  []replicaTag  `gorm:"many2many:replica_author_tags;joinForeignKey:AuthorID;joinReferences:TagID"`
		softdelete.Tracked
	}
	replicaBook struct {
		ID       uint
		AuthorID uint
		Author   *replicaAuthor `softdelete:"liveParent"`
		Title    string
		softdelete.Timestamp
	}
	replicaNote struct {
		ID       uint
		AuthorID uint
		Text     string
		softdelete.Tracked
	}
	replicaLoan struct {
		ID       uint
		AuthorID uint
		softdelete.Timestamp
	}
	replicaTag struct {
		ID   uint
		Word string
		softdelete.Timestamp
	}
	replicaAuthorTag struct {
		AuthorID uint `gorm:"primaryKey"`
		TagID    uint `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	// replicaFlag has no time and no relations.
	replicaFlag struct {
		ID   uint
		Name string `gorm:"uniqueIndex;size:100"`
		softdelete.Flagged
	}
)

func (replicaAuthorTag) TableName() string { return "replica_author_tags" }

func (*replicaNote) BeforeDelete(*gorm.DB) error  { return nil }
func (*replicaNote) BeforeRestore(*gorm.DB) error { return nil }
func (*replicaNote) BeforePurge(*gorm.DB) error   { return nil }
func (*replicaNote) AfterPurge(*gorm.DB) error    { return nil }

func replicaModels() []any {
	return []any{&replicaAuthor{}, &replicaBook{}, &replicaNote{}, &replicaLoan{}, &replicaTag{}, &replicaAuthorTag{}, &replicaFlag{}}
}

// shelf is a place with the tables, and a handle on it that knows of no other.
type shelf struct {
	open  testdb.Opener
	plain *gorm.DB
}

func newShelf(t *testing.T, database string) *shelf {
	t.Helper()
	s := &shelf{open: testdb.OpenerFor(t, database)}
	// All that happens there is an hour old.
	s.plain = s.handle(t, softdelete.Config{}, &gorm.Config{NowFunc: func() time.Time { return time.Now().Add(-time.Hour) }})
	require.NoError(t, s.plain.AutoMigrate(replicaModels()...))
	return s
}

// handle is a handle with the plugin.
func (s *shelf) handle(t *testing.T, config softdelete.Config, options *gorm.Config) *gorm.DB {
	t.Helper()
	db := s.open(t, options)
	install(t, db, config)
	return db
}

func install(t *testing.T, db *gorm.DB, config softdelete.Config) {
	t.Helper()
	require.NoError(t, db.SetupJoinTable(&replicaAuthor{}, "Tags", &replicaAuthorTag{}))
	config.Models = replicaModels()
	require.NoError(t, db.Use(softdelete.New(config)))
}

// fill gives a place the rows that primary and replica have in common.
func (s *shelf) fill(t *testing.T) {
	t.Helper()
	db := s.plain
	for _, model := range slices.Backward(replicaModels()) {
		require.NoError(t, db.Session(&gorm.Session{AllowGlobalUpdate: true, SkipHooks: true}).Unscoped().Delete(model).Error)
	}
	var authors []replicaAuthor
	var books []replicaBook
	var notes []replicaNote
	for id := uint(1); id <= 6; id++ {
		authors = append(authors, replicaAuthor{ID: id, Email: fmt.Sprintf("a%d", id), Name: fmt.Sprintf("author %d", id)})
		for n := uint(1); n <= 2; n++ {
			books = append(books, replicaBook{ID: 10*id + n, AuthorID: id, Title: "book"})
			notes = append(notes, replicaNote{ID: 10*id + n, AuthorID: id, Text: "note"})
		}
	}
	quiet := db.Session(&gorm.Session{SkipHooks: true})
	for _, rows := range []any{
		&authors, &books, &notes,
		&[]replicaLoan{{ID: 1, AuthorID: 4}},
		&[]replicaTag{{ID: 1, Word: "one"}, {ID: 2, Word: "two"}},
		&[]replicaAuthorTag{{AuthorID: 1, TagID: 1}, {AuthorID: 2, TagID: 1}},
		&[]replicaFlag{{ID: 1, Name: "f1"}, {ID: 2, Name: "f2"}, {ID: 3, Name: "f3"}},
	} {
		require.NoError(t, quiet.Create(rows).Error)
	}
	require.NoError(t, db.Delete(&replicaAuthor{ID: 5}).Error)
	require.NoError(t, db.Delete(&replicaBook{ID: 22}).Error)
	require.NoError(t, db.Delete(&replicaFlag{ID: 3}).Error)
}

// goOn is what a lagging replica does not know yet. It returns the id of the last
// deletion.
func (s *shelf) goOn(t *testing.T) uuid.UUID {
	t.Helper()
	db := s.plain
	require.NoError(t, softdelete.Restore(db, &replicaAuthor{ID: 5}).Error)
	require.NoError(t, softdelete.Restore(db, &replicaBook{ID: 22}).Error)
	require.NoError(t, softdelete.Restore(db, &replicaFlag{ID: 3}).Error)
	require.NoError(t, db.Delete(&replicaFlag{ID: 2}).Error)
	require.NoError(t, db.Delete(&replicaBook{ID: 12}).Error)
	require.NoError(t, db.Delete(&replicaAuthorTag{AuthorID: 1, TagID: 1}).Error)
	require.NoError(t, db.Create(&replicaAuthor{ID: 7, Email: "a7", Name: "new", Books: []replicaBook{{ID: 71, Title: "new"}}}).Error)
	require.NoError(t, softdelete.ForceDelete(db, &replicaAuthor{ID: 6}).Error)
	var d softdelete.Deletion
	require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&replicaAuthor{ID: 3}).Error)
	return d.ID
}

// rows lists all that a place has: each row's key, what is in it, and if it is trashed.
func (s *shelf) rows(t *testing.T) string {
	t.Helper()
	var list []string
	add := func(rows any, line func(i int) string) {
		require.NoError(t, s.plain.Session(&gorm.Session{SkipHooks: true}).Unscoped().Order(clause.PrimaryKey).Find(rows).Error)
		for i := 0; line(i) != ""; i++ {
			list = append(list, line(i))
		}
	}
	var authors []replicaAuthor
	add(&authors, func(i int) string {
		if i == len(authors) {
			return ""
		}
		a := authors[i]
		return fmt.Sprint("author ", a.ID, " ", a.Email, " ", a.Name, " ", a.DeletedAt.Valid)
	})
	var books []replicaBook
	add(&books, func(i int) string {
		if i == len(books) {
			return ""
		}
		b := books[i]
		return fmt.Sprint("book ", b.ID, " ", b.AuthorID, " ", b.Title, " ", b.DeletedAt.Valid)
	})
	var notes []replicaNote
	add(&notes, func(i int) string {
		if i == len(notes) {
			return ""
		}
		n := notes[i]
		return fmt.Sprint("note ", n.ID, " ", n.AuthorID, " ", n.Text, " ", n.DeletedAt.Valid)
	})
	var pairs []replicaAuthorTag
	add(&pairs, func(i int) string {
		if i == len(pairs) {
			return ""
		}
		p := pairs[i]
		return fmt.Sprint("pair ", p.AuthorID, " ", p.TagID, " ", p.DeletedAt.Valid)
	})
	var flags []replicaFlag
	add(&flags, func(i int) string {
		if i == len(flags) {
			return ""
		}
		f := flags[i]
		return fmt.Sprint("flag ", f.ID, " ", f.Name, " ", bool(f.IsDeleted))
	})
	return strings.Join(list, "\n")
}

// routing is how a handle finds the primary and its replica.
type routing int

const (
	global  routing = iota // the resolver of all models
	byName                 // a resolver that each statement names by Use
	byModel                // a resolver of these models; others live elsewhere
)

func (r routing) String() string { return [...]string{"global", "byName", "byModel"}[r] }

// options are what gorm.G has to be told beside the handle.
func (r routing) options() []clause.Expression {
	if r == byName {
		return []clause.Expression{dbresolver.Use("library")}
	}
	return nil
}

// sent are what a transaction has to be told: it is by no table.
func (r routing) sent() []clause.Expression {
	if r == global {
		return []clause.Expression{dbresolver.Write}
	}
	return []clause.Expression{dbresolver.Use("library"), dbresolver.Write}
}

// resolved is a handle on a primary with a replica. Neither the replica nor the
// place that others live in is to be asked.
type resolved struct {
	db     *gorm.DB
	silent map[string]*watched
}

// resolve makes a handle; the plugins are installed in one order or the other.
func resolve(t *testing.T, r routing, primary, replica *shelf, config softdelete.Config, options *gorm.Config, first bool) *resolved {
	t.Helper()
	poolOf := func(s *shelf) gorm.ConnPool {
		pool, err := s.plain.DB()
		require.NoError(t, err)
		return pool
	}
	re := &resolved{silent: map[string]*watched{"replica": {ConnPool: poolOf(replica)}}}
	replicas := []gorm.Dialector{behind{replica.plain.Dialector, re.silent["replica"]}}
	var register *dbresolver.DBResolver
	if r == global {
		re.db = primary.open(t, options)
		register = dbresolver.Register(dbresolver.Config{Replicas: replicas, TraceResolverMode: first})
	} else {
		// It has the tables too, with rows of its own, which nobody is to find.
		re.silent["elsewhere"] = &watched{ConnPool: poolOf(replica)}
		if options.Logger == nil {
			options.Logger = testdb.Config().Logger
		}
		db, err := gorm.Open(behind{replica.plain.Dialector, re.silent["elsewhere"]}, options)
		require.NoError(t, err)
		re.db = db
		here := dbresolver.Config{Sources: []gorm.Dialector{behind{primary.plain.Dialector, poolOf(primary)}}, Replicas: replicas}
		datas := []any{"library"}
		if r == byModel {
			datas = append(replicaModels(), "library")
		}
		register = dbresolver.Register(here, datas...)
		// There is a resolver of all the rest too.
		register.Register(dbresolver.Config{Replicas: replicas})
	}
	if first {
		require.NoError(t, re.db.Use(register))
	}
	install(t, re.db, config)
	if !first {
		require.NoError(t, re.db.Use(register))
	}
	if r == byName {
		re.db = re.db.Clauses(dbresolver.Use("library")).Session(&gorm.Session{})
	}
	re.asked()
	return re
}

// asked is what reached those that were not to be asked.
func (r *resolved) asked() []string {
	var list []string
	for name, pool := range r.silent {
		for _, query := range pool.take() {
			list = append(list, name+": "+query[:min(len(query), 300)])
		}
	}
	return list
}

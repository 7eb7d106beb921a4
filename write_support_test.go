package softdelete_test

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// eachPath is testdb.Each, and a database that has no RETURNING besides.
func eachPath(t *testing.T, fn func(t *testing.T, open testdb.Opener)) {
	t.Helper()
	testdb.Each(t, fn)
	t.Run("without returning", func(t *testing.T) {
		t.Parallel()
		fn(t, testdb.WithoutReturning(t))
	})
}

// withPlugin opens a handle that has the plugin, and the tables of the models.
func withPlugin(t *testing.T, open testdb.Opener, config softdelete.Config, models ...any) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, db.AutoMigrate(models...))
	return db
}

// stored reads whole rows as they are in a table, past GORM's models.
func stored(t *testing.T, db *gorm.DB, table, order string) []map[string]any {
	t.Helper()
	rows := []map[string]any{}
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Raw("SELECT * FROM "+table+" ORDER BY "+order).Scan(&rows).Error)
	for _, row := range rows {
		for column, value := range row {
			switch v := value.(type) {
			case time.Time:
				row[column] = v.UTC()
			case uint64: // of an unsigned column
				row[column] = int64(v) //nolint:gosec // small
			}
		}
	}
	return rows
}

// without returns copies of rows that lack some columns.
func without(rows []map[string]any, columns ...string) []map[string]any {
	rest := make([]map[string]any, len(rows))
	for i, row := range rows {
		rest[i] = maps.Clone(row)
		for _, column := range columns {
			delete(rest[i], column)
		}
	}
	return rest
}

var trackedColumns = []string{"deleted_at", "deleted_by", "delete_reason", "deletion_id"}

// column reads one column of all rows, in the order of another.
func column[T any](t *testing.T, db *gorm.DB, query string, args ...any) []T {
	t.Helper()
	values := []T{}
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Raw(query, args...).Scan(&values).Error)
	return values
}

// recorder stands in the place of a handle's connection pool and keeps what
// reaches the database, transactions too.
type recorder struct {
	recording
	pool *sql.DB
}

type recorderTx struct {
	recording
	tx *sql.Tx
}

type recording struct {
	gorm.ConnPool
	log *statements
}

type statements struct {
	mu  sync.Mutex
	all []string
}

func (s *statements) add(sql string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, sql)
}

// take returns what was recorded since it was last called.
func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.all
	s.all = nil
	return taken
}

// starting counts the statements that start with a word.
func starting(all []string, word string) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !strings.HasPrefix(s, word) }))
}

// record makes a handle keep what it sends to the database.
func record(t *testing.T, db *gorm.DB) *statements {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	r := &recorder{recording{pool, &statements{}}, pool}
	db.ConnPool = r
	db.Statement.ConnPool = r
	return r.log
}

func (r recording) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	r.log.add(query)
	return r.ConnPool.PrepareContext(ctx, query)
}

func (r recording) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r.log.add(query)
	return r.ConnPool.ExecContext(ctx, query, args...)
}

func (r recording) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.log.add(query)
	return r.ConnPool.QueryContext(ctx, query, args...)
}

func (r recording) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r.log.add(query)
	return r.ConnPool.QueryRowContext(ctx, query, args...)
}

func (r *recorder) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	r.log.add("BEGIN")
	tx, err := r.pool.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &recorderTx{recording{tx, r.log}, tx}, nil
}

func (r *recorderTx) Commit() error {
	r.log.add("COMMIT")
	return r.tx.Commit()
}

func (r *recorderTx) Rollback() error {
	r.log.add("ROLLBACK")
	return r.tx.Rollback()
}

// aNote is the model of most tests of writes. Its keys are the application's: GORM cannot read generated ones back where
// a database that is not MySQL has no RETURNING.
type aNote struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	Score     int
	Tenant    string
	UpdatedAt time.Time
	softdelete.Tracked
}

// theNotes are made anew in an empty table: a, b, c, d live, and x, y trashed.
func theNotes(t *testing.T, db *gorm.DB) map[string]*aNote {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	require.NoError(t, db.Exec("DELETE FROM a_notes").Error)
	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	notes := map[string]*aNote{}
	for i, title := range []string{"a", "b", "c", "d", "x", "y"} {
		note := &aNote{ID: uint(i + 1), Title: title, Score: i + 1, Tenant: []string{"one", "two"}[i%2], UpdatedAt: long}
		require.NoError(t, db.Create(note).Error)
		notes[title] = note
	}
	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "before"), "long ago")
	for _, title := range []string{"x", "y"} {
		require.NoError(t, db.WithContext(ctx).Delete(notes[title]).Error)
	}
	return notes
}

// liveNotes and trashedNotes are the titles that the table holds.
func liveNotes(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	return column[string](t, db, "SELECT title FROM a_notes WHERE deleted_at IS NULL ORDER BY title")
}

func trashedNotes(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	return column[string](t, db, "SELECT title FROM a_notes WHERE deleted_at IS NOT NULL ORDER BY title")
}

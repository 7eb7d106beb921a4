package record

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

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
	log *Statements
}

type Statements struct {
	mu  sync.Mutex
	all []Call
}

// Call is a statement with its values.
type Call struct {
	SQL  string
	Args []any
}

func (s *Statements) add(sql string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, Call{sql, args})
}

// Take returns what was recorded since it was last called.
func (s *Statements) Take() []string {
	var list []string
	for _, call := range s.TakeCalls() {
		list = append(list, call.SQL)
	}
	return list
}

// TakeCalls is Take with the values.
func (s *Statements) TakeCalls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.all
	s.all = nil
	return taken
}

// Starting counts the statements that start with a word.
func Starting(all []string, word string) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !strings.HasPrefix(s, word) }))
}

// Record makes a handle keep what it sends to the database.
func Record(t *testing.T, db *gorm.DB) *Statements {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	r := &recorder{recording{pool, &Statements{}}, pool}
	db.ConnPool = r
	db.Statement.ConnPool = r
	return r.log
}

func (r recording) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	r.log.add(query)
	return r.ConnPool.PrepareContext(ctx, query)
}

func (r recording) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r.log.add(query, args...)
	return r.ConnPool.ExecContext(ctx, query, args...)
}

func (r recording) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.log.add(query, args...)
	return r.ConnPool.QueryContext(ctx, query, args...)
}

func (r recording) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r.log.add(query, args...)
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

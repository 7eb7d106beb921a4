package page

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// record has the log keep the statements of a handle in the order in which they go to the database. GORM's own log has
// each when its callbacks end: of a delete that cascades the first one last.
func (l *sentLog) record(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	db.ConnPool = &recorder{pool, recording{pool, l, db.Dialector}}
	db.Statement.ConnPool = db.ConnPool
	return nil
}

func (l *sentLog) keep(statement string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, statement)
}

// recording is what a pool and a transaction of it have in common.
type recording struct {
	gorm.ConnPool
	log     *sentLog
	dialect gorm.Dialector
}

func (r recording) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r.log.keep(r.dialect.Explain(query, args...))
	return r.ConnPool.ExecContext(ctx, query, args...)
}

func (r recording) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.log.keep(r.dialect.Explain(query, args...))
	return r.ConnPool.QueryContext(ctx, query, args...)
}

func (r recording) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r.log.keep(r.dialect.Explain(query, args...))
	return r.ConnPool.QueryRowContext(ctx, query, args...)
}

// recorder is a pool.
type recorder struct {
	pool *sql.DB
	recording
}

// GetDBConn is for db.DB().
func (r *recorder) GetDBConn() (*sql.DB, error) { return r.pool, nil }

// BeginTx begins a transaction that is recorded, too.
func (r *recorder) BeginTx(ctx context.Context, options *sql.TxOptions) (gorm.ConnPool, error) {
	tx, err := r.pool.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &recordedTx{tx, recording{tx, r.log, r.dialect}}, nil
}

// recordedTx is a transaction.
type recordedTx struct {
	tx *sql.Tx
	recording
}

func (t *recordedTx) Commit() error   { return t.tx.Commit() }
func (t *recordedTx) Rollback() error { return t.tx.Rollback() }

package concurrent

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// paused stands in the place of a handle's connection pool and calls a function before each statement that reaches the
// database.
type paused struct {
	pausing
	pool *sql.DB
}

type pausedTx struct {
	pausing
	tx *sql.Tx
}

type pausing struct {
	gorm.ConnPool
	before func(query string)
}

// Pause returns a handle like db on which before is called.
func Pause(db *gorm.DB, before func(query string)) *gorm.DB {
	pool := db.ConnPool.(*sql.DB)
	tx := db.Session(&gorm.Session{Context: context.Background()})
	tx.Statement.ConnPool = &paused{pausing{pool, before}, pool}
	return tx
}

func (i pausing) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	i.before(query)
	return i.ConnPool.ExecContext(ctx, query, args...)
}

func (i pausing) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	i.before(query)
	return i.ConnPool.QueryContext(ctx, query, args...)
}

func (i pausing) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	i.before(query)
	return i.ConnPool.QueryRowContext(ctx, query, args...)
}

func (i *paused) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	tx, err := i.pool.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &pausedTx{pausing{tx, i.before}, tx}, nil
}

func (i *pausedTx) Commit() error   { return i.tx.Commit() }
func (i *pausedTx) Rollback() error { return i.tx.Rollback() }

package main

import (
	"context"
	"database/sql"
	"sync/atomic"

	"gorm.io/gorm"
)

// counter stands in the place of a handle's connection pool and counts the statements, also those in transactions.
type counter struct {
	counting
	pool *sql.DB
}

type counterTx struct {
	counting
	tx *sql.Tx
}

type counting struct {
	gorm.ConnPool
	count *atomic.Int64
}

// countOf makes a handle count what it sends to the database.
func countOf(db *gorm.DB) (*atomic.Int64, error) {
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	c := &counter{counting{pool, new(atomic.Int64)}, pool}
	db.ConnPool = c
	db.Statement.ConnPool = c
	return c.count, nil
}

func (c counting) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	c.count.Add(1)
	return c.ConnPool.PrepareContext(ctx, query)
}

func (c counting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.count.Add(1)
	return c.ConnPool.ExecContext(ctx, query, args...)
}

func (c counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.count.Add(1)
	return c.ConnPool.QueryContext(ctx, query, args...)
}

func (c counting) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	c.count.Add(1)
	return c.ConnPool.QueryRowContext(ctx, query, args...)
}

func (c *counter) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	tx, err := c.pool.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &counterTx{counting{tx, c.count}, tx}, nil
}

func (c *counterTx) Commit() error   { return c.tx.Commit() }
func (c *counterTx) Rollback() error { return c.tx.Rollback() }

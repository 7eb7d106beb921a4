package migrator

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// alone runs a migration where tables are made anew to be changed, with foreign
// keys off: as a table is dropped, they would take the rows of its children. They
// are a setting of the connection, which cannot be changed in a transaction.
// https://www.sqlite.org/lang_altertable.html#otheralter
func alone(db *gorm.DB, d *dialect.Dialect, run func(db *gorm.DB) error) error {
	if _, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter); !d.TableRebuild || inTransaction || db.DryRun {
		return run(db)
	}
	return onConnection(db, func(conn *gorm.DB) (err error) {
		tx := db.Clauses()
		pool, ctx := conn.Statement.ConnPool, db.Statement.Context
		tx.Statement.ConnPool = pool
		var settings [2]bool
		for i, name := range rebuildSettings {
			if err := pool.QueryRowContext(ctx, "PRAGMA "+name).Scan(&settings[i]); err != nil {
				return err
			}
		}
		set := func(ctx context.Context, name string, on bool) error {
			_, err := pool.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %t", name, on))
			return err
		}
		// Also when the context has ended, and when the driver panics.
		defer func() {
			for i, name := range rebuildSettings {
				err = errors.Join(err, set(context.WithoutCancel(ctx), name, settings[i]))
			}
		}()
		for i, name := range rebuildSettings {
			if err := set(ctx, name, i == 1); err != nil {
				return err
			}
		}
		if session.Resolves(db) {
			return inTransactionOn(pool, tx, run)
		}
		return run(tx.Session(&gorm.Session{}))
	})
}

// inTransactionOn runs in a transaction on a connection: a resolver takes statements
// off any other, to one that has not the settings. It takes the lock first: a
// transaction that has only read could be refused it later.
func inTransactionOn(pool gorm.ConnPool, tx *gorm.DB, run func(db *gorm.DB) error) (err error) {
	on := connTx{pool, context.WithoutCancel(tx.Statement.Context)}
	if _, err := pool.ExecContext(tx.Statement.Context, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			err = errors.Join(err, on.Rollback())
		}
	}()
	tx.Statement.ConnPool = on
	if err := run(tx.Session(&gorm.Session{})); err != nil {
		return err
	}
	err = on.Commit()
	committed = err == nil
	return err
}

// connTx is the transaction that a connection is in.
type connTx struct {
	gorm.ConnPool

	ctx context.Context
}

// Commit ends it.
func (c connTx) Commit() error {
	_, err := c.ExecContext(c.ctx, "COMMIT")
	return err
}

// Rollback undoes it.
func (c connTx) Rollback() error {
	_, err := c.ExecContext(c.ctx, "ROLLBACK")
	return err
}

// onConnection runs on one connection, which may be the handle's own.
func onConnection(db *gorm.DB, run func(conn *gorm.DB) error) error {
	db = db.Session(&gorm.Session{NewDB: true})
	if _, isOne := db.Statement.ConnPool.(*sql.Conn); isOne {
		return run(db)
	}
	return db.Connection(run)
}

// rebuildSettings are off and on, in this order, while tables are made anew. The
// second keeps a rename from looking at views of a table that is gone.
var rebuildSettings = [2]string{"foreign_keys", "legacy_alter_table"}

package migrator

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
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

// rebuild makes a change for which a unique constraint has to go: the table is
// made anew without it, with its rows, indexes and triggers.
func (mg *Migration) rebuild(w DDL, c *Change) error {
	var enforced bool
	if err := mg.look().Raw("PRAGMA foreign_keys").Scan(&enforced).Error; err != nil {
		return err
	}
	if enforced && !mg.db.DryRun {
		return errors.New("a unique constraint is dropped by making the table anew, which needs foreign keys off: " +
			"run AutoMigrate outside of a transaction, or with PRAGMA foreign_keys = OFF before it")
	}
	return session.AsUnit(mg.db, func(tx *gorm.DB) error {
		rest := *c
		rest.Drop = nil
		for _, old := range c.Drop {
			if !old.Constraint {
				rest.Drop = append(rest.Drop, old)
				continue
			}
			// Somebody else may have been here since it was looked at.
			now, err := catalogue.Tables(tx, mg.Dialect, []string{c.Table.Name})
			if err != nil {
				return err
			}
			if have := now[c.Table.Name]; have == nil || have.Index(old.Name) == nil || !slices.Equal(have.Index(old.Name).Columns, old.Columns) {
				return errUnfinished
			}
			statements, err := rebuilding(tx, w, c.Table, old.Columns)
			if err == nil {
				err = executeAll(tx, statements)
			}
			if err != nil {
				return err
			}
		}
		return executeAll(tx, w.Statements(&rest))
	})
}

// rebuilding lists the statements that make a table anew without a unique
// constraint on some columns.
func rebuilding(db *gorm.DB, w DDL, table *catalogue.Table, unique []string) ([]string, error) {
	const scratchSuffix = "_softdelete_new"
	old, scratch := clause.Table{Name: table.Name}, clause.Table{Name: table.Name + scratchSuffix}
	var definition string
	look := session.Fresh(db, gorm.Session{})
	look.DryRun = false
	if err := look.Raw("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table.Name).Scan(&definition).Error; err != nil {
		return nil, err
	}
	parsed, ok := ParseTable(definition)
	if ok {
		ok = parsed.DropUnique(unique)
	}
	if !ok {
		return nil, fmt.Errorf("the unique constraint on %s is not found in the definition of the table, or has a collation of its own: make that anew without it", strings.Join(unique, ", "))
	}
	var others []string
	err := look.Raw("SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL", table.Name).Scan(&others).Error
	if err != nil {
		return nil, err
	}
	var sequence *int64
	if strings.Contains(strings.ToUpper(definition), "AUTOINCREMENT") {
		if err := look.Raw("SELECT seq FROM sqlite_sequence WHERE name = ?", table.Name).Scan(&sequence).Error; err != nil {
			return nil, err
		}
	}
	var copied []string
	err = look.Raw("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", table.Name).Scan(&copied).Error
	if err != nil {
		return nil, err
	}
	columns := expr.Columns("", copied)
	statements := []string{
		w.Text("CREATE TABLE ", scratch, " "+parsed.Body()),
		w.Text("INSERT INTO ", scratch, " (", columns, ") SELECT ", columns, " FROM ", old),
	}
	if sequence != nil {
		// Keys of rows that are gone are not given out again.
		statements = append(statements,
			w.Text("DELETE FROM sqlite_sequence WHERE name = '"+strings.ReplaceAll(scratch.Name, "'", "''")+"'"),
			w.Text(fmt.Sprintf("INSERT INTO sqlite_sequence (name, seq) VALUES ('%s', %d)", strings.ReplaceAll(scratch.Name, "'", "''"), *sequence)))
	}
	statements = append(statements, w.Text("DROP TABLE ", old), w.Text("ALTER TABLE ", scratch, " RENAME TO ", old))
	return append(statements, others...), nil
}

package softdelete

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// A force delete has to get past a guard (guard.go), and no other statement may by it.
// Whether a table has one is not looked up: that could be out of date by the time of the
// delete. Each says that it means live rows, in a way that lasts for it alone: in its
// own SQL, or where a database does not let triggers know that by a row that its
// transaction writes and removes.

// forced runs GORM's step of a delete, and has it say that it means live rows.
func forced(db *gorm.DB, next func(*gorm.DB)) {
	d, stmt := dialectOf(db), db.Statement
	built := stmt.SQL.Len() > 0
	if built && d.Guard.Learns {
		next(db) // It is built with what it has to say, or built again: see removeRows.
		return
	}
	failed, first := db.Error, true
	err := opening(db, d, func() error {
		defer saveClauses(stmt)()
		if !built && !first && d.Guard.Learns {
			unbuilt(stmt)
		}
		first = false
		if !built && saysForce(db, d) {
			d.Guard.Says(stmt.Clauses)
		}
		next(db)
		return db.Error
	})
	if failed == nil && err != nil && db.Error == nil {
		_ = db.AddError(err)
	}
}

// saysForce tells if a DELETE that means live rows is to say so: what is only read is
// not, and where guards are learned of none is before one has refused.
func saysForce(db *gorm.DB, d *dialect.Dialect) bool {
	p, ok := installed(db)
	return !db.DryRun && ok && (!d.Guard.Learns || p.models.guarded.Load())
}

// learnsOfGuard notes that a guard has refused a statement, which is to be run again.
func learnsOfGuard(db *gorm.DB) bool {
	p, ok := installed(db)
	if ok {
		p.models.guarded.Store(true)
		db.Error = nil
	}
	return ok
}

// unbuilt has GORM build a statement again.
func unbuilt(stmt *gorm.Statement) {
	stmt.SQL.Reset()
	stmt.Vars = nil
}

// deleteFrom is the beginning of a DELETE of an operation's rows, as it is to be when the
// statement is written.
func (op *operation) deleteFrom(db *gorm.DB) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		text := "DELETE FROM "
		if op.kind == OpForceDelete && saysForce(db, op.dialect) {
			text = op.dialect.Guard.DeleteFrom()
		}
		_, _ = b.WriteString(text)
	})
}

// means has a write of an operation mean live rows, if that is what it begins with.
func (op *operation) means(db *gorm.DB, write func() (int64, error)) func() (int64, error) {
	if op.kind != OpForceDelete || op.dialect.Guard.Open == "" && !op.dialect.Guard.Learns {
		return write
	}
	return func() (n int64, err error) {
		err = opening(db, op.dialect, func() error {
			n, err = write()
			return err
		})
		return n, err
	}
}

// opening runs a DELETE that means live rows. Where a statement cannot say so itself, it
// is run in the midst of what says so to the guards of the database, as a unit: what is
// opened for a DELETE that fails is taken back with it. It is tried without first, until
// a guard is known there: a statement that is refused changes nothing.
func opening(db *gorm.DB, d *dialect.Dialect, remove func() error) error {
	p, ok := installed(db)
	if d.Guard.Open == "" && !d.Guard.Learns || db.DryRun || db.Error != nil || !ok {
		return remove()
	}
	if !p.models.guarded.Load() {
		err := remove()
		if !dialect.IsGuarded(err) {
			return err
		}
		p.models.guarded.Store(true)
		db.Error = nil
	}
	if d.Guard.Open == "" {
		return remove()
	}
	// The connection is asked directly: that no table has a guard is no error to log.
	run := func(ctx context.Context, sql string) error {
		_, err := db.Statement.ConnPool.ExecContext(ctx, sql)
		return err
	}
	ctx := db.Statement.Context
	if err := run(ctx, d.Guard.Probe); dialect.IsMissingTable(err) {
		return remove()
	} else if err != nil {
		return err
	}
	return session.Within(db, func() error {
		if err := run(ctx, d.Guard.Open); err != nil {
			return err
		}
		err := remove()
		if closing := run(context.WithoutCancel(ctx), d.Guard.Close); err == nil {
			err = closing
		}
		return err
	})
}

// refusable wraps a step that runs a statement: where a guard has refused that, the
// error is ErrGuarded.
func refusable(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		next(db)
		if db.Error != nil && dialect.IsGuarded(db.Error) && !errors.Is(db.Error, ErrGuarded) {
			db.Error = fmt.Errorf("%w: %w", ErrGuarded, db.Error)
		}
	}
}

package softdelete

import (
	"database/sql"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// GORM opens its default transaction before it is known what a statement is. A delete,
// restore or removal that is one statement is a transaction by itself: BEGIN and COMMIT
// around it are two round trips for nothing. Where that may be so, GORM's transaction is
// put off until the operation is planned, and left out if nothing else belongs to it.
// Nobody can tell the difference: whatever is in doubt keeps the transaction.

// putOffKey marks a statement of which the default transaction is put off, and not begun.
const putOffKey = "softdelete:transaction"

// puttingOff wraps the step of a chain that opens the transaction: of deletes, and of
// updates for the sake of restores.
func (p *Plugin) puttingOff(on processor) func(func(*gorm.DB)) func(*gorm.DB) {
	return func(next func(*gorm.DB)) func(*gorm.DB) {
		return func(db *gorm.DB) {
			switch {
			case db.DryRun: // in which nothing runs
			case p.mayBeAlone(db, on):
				db.Statement.Clauses[putOffKey] = clause.Clause{}
			default:
				delete(db.Statement.Clauses, putOffKey)
				next(db)
			}
		}
	}
}

// beginUnlessAlone opens the transaction that was put off, unless the operation turns
// out to be one statement. It is for the step that plans the operation.
func (p *Plugin) beginUnlessAlone(db *gorm.DB, op *operation) {
	if stmt := db.Statement; isPutOff(stmt) && !op.isAlone(stmt) {
		delete(stmt.Clauses, putOffKey)
		callbacks.BeginTransaction(db)
	}
}

func isPutOff(stmt *gorm.Statement) bool {
	_, off := stmt.Clauses[putOffKey]
	return off
}

// unlessPutOff wraps the step that closes the transaction. GORM would take one that the
// same handle had before for this statement's.
func unlessPutOff(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if !isPutOff(db.Statement) {
			next(db)
			return
		}
		delete(db.Statement.Clauses, putOffKey)
	}
}

// mayBeAlone tells if a statement on a chain may turn out to be all of its operation: as
// far as that is known before it is planned.
func (p *Plugin) mayBeAlone(db *gorm.DB, on processor) bool {
	stmt := db.Statement
	request := requestOf(stmt)
	if on == processor(db.Callback().Update()) && request.verb != OpRestore {
		return false
	}
	e := p.models.seen(stmt.Schema)
	if e == nil || e.model == nil || db.Error != nil || stmt.SQL.Len() > 0 || db.SkipDefaultTransaction || db.DefaultTransactionTimeout > 0 {
		return false
	}
	// A statement that is cancelled may be carried out nonetheless. In a transaction it
	// is not committed then.
	if stmt.Context == nil || stmt.Context.Done() != nil {
		return false
	}
	pool := stmt.ConnPool
	if prepared, ok := pool.(*gorm.PreparedStmtDB); ok {
		pool = prepared.ConnPool
	}
	switch pool.(type) {
	case gorm.TxCommitter, *sql.Conn: // in a transaction of the caller's, or maybe in one
		return false
	}
	return dialectOf(db).CommitsAlone && p.config.Clock == AppClock && e.model.KeepsSurely &&
		request.batch == nil && request.within == nil && request.expect == nil && !p.listeners.Any(on)
}

// isAlone tells if an operation is one statement, and nothing that may fail comes after
// that.
func (op *operation) isAlone(stmt *gorm.Statement) bool {
	if op.plan != nil || op.observed != nil || op.outer != nil || len(stmt.Selects) > 0 || !op.model.Others.IsEmpty() || op.runsHooks(stmt) {
		return false
	}
	if _, returns := stmt.Clauses["RETURNING"]; returns {
		return false
	}
	// Of several values it has to be read which were written.
	return model.Pointee(reflect.ValueOf(stmt.Dest)).Kind() == reflect.Struct
}

// runsHooks tells if the model has hooks that an operation runs.
func (op *operation) runsHooks(stmt *gorm.Statement) bool {
	if !op.hooks {
		return false
	}
	switch {
	case op.kind == OpRestore:
		return hasHook[BeforeRestorer](op.model) || hasHook[AfterRestorer](op.model)
	case op.kind == OpPurge, op.kind == OpForceDelete && requestOf(stmt).verb != OpNone:
		return hasHook[BeforePurger](op.model) || hasHook[AfterPurger](op.model)
	default:
		return stmt.Schema.BeforeDelete || stmt.Schema.AfterDelete
	}
}

package session

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"sync/atomic"

	"gorm.io/gorm"
)

// ErrPanic is what a unit fails with that a hook's panic ends.
var ErrPanic = errors.New("softdelete: a hook panicked")

// Unit makes all that one statement does a unit, where GORM's own transaction
// does not: in the caller's transaction by a savepoint, and where GORM was told
// to open none by a transaction of its own.
type Unit struct {
	savepoint string        // empty for a transaction of its own
	pool      gorm.ConnPool // what the statement ran on before that
}

var savepoints atomic.Uint64

// Begin starts a unit unless GORM has a transaction open for the statement.
func Begin(db *gorm.DB) *Unit {
	if db.DryRun || db.Error != nil {
		return nil
	}
	if db.AddError(CheckTransactions(db)) != nil {
		return nil
	}
	if _, ok := db.InstanceGet("gorm:started_transaction"); ok {
		return nil
	}
	if _, ok := db.Statement.ConnPool.(gorm.TxCommitter); ok {
		if _, ok := db.Dialector.(gorm.SavePointerDialectorInterface); !ok {
			_ = db.AddError(gorm.ErrUnsupportedDriver)
			return nil
		}
		return setSavepoint(db)
	}
	tx := Beside(db).Begin()
	if tx.Error != nil {
		_ = db.AddError(tx.Error)
		return nil
	}
	u := &Unit{pool: db.Statement.ConnPool}
	db.Statement.ConnPool = tx.Statement.ConnPool
	return u
}

func setSavepoint(db *gorm.DB) *Unit {
	u := &Unit{savepoint: "softdelete_" + strconv.FormatUint(savepoints.Add(1), 36)}
	// By its SQL: the drivers' own method loses its error.
	if db.AddError(unprepared(Beside(db)).Exec("SAVEPOINT "+u.savepoint).Error) != nil {
		return nil
	}
	return u
}

// IsTransaction tells if the unit is a transaction of its own.
func (u *Unit) IsTransaction() bool { return u != nil && u.savepoint == "" }

// End commits the unit, or rolls it back if the statement has failed.
func (u *Unit) End(db *gorm.DB) {
	if u == nil {
		return
	}
	// A unit has to be closed even when the context is what ended it.
	// WithContext would carry the failed statement's parameters into the rollback.
	tx := db.Session(&gorm.Session{NewDB: true, SkipHooks: true, Context: context.WithoutCancel(db.Statement.Context)})
	tx.Error = nil
	if u.savepoint != "" {
		tx = unprepared(tx)
		if db.Error == nil {
			_ = db.AddError(tx.Exec("RELEASE SAVEPOINT " + u.savepoint).Error)
		}
		if db.Error != nil {
			tx.Exec("ROLLBACK TO SAVEPOINT " + u.savepoint)
			tx.Exec("RELEASE SAVEPOINT " + u.savepoint)
		}
		return
	}
	if db.Error != nil {
		tx.Rollback()
	} else if err := tx.Commit().Error; err != nil {
		_ = db.AddError(err)
	}
	db.Statement.ConnPool = u.pool
}

// InUnit runs a step of a statement as a unit. An error of the statement or a
// panic rolls it back.
func InUnit(db *gorm.DB, step func()) {
	u := Begin(db)
	defer func() {
		if r := recover(); r != nil {
			_ = db.AddError(ErrPanic)
			u.End(db)
			panic(r)
		}
		u.End(db)
	}()
	if db.Error == nil {
		step()
	}
}

// Within runs a step of a statement as a unit, as InUnit does, of which an error is the
// caller's to add to the statement. It is for a database where a savepoint begins a
// transaction if there is none: nobody can tell if a connection of the caller's is in one.
func Within(db *gorm.DB, step func() error) (err error) {
	var u *Unit
	if _, isOne := db.Statement.ConnPool.(*sql.Conn); isOne {
		u = setSavepoint(db)
	} else {
		u = Begin(db)
	}
	if db.Error != nil {
		return db.Error
	}
	err = ErrPanic
	defer func() {
		before := db.Error
		db.Error = err
		u.End(db)
		err, db.Error = db.Error, before
	}()
	err = step()
	return err
}

// AsUnit runs some statements as a unit. An error or a panic of theirs rolls them
// all back.
func AsUnit(db *gorm.DB, run func(tx *gorm.DB) error) error {
	tx := db.Session(&gorm.Session{}).Clauses()
	u := Begin(tx)
	if tx.Error != nil {
		return tx.Error
	}
	panicked := true
	defer func() {
		if panicked {
			_ = tx.AddError(ErrPanic)
			u.End(tx)
		}
	}()
	_ = tx.AddError(run(tx.Session(&gorm.Session{})))
	panicked = false
	u.End(tx)
	return tx.Error
}

// unprepared keeps statements out of the cache of prepared ones, which the names
// of savepoints, each a new one, would fill.
func unprepared(tx *gorm.DB) *gorm.DB {
	if prepared, ok := tx.Statement.ConnPool.(*gorm.PreparedStmtTX); ok {
		tx.Statement.ConnPool = prepared.Tx
	}
	return tx
}

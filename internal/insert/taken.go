package insert

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// A unique index of all rows refuses a value that only a trashed row has, and the
// database's error does not say so. It is found out when the statement has failed and
// its transaction is over.

// takenError is the error of a create or update of which a value is that of a trashed row.
type takenError struct {
	model, index string
	cause        error // the database's
}

// Error names the index, and no value: those of the cause are not repeated.
func (e *takenError) Error() string {
	return fault.ErrTrashed.Error() + ": model " + e.model + ": it has the value that the unique index " + e.index +
		" keeps: restore it, write under Revive, or make the index one of live rows by the tag softdelete:\"unique\""
}

// Unwrap makes it ErrTrashed, ErrConflict, and what the database said.
func (e *takenError) Unwrap() []error { return []error{fault.ErrTrashed, fault.ErrConflict, e.cause} }

// Taken explains the error of a statement that has failed by a trashed row; nil if that is
// none, or it cannot be told.
func Taken(m *model.Model, db *gorm.DB, d *dialect.Dialect) error {
	stmt := db.Statement
	constraint, violated := dialect.ViolatedConstraint(db.Error)
	if !violated || stmt.Unscoped || errors.Is(db.Error, fault.ErrTrashed) || errors.Is(db.Error, fault.ErrConflict) {
		return nil
	}
	if _, inTransaction := stmt.ConnPool.(gorm.TxCommitter); inTransaction && d.FailureEnds {
		return nil // nothing more can be asked in it
	}
	for _, index := range indexesOfAll(db, d, constraint) {
		if taken, err := anyTaken(db, m, d, index.Columns); taken && err == nil {
			return &takenError{m.Name(), index.Name, db.Error}
		}
	}
	return nil
}

// anyTaken tells if a trashed row has the values of the statement in some columns.
func anyTaken(db *gorm.DB, m *model.Model, d *dialect.Dialect, columns []string) (bool, error) {
	stmt := db.Statement
	values, _ := ValuesOf(stmt, model.Pointee(reflect.ValueOf(stmt.Dest)), columns)
	if len(values) == 0 {
		values, _ = ValuesOf(stmt, stmt.ReflectValue, columns)
	}
	for chunk := range slices.Chunk(values, d.Chunk(len(columns))) {
		tx := session.OnTable(session.Beside(db), stmt).Unscoped().Where(expr.InCurrent(columns, chunk)).Where(clause.Expression(m.TrashedRows))
		if found, err := session.AnyRow(d.Reading(tx)); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// indexesOfAll are the unique indexes of all rows that a database's error may be about: the
// one that it names, or, where the error has those, of which it names the columns; all of
// them if a translated error names none.
func indexesOfAll(db *gorm.DB, d *dialect.Dialect, constraint string) (list []catalogue.Index) {
	table := session.OwnTable(db.Statement)
	known, err := catalogue.Tables(session.Beside(db), d, []string{table})
	if err != nil || known[table] == nil {
		return nil
	}
	for _, index := range known[table].Indexes {
		named := constraint == "" || strings.EqualFold(index.Name, constraint)
		if d.ConflictByColumns {
			named = named || constraint == table+"."+strings.Join(index.Columns, ", "+table+".")
		}
		if index.Unique && index.Where == "" && named {
			list = append(list, index)
		}
	}
	if key := db.Statement.Schema.PrioritizedPrimaryField; d.ConflictByColumns && key != nil && (constraint == "" || constraint == table+"."+key.DBName) {
		list = append(list, catalogue.Index{Name: "of " + key.DBName, Columns: []string{key.DBName}}) // that of SQLite's rows, which no index is
	}
	return list
}

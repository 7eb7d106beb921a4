// Package session runs the statements that are this library's own: on the connection of
// the caller's statement, on the primary, as a unit with what belongs to them, and with
// the errors of the database itself.
package session

import (
	"cmp"
	"database/sql"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// What a write depends on is read from the database itself, never from a plugin
// that remembers what a query gave before. Such a plugin stands in GORM's chain of
// queries: a look-up runs in the other one, that of rows, which nobody can
// remember.

// ReadRows reads the rows of a look-up, as Find does, into a slice of structs.
func ReadRows(tx *gorm.DB, rows any) error {
	if tx.Statement.Model == nil {
		tx = tx.Model(rows)
	}
	tx = tx.Scan(rows)
	callbacks.AfterQuery(tx)
	return tx.Error
}

// Built is a statement as its look-up would be sent: one that is not run has its
// scopes applied. In the chain of queries a plugin would remember its rows, none.
func Built(tx *gorm.DB) *gorm.Statement {
	tx = tx.Session(&gorm.Session{DryRun: true}).Clauses()
	return tx.Callback().Row().Execute(tx).Statement
}

// Part is a piece of a statement that is not the caller's: text, a list of
// columns, or anything that GORM's builder writes.
type Part any

// Statement writes SQL, with the dialect's quoting and parameters, to be run on
// a statement's connection.
func Statement(db *gorm.DB, parts ...Part) *gorm.DB {
	tx := Beside(db).Clauses()
	tx.Config = withRawErrors(tx.Config)
	stmt := tx.Statement
	table := ""
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			_, _ = stmt.WriteString(p)
		case []clause.Column:
			expr.WriteColumns(stmt, p, false)
		case clause.Expression:
			p.Build(stmt)
		case clause.Table:
			stmt.WriteQuoted(p)
			table = cmp.Or(table, p.Name)
		default:
			stmt.WriteQuoted(p)
		}
	}
	if Resolves(tx) {
		stmt.Table = LastPart(table) // by which it is told where it goes
	}
	return tx
}

// Exec runs a statement and returns how many rows it changed.
func Exec(db *gorm.DB, parts ...Part) (int64, error) {
	tx := Statement(db, parts...)
	if tx.Error != nil {
		return 0, tx.Error
	}
	tx = tx.Callback().Raw().Execute(tx)
	return tx.RowsAffected, Translated(db, tx.Error)
}

// Query runs a statement and calls each for its rows, which are scanned into
// dest.
func Query(db *gorm.DB, dest []any, each func(), parts ...Part) (int64, error) {
	tx := Statement(db, parts...)
	if tx.Error != nil {
		return 0, tx.Error
	}
	rows, err := tx.Rows()
	if err != nil {
		return 0, Translated(db, err)
	}
	n, err := ScanAll(rows, dest, func(int64) { each() })
	return n, Translated(db, err)
}

// ScanAll scans rows into dest and calls each after every one, with how many
// there were. It closes them.
func ScanAll(rows *sql.Rows, dest []any, each func(n int64)) (n int64, err error) {
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return n, err
		}
		n++
		each(n)
	}
	return n, rows.Err()
}

// KeyScan returns where to scan a primary key, and what reads it off after.
func KeyScan(columns int) (dest []any, take func() []any) {
	scanned := make([]any, columns)
	dest = make([]any, columns)
	for i := range dest {
		dest[i] = &scanned[i]
	}
	return dest, func() []any { return append([]any(nil), scanned...) }
}

// Count counts the rows of a table, as read says.
func Count(db *gorm.DB, table string, where clause.Expression, read string) (n int64, err error) {
	_, err = Query(db, []any{&n}, func() {}, "SELECT count(*) FROM ", clause.Table{Name: table}, " WHERE ", where, read)
	return n, err
}

// Scan runs a query and calls each for its rows, which are scanned into
// dest.
func Scan(tx *gorm.DB, dest []any, each func()) (int64, error) {
	rows, err := tx.Rows()
	if err != nil {
		return 0, err
	}
	return ScanAll(rows, dest, func(int64) { each() })
}

package softdelete

import (
	"cmp"
	"database/sql"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// sqlPart is a piece of a statement that is not the caller's: text, a list of
// columns, or anything that GORM's builder writes.
type sqlPart any

// statement writes SQL, with the dialect's quoting and parameters, to be run on
// a statement's connection.
func statement(db *gorm.DB, parts ...sqlPart) *gorm.DB {
	tx := beside(db).Clauses()
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
	if resolves(tx) {
		stmt.Table = lastPart(table) // by which it is told where it goes
	}
	return tx
}

// exec runs a statement and returns how many rows it changed.
func exec(db *gorm.DB, parts ...sqlPart) (int64, error) {
	tx := statement(db, parts...)
	if tx.Error != nil {
		return 0, tx.Error
	}
	tx = tx.Callback().Raw().Execute(tx)
	return tx.RowsAffected, translated(db, tx.Error)
}

// query runs a statement and calls each for its rows, which are scanned into
// dest.
func query(db *gorm.DB, dest []any, each func(), parts ...sqlPart) (int64, error) {
	tx := statement(db, parts...)
	if tx.Error != nil {
		return 0, tx.Error
	}
	rows, err := tx.Rows()
	if err != nil {
		return 0, translated(db, err)
	}
	n, err := scanAll(rows, dest, func(int64) { each() })
	return n, translated(db, err)
}

// scanAll scans rows into dest and calls each after every one, with how many
// there were. It closes them.
func scanAll(rows *sql.Rows, dest []any, each func(n int64)) (n int64, err error) {
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

// keyScan returns where to scan a primary key, and what reads it off after.
func keyScan(columns int) (dest []any, take func() []any) {
	scanned := make([]any, columns)
	dest = make([]any, columns)
	for i := range dest {
		dest[i] = &scanned[i]
	}
	return dest, func() []any { return append([]any(nil), scanned...) }
}

// count counts the rows of a table, as read says.
func count(db *gorm.DB, table string, where clause.Expression, read string) (n int64, err error) {
	_, err = query(db, []any{&n}, func() {}, "SELECT count(*) FROM ", clause.Table{Name: table}, " WHERE ", where, read)
	return n, err
}

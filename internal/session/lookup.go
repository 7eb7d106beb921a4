package session

import (
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// Stored has a look-up read what the database itself compares with: a key is taken
// by the row that has it, whatever other types and plugins hide. Its SQL is built
// here, where no callback adds to it.
func Stored(tx *gorm.DB) *gorm.DB {
	tx = tx.Clauses()
	stmt := tx.Statement
	stmt.Clauses[storedKey] = clause.Clause{}
	if tx.AddError(stmt.Parse(stmt.Model)) != nil {
		return tx
	}
	stmt.BuildClauses = tx.Callback().Query().Clauses
	callbacks.BuildQuerySQL(tx)
	stmt.BuildClauses = nil
	return tx
}

const storedKey = "softdelete:stored"

// IsStored tells if a statement is such a look-up.
func IsStored(stmt *gorm.Statement) bool {
	_, stored := stmt.Clauses[storedKey]
	return stored
}

// AnyRow tells if a look-up has a row.
func AnyRow(tx *gorm.DB) (bool, error) { return has(expr.Selecting(tx, "1").Limit(1)) }

// AnyStored tells it of all rows that the database has.
func AnyStored(tx *gorm.DB) (bool, error) { return has(Stored(expr.Selecting(tx, "1").Limit(1))) }

func has(tx *gorm.DB) (bool, error) {
	var found []int
	err := tx.Scan(&found).Error
	return len(found) > 0, err
}

// CountRows counts the rows of a look-up.
func CountRows(tx *gorm.DB) (n int64, err error) {
	tx = expr.Selecting(tx, "count(*)")
	delete(tx.Statement.Clauses, "ORDER BY") // some databases want what sorts among what is selected
	_, err = Scan(tx, []any{&n}, func() {})
	return n, err
}

// Derived is a query on the rows of another by a name, sent to where that would be sent by
// the table of its schema.
func Derived(query *gorm.DB, s *schema.Schema, name string) *gorm.DB {
	tx := query.Session(&gorm.Session{NewDB: true}).Table("(?) AS "+name, query)
	CopySettings(tx.Statement, query.Statement)
	if !Resolves(tx) {
		return tx
	}
	if using, ok := query.Statement.Clauses[resolverUsing]; ok {
		tx.Statement.Clauses[resolverUsing] = using
	}
	tx.Statement.Table = LastPart(s.Table)
	return tx
}

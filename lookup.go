package softdelete

import (
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// stored has a look-up read what the database itself compares with: a key is taken
// by the row that has it, whatever other types and plugins hide. Its SQL is built
// here, where no callback adds to it.
func stored(tx *gorm.DB) *gorm.DB {
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

// isStored tells if a statement is such a look-up.
func isStored(stmt *gorm.Statement) bool {
	_, stored := stmt.Clauses[storedKey]
	return stored
}

// anyRow tells if a look-up has a row.
func anyRow(tx *gorm.DB) (bool, error) { return has(expr.Selecting(tx, "1").Limit(1)) }

// anyStored tells it of all rows that the database has.
func anyStored(tx *gorm.DB) (bool, error) { return has(stored(expr.Selecting(tx, "1").Limit(1))) }

func has(tx *gorm.DB) (bool, error) {
	var found []int
	err := tx.Scan(&found).Error
	return len(found) > 0, err
}

// countRows counts the rows of a look-up.
func countRows(tx *gorm.DB) (n int64, err error) {
	tx = expr.Selecting(tx, "count(*)")
	delete(tx.Statement.Clauses, "ORDER BY") // some databases want what sorts among what is selected
	_, err = session.Scan(tx, []any{&n}, func() {})
	return n, err
}

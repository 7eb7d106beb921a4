package rawcheck

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

// Statement looks at the strings with SQL of their own that a statement is built of.
// own is the table of its model, empty if it is not soft-deletable: that one the plugin
// sees to.
func (c *Check) Statement(db *gorm.DB, own string) (found Found) {
	w := &walk{check: c, db: db}
	w.statement(db.Statement, own)
	found.Meant = w.meant
	if w.meant || len(w.asked) == 0 {
		return found
	}
	found.Unmarked = Found{Unmarked: w.asked}.of(c.Text(built(db)).Unmarked)
	return found
}

// Within is for a query whose SQL is built within another statement: if the look at that
// statement has it built, its strings are looked at with those of the statement.
func Within(db *gorm.DB, own string) {
	stmt := db.Statement
	if len(stmt.Vars) == 0 || IsAllowed(stmt) {
		return
	}
	if w, ok := stmt.Vars[0].(*walk); ok {
		defer w.goWithin()()
		w.statement(stmt, own)
	}
}

// built is the SQL of a statement as a query, whatever it is: its conditions and joins
// are those of an update and a delete, too.
func built(db *gorm.DB) string {
	tx := db.Session(&gorm.Session{DryRun: true, Logger: logger.Discard}).Clauses()
	stmt := tx.Statement
	if stmt.BuildClauses = db.Statement.BuildClauses; !slices.Contains(stmt.BuildClauses, "SELECT") { // others may add WITH
		stmt.BuildClauses = []string{"SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY"}
	}
	callbacks.BuildQuerySQL(tx)
	return stmt.SQL.String()
}

// apart is a statement in which a part of another one can be built.
func apart(db *gorm.DB) *gorm.Statement {
	of := db.Statement
	tx := db.Session(&gorm.Session{NewDB: true, DryRun: true, Logger: logger.Discard})
	return &gorm.Statement{DB: tx, Table: of.Table, Schema: of.Schema, Context: of.Context, Clauses: map[string]clause.Clause{}}
}

const meantKey = "softdelete:raw_ok"

// Allow says of a statement that its SQL is meant.
func Allow(db *gorm.DB) *gorm.DB { return db.Set(meantKey, true) }

// IsAllowed tells if that has been said.
func IsAllowed(stmt *gorm.Statement) bool {
	_, ok := stmt.Settings.Load(meantKey)
	return ok
}

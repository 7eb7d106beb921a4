package session

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Intercept has a function called when a clause of a statement is built. What it
// returns takes that back.
func Intercept(db *gorm.DB, name string, call func(clause.Expression)) (restore func()) {
	clauses := db.Statement.Clauses
	intercepted := clauses[name]
	builder := intercepted.Builder
	intercepted.Builder = func(c clause.Clause, b clause.Builder) {
		c.Builder = builder
		if db.Error == nil {
			call(c.Expression)
		}
		c.Build(b)
	}
	clauses[name] = intercepted
	return func() {
		c := clauses[name]
		if c.Builder = builder; c.Expression == nil && builder == nil {
			delete(clauses, name)
			return
		}
		clauses[name] = c
	}
}

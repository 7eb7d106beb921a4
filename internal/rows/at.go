package rows

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// At is a condition on a table that its statement does not know as its own.
type At struct {
	Table string
	Expr  clause.Expression
}

// Build writes the condition.
func (a *At) Build(b clause.Builder) {
	if stmt, ok := b.(*gorm.Statement); ok {
		defer func(name string) { stmt.Table = name }(stmt.Table)
		stmt.Table = a.Table
	}
	a.Expr.Build(b)
}

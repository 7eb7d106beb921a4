// Package expr has the expressions that GORM's builder writes and GORM has not: columns,
// conditions on several of them, orders by them. Names are quoted, values are bound.
package expr

import (
	"slices"

	"gorm.io/gorm/clause"
)

// Invalid makes a statement fail in the database. GORM loses the error of a
// subquery; this keeps what it stands in from being run without its filter.
type Invalid struct{ Err error }

// Build writes the call of a function that no database has, with the error for a name.
func (e Invalid) Build(b clause.Builder) {
	_, _ = b.WriteString("softdelete_error(")
	b.WriteQuoted(e.Err.Error())
	_, _ = b.WriteString(")")
}

// AllOf is conditions that all have to hold; nil ones are left out.
func AllOf(conditions []clause.Expression) clause.Expression {
	return All(slices.DeleteFunc(conditions, func(e clause.Expression) bool { return e == nil }))
}

// All is conditions that all have to hold. Without any it holds.
type All []clause.Expression

// Build writes them with an AND between.
func (e All) Build(b clause.Builder) {
	if len(e) == 0 {
		_, _ = b.WriteString("1 = 1")
	}
	for i, condition := range e {
		if i > 0 {
			_, _ = b.WriteString(" AND ")
		}
		condition.Build(b)
	}
}

// Either is one of two conditions, in parentheses.
type Either [2]clause.Expression

// Build writes them with an OR between.
func (e Either) Build(b clause.Builder) {
	_ = b.WriteByte('(')
	e[0].Build(b)
	_, _ = b.WriteString(" OR ")
	e[1].Build(b)
	_ = b.WriteByte(')')
}

// Func is an expression by what it writes.
type Func func(clause.Builder)

// Build calls the function.
func (w Func) Build(b clause.Builder) { w(b) }

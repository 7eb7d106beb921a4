// Package association knows the statements that GORM sends for the association operations of its generic API,
// gorm.G[T](db)…Set(clause.Association{…}).Update(ctx): whose rows they are about, and what GORM has left out of them.
package association

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// Such a statement is known by its last condition, which GORM makes of parts that a caller hardly would: a query on
// which Association was called, or queries without a model that compare nothing but columns. See handleAssociation in
// GORM's generics.go.
const (
	isIn   = "? IN (?)"
	exists = "EXISTS (?)"
)

// lastCondition is the last condition of a statement, if it is one of those. This is asked of each update and delete,
// and most have no such condition.
func lastCondition(stmt *gorm.Statement) (before []clause.Expression, last clause.Expr, found bool) {
	where, ok := stmt.Clauses["WHERE"].Expression.(clause.Where)
	if !ok || len(where.Exprs) == 0 {
		return nil, last, false
	}
	i := len(where.Exprs) - 1
	last, ok = where.Exprs[i].(clause.Expr)
	return where.Exprs[:i:i], last, ok && (last.SQL == isIn || last.SQL == exists)
}

// Maybe tells if a statement may be of an association.
func Maybe(stmt *gorm.Statement) bool {
	_, _, found := lastCondition(stmt)
	return found
}

// enclosed are the conditions that an operation was given, so that none of them reaches beyond the others. GORM puts
// several into parentheses, and one with an OR between blanks, but no other:
//
//	name = 'a'
//	OR name = 'b' AND (user_id) IN (SELECT …)
func enclosed(conditions []clause.Expression) []clause.Expression {
	return slices.Clip(rawsql.Enclose(conditions))
}

func setWhere(stmt *gorm.Statement, exprs []clause.Expression) {
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: exprs}}
}

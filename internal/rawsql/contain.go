package rawsql

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// StandsBefore tells if the caller may have written SQL that a query has before its
// WHERE: columns, a table, joins, hints.
func StandsBefore(stmt *gorm.Statement) bool {
	if len(stmt.Selects) > 0 || len(stmt.Joins) > 0 || stmt.TableExpr != nil {
		return true
	}
	selects, ok := stmt.Clauses["SELECT"]
	return ok && says(selects) && !isCount(selects) || says(stmt.Clauses["FROM"])
}

// says tells if somebody has put something into a clause.
func says(c clause.Clause) bool {
	return c.Expression != nil || c.BeforeExpression != nil || c.AfterNameExpression != nil || c.AfterExpression != nil
}

// isCount tells if a SELECT is that of GORM's Count.
func isCount(c clause.Clause) bool {
	expr, ok := c.Expression.(clause.Expr)
	return ok && expr.SQL == "count(*)" && c.BeforeExpression == nil && c.AfterNameExpression == nil && c.AfterExpression == nil
}

// StandsBeforeWrite tells it of what a write has before its WHERE, but for what it
// sets.
func StandsBeforeWrite(stmt *gorm.Statement) bool {
	if stmt.TableExpr != nil {
		return true
	}
	for _, name := range [...]string{"UPDATE", "DELETE", "FROM", "SET"} {
		if c, ok := stmt.Clauses[name]; ok && says(c) {
			return true
		}
	}
	return false
}

// LookBefore fails a statement if what is written of it so far does not end where
// a condition can stand: in a comment, in quotes, in parentheses, or behind a
// query of its own that a UNION has.
func LookBefore(b clause.Builder) {
	stmt, ok := b.(*gorm.Statement)
	if !ok {
		return
	}
	before, l := stmt.SQL.String(), lexiconOf(stmt.DB)
	as, closes := readText(before, l)
	problem := as.problemBefore()
	if problem == "" && as.boundInQuotes(before, l, len(stmt.Vars)) {
		problem = hasQuotedMark
	}
	if problem != "" {
		rewrite(stmt, "SELECT ")
		refuseRaw(stmt, "what stands before the filter "+problem+": look at the strings in Select, Table, Joins and in the values of an update")
		_, _ = stmt.WriteString(" AND ")
	} else if closes != "" {
		_, _ = stmt.WriteString(closes + " ")
	}
}

// problemBefore is what a text must not have that something is to stand behind.
func (t rawText) problemBefore() string {
	switch {
	case t.problem != "":
		return t.problem
	case t.comment:
		return openComment
	case t.set:
		return hasSetOperator
	default:
		return ""
	}
}

// SealedValue writes a value; what a caller's expression says stays within it.
func SealedValue(value any) clause.Expression {
	return &Sealed{Expr: expr.Func(func(b clause.Builder) { b.AddVar(b, value) })}
}

// Contain keeps what the caller's other strings of a query say from reaching a
// filter of the query: that of its own table, which it has if filtered is true, or of
// a joined one, as hasFilter tells.
func Contain(stmt *gorm.Statement, filtered bool, hasFilter func(*schema.Schema) bool) {
	if stmt.SQL.Len() > 0 {
		return
	}
	if from, ok := stmt.Clauses["FROM"].Expression.(clause.From); ok {
		containFrom(stmt, from.Joins)
	}
	if len(stmt.Joins) > 0 {
		containJoins(stmt, filtered, hasFilter)
	}
	if !filtered {
		return
	}
	if order, ok := stmt.Clauses["ORDER BY"].Expression.(clause.OrderBy); ok {
		containOrder(stmt, order)
	}
	if group, ok := stmt.Clauses["GROUP BY"].Expression.(clause.GroupBy); ok {
		containGroup(stmt, group)
	}
}

// containOrder is about an order of a subquery too, which could reach the
// statement around it.
func containOrder(stmt *gorm.Statement, order clause.OrderBy) {
	for _, column := range order.Columns {
		if column.Column.Raw && strings.ContainsAny(column.Column.Name, "();'\"`-/#$[\\\x00") {
			containText(stmt, "Order", column.Column.Name)
		}
	}
	if expr, ok := order.Expression.(clause.Expr); ok {
		containText(stmt, "Order", expr.SQL)
	}
}

func containGroup(stmt *gorm.Statement, group clause.GroupBy) {
	for _, column := range group.Columns {
		if column.Raw {
			containText(stmt, "Group", column.Name)
		}
	}
	if reachOfEach(group.Having)&unsureReach == 0 {
		return
	}
	c := stmt.Clauses["GROUP BY"]
	c.Expression = clause.GroupBy{Columns: group.Columns, Having: seal(group.Having, besideFilter)}
	stmt.Clauses["GROUP BY"] = c // for good: what is sealed stays so
}

// containText fails a statement if a string of the caller's begins another one.
func containText(stmt *gorm.Statement, where, sql string) {
	as, _ := readText(sql, lexiconOf(stmt.DB))
	switch {
	case stmt.Error != nil:
	case as.problem != "":
		_ = stmt.AddError(rawError(stmt, "the string in "+where+" "+as.problem))
	case as.set:
		_ = stmt.AddError(rawError(stmt, "the string in "+where+" "+hasSetOperator))
	}
}

// containJoins ends a comment at the end of a join of the caller's own SQL, which
// would swallow the rest of the statement:
//
//	JOIN owners ON owners.id = posts.owner_id -- whose it is
//	WHERE posts.deleted_at IS NULL
//
// Where the statement's own model has no filter that looks at it, a join of a
// relation with one may.
func containJoins(stmt *gorm.Statement, filtered bool, hasFilter func(*schema.Schema) bool) {
	var l *lexicon
	related := false
	behindFilter := joinsInFrom(stmt) // what is before a string may end with one
	for i := range stmt.Joins {
		if joined := joinedBy(stmt, stmt.Joins[i].Name); joined != nil {
			related, behindFilter = true, hasFilter(joined)
			continue
		}
		sql := stmt.Joins[i].Name
		if behindFilter && !beginsJoin(sql) && stmt.Error == nil {
			_ = stmt.AddError(rawError(stmt, beginsNoJoin))
		}
		behindFilter = behindFilter && strings.TrimSpace(sql) == ""
		if _, unsure := plainText(sql); !unsure {
			continue
		}
		if l == nil {
			l = lexiconOf(stmt.DB)
		}
		if as, _ := readText(sql, l); as.problem == "" && as.comment {
			stmt.Joins[i].Name += "\n"
		}
	}
	if !filtered && related {
		containBeforeJoins(stmt)
	}
}

const beginsNoJoin = "a string in Joins begins with no join of its own, so that it could reach the filter of the one before it"

// containFrom fails a statement if SQL among the joins of a FROM goes on with the
// one before it.
func containFrom(stmt *gorm.Statement, joins []clause.Join) {
	for i, join := range joins {
		expr, isSQL := join.Expression.(clause.Expr)
		if i > 0 && isSQL && joins[i-1].Expression == nil && !beginsJoin(expr.SQL) && stmt.Error == nil {
			_ = stmt.AddError(rawError(stmt, beginsNoJoin))
		}
	}
}

// joinsInFrom tells if GORM itself joins a table in FROM, as that of an association.
func joinsInFrom(stmt *gorm.Statement) bool {
	from, ok := stmt.Clauses["FROM"].Expression.(clause.From)
	return ok && len(from.Joins) > 0 && from.Joins[len(from.Joins)-1].Expression == nil
}

// beginsJoin tells if a string in Joins can only begin a join. One that begins with
// an OR would belong to the condition of the join before it.
//
//	LEFT JOIN tags ON tags.post_id = posts.id AND tags.deleted_at IS NULL OR 1 = 1
func beginsJoin(sql string) bool {
	for {
		sql = strings.TrimLeft(sql, blanks)
		var found bool
		switch {
		case strings.HasPrefix(sql, "-- "):
			_, sql, found = strings.Cut(sql, "\n")
		case strings.HasPrefix(sql, "/*") && !isCodeComment(sql):
			_, sql, found = strings.Cut(sql[2:], "*/")
		}
		if !found {
			break
		}
	}
	end := 0
	for end < len(sql) && isWordPart(sql[end]) {
		end++
	}
	switch strings.ToUpper(sql[:end]) {
	case "JOIN", "LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "FULL", "NATURAL", "STRAIGHT_JOIN":
		return true
	}
	return sql == "" || sql[0] == ','
}

// containBeforeJoins looks at the strings before the joins of relations.
func containBeforeJoins(stmt *gorm.Statement) {
	texts := stmt.Selects
	if stmt.TableExpr != nil {
		texts = append(texts[:len(texts):len(texts)], stmt.TableExpr.SQL)
	}
	for i := range stmt.Joins {
		texts = append(texts[:len(texts):len(texts)], stmt.Joins[i].Name)
	}
	for _, sql := range texts {
		as, closes := readText(sql, lexiconOf(stmt.DB))
		problem := as.problemBefore()
		if problem == "" && closes != "" {
			problem = hasOddText
		}
		if problem != "" && stmt.Error == nil {
			_ = stmt.AddError(rawError(stmt, "what stands before a joined relation "+problem+": look at the strings in Select, Table and Joins"))
			return
		}
	}
}

// joinedBy is the schema that a join is of by a relation, or by one below that; nil
// if it is SQL.
func joinedBy(stmt *gorm.Statement, name string) *schema.Schema {
	s := stmt.Schema
	for part := range strings.SplitSeq(name, ".") {
		if s == nil || s.Relationships.Relations[part] == nil {
			return nil
		}
		s = s.Relationships.Relations[part].FieldSchema
	}
	return s
}

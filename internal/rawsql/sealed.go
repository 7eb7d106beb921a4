package rawsql

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// Sealed is a condition of the caller's that could reach beyond itself. It is
// looked at when it is written, as only then its text is known: what is harmless
// stays as it is, what parentheses hold is put into them, and what nothing holds
// fails the statement.
//
//	name = 'a' -- why     (name = 'a' -- why
//	                      )
//	name = 'a') OR (1=1   an error
type Sealed struct {
	Expr  clause.Expression // the caller's
	place standing
	wrap  bool // GORM would put it into parentheses
}

// standing is where a condition stands.
type standing int

const (
	besideFilter standing = iota
	besideOthers          // of the caller's, in parentheses
	alone                 // in parentheses
)

// Closed says that it is looked at already.
func (*Sealed) Closed() Closed { return Closed{} }

// Build writes the condition.
func (s *Sealed) Build(b clause.Builder) {
	stmt, ok := b.(*gorm.Statement)
	if !ok {
		s.Expr.Build(b)
		return
	}
	start, vars := stmt.SQL.Len(), len(stmt.Vars)
	s.Expr.Build(b)
	all := stmt.SQL.String()
	end, problem := s.behind(all[start:], lexiconOf(stmt.DB), len(stmt.Vars)-vars)
	switch {
	case problem != "":
		rewrite(stmt, all[:start])
		stmt.Vars = stmt.Vars[:vars]
		refuseRaw(stmt, fmt.Sprintf("a raw condition %s, so that it could reach the filter beside it: bind values with ?, and close what it opens", problem))
	case end != "":
		rewrite(stmt, all[:start], "(", all[start:], end)
	case s.wrap:
		rewrite(stmt, all[:start], "(", all[start:], ")")
	}
}

// behind is what has to stand behind a condition that needs parentheses, empty if
// it needs none; or the problem for which these do not hold it.
func (s *Sealed) behind(condition string, l *lexicon, bound int) (end, problem string) {
	as, closes := readText(condition, l)
	switch {
	case as.problem != "":
		return "", as.problem
	case as.boundInQuotes(condition, l, bound):
		return "", hasQuotedMark
	case as.comment:
		return "\n" + closes + ")", ""
	case as.loose && s.place != alone || as.alternative && s.place == besideFilter || closes != "":
		return " "[:min(len(closes), 1)] + closes + ")", ""
	default:
		return "", ""
	}
}

// rewrite has a statement's SQL begin anew.
func rewrite(stmt *gorm.Statement, parts ...string) {
	stmt.SQL.Reset()
	for _, part := range parts {
		_, _ = stmt.SQL.WriteString(part)
	}
}

// refuseRaw fails a statement, in the database too: GORM loses the error of a
// subquery.
func refuseRaw(stmt *gorm.Statement, problem string) {
	err := rawError(stmt, problem)
	_ = stmt.AddError(err)
	expr.Invalid{Err: err}.Build(stmt)
}

func rawError(stmt *gorm.Statement, problem string) error {
	return fmt.Errorf("softdelete: %s: %w: %s", ofModel(stmt), gorm.ErrInvalidData, problem)
}

func ofModel(stmt *gorm.Statement) string {
	switch {
	case stmt.Schema != nil:
		return "model " + stmt.Schema.Name
	case stmt.Statement.Schema != nil:
		return "model " + stmt.Statement.Schema.Name
	default:
		return "table " + stmt.Table
	}
}

const hasQuotedMark = "has a ? in quotes or in a comment that GORM gives a value to"

// boundInQuotes tells if a value goes to a ? in quotes or in a comment: a driver that
// writes values into the SQL itself would end these with it. Where a ? has no value
// it does not.
func (t rawText) boundInQuotes(sql string, l *lexicon, bound int) bool {
	return t.mark && l.escapes && bound > 0 && strings.Count(sql, "?") <= bound
}

// standingOf is that of conditions in parentheses.
func standingOf(exprs []clause.Expression) standing {
	if len(exprs) == 1 {
		return alone
	}
	return besideOthers
}

// seal has each of some conditions looked at that could reach beyond itself.
func seal(exprs []clause.Expression, at standing) []clause.Expression {
	list := slices.Clone(exprs)
	for i, expr := range list {
		list[i] = sealOne(expr, at)
	}
	return list
}

func sealOne(expr clause.Expression, at standing) clause.Expression {
	if reachOf(expr)&unsureReach == 0 {
		return expr
	}
	switch e := expr.(type) {
	case clause.Expr:
		return &Sealed{Expr: e, place: at, wrap: at != alone && gormWraps(e.SQL)}
	case clause.NamedExpr:
		return &Sealed{Expr: e, place: at, wrap: at != alone && gormWraps(e.SQL)}
	case clause.OrConditions:
		return clause.OrConditions{Exprs: sealWithin(e.Exprs, at)}
	case clause.AndConditions:
		return clause.AndConditions{Exprs: sealWithin(e.Exprs, at)}
	default:
		return &Sealed{Expr: expr, place: at}
	}
}

// sealWithin is for the conditions of an AND or an OR, which GORM puts into
// parentheses if they are several.
func sealWithin(exprs []clause.Expression, at standing) []clause.Expression {
	if len(exprs) != 1 {
		return seal(exprs, besideOthers)
	}
	one := sealOne(exprs[0], at)
	if s, ok := one.(*Sealed); ok && one != exprs[0] {
		_, isExpr := exprs[0].(clause.Expr)
		s.wrap = s.wrap && isExpr
	}
	return []clause.Expression{one}
}

// gormWraps is when GORM puts a condition among others into parentheses.
func gormWraps(sql string) bool {
	sql = strings.ToUpper(sql)
	return strings.Contains(sql, clause.AndWithSpace) || strings.Contains(sql, clause.OrWithSpace)
}

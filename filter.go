package softdelete

import (
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// nothing is the condition of a statement that may only touch live rows and was
// asked for trashed ones.
type nothing struct{ model *model.Model }

func (f nothing) Build(b clause.Builder) {
	model.Watching(f.model.LiveRows).Build(b)
	_, _ = b.WriteString(" AND ")
	f.model.TrashedRows.Build(b)
}

// timeCondition is one of TrashedBefore and its kin.
type timeCondition struct {
	model    *model.Model
	dialect  *dialect.Dialect
	operator string // "<" rounds the time up to what the column can keep, ">" down, ">=" up
	time     time.Time
}

func (c *timeCondition) Build(b clause.Builder) {
	m, column := c.model, clause.Column{Table: clause.CurrentTable, Name: c.model.At.DBName}
	keeps := m.When().Keeps
	t := keeps.Floor(c.time)
	if c.operator != ">" && t.Before(c.time) {
		t = keeps.Next(t)
	}
	if m.TellsTime() {
		c.dialect.CompareTime(b, column, c.operator, t)
		return
	}
	b.WriteQuoted(column)
	_, _ = b.WriteString(" " + c.operator + " ")
	b.AddVar(b, model.UnixTime(t, m.Step()))
}

// actorCondition is TrashedBy. A nil value is a row that nobody trashed by name.
type actorCondition struct {
	field *schema.Field
	value any
}

func (c *actorCondition) Build(b clause.Builder) {
	clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: c.field.DBName}, Value: c.value}.Build(b)
}

// filterRoot adds the filter for the statement's own model to its WHERE. It can
// be called again and again. Where the caller may have written SQL that stands
// before the filter, that looks at it.
func filterRoot(stmt *gorm.Statement, m *model.Model, rawBefore bool) {
	takePlaces(stmt)
	if isFiltered(stmt) {
		removeFilter(stmt)
	}
	c := stmt.Clauses["WHERE"]
	where, _ := c.Expression.(clause.Where)
	exprs, more := filtered(m, stmt, where.Exprs)
	if holdsFilter(c) {
		c.Builder = nil
	} else if !more {
		return
	}
	if last := len(exprs) - 1; more && isFilter(exprs[last]) {
		if rawBefore || c.BeforeExpression != nil || c.AfterNameExpression != nil {
			exprs[last] = model.Watching(exprs[last])
		}
		stmt.Clauses[model.GormFilterKey] = clause.Clause{}
	}
	setWhere(stmt, c, exprs)
}

// isFiltered tells if a statement's WHERE has the filter.
func isFiltered(stmt *gorm.Statement) bool {
	_, filtered := stmt.Clauses[model.GormFilterKey]
	return filtered
}

// filtered are the conditions of a statement with those of its scopes and the
// filter behind them, if there are more.
func filtered(m *model.Model, stmt *gorm.Statement, callers []clause.Expression) (exprs []clause.Expression, more bool) {
	request := requestOf(stmt)
	conditions, err := request.conditionsFor(stmt.DB, m)
	if err != nil {
		_ = stmt.AddError(err)
		conditions = []clause.Expression{expr.Invalid{Err: err}}
	}
	filter := request.filterFor(m, request.showOf(stmt, m))
	if filter == nil && len(conditions) == 0 {
		return callers, false
	}
	exprs = make([]clause.Expression, 0, len(callers)+len(conditions)+2)
	exprs = append(exprs, rawsql.Enclose(callers)...)
	exprs = append(exprs, conditions...)
	if filter != nil {
		exprs = append(exprs, filter)
	}
	return exprs, true
}

// addFilter adds a filter to the WHERE of a bare statement.
func addFilter(stmt *gorm.Statement, filter *model.Filter) {
	c := stmt.Clauses["WHERE"]
	setWhere(stmt, c, append(slices.Clip(rawsql.Enclose(session.WhereExprs(stmt))), filter))
}

// setWhere gives a WHERE other conditions. Without any there is none, but for what waits
// for one: a hint, a comment.
func setWhere(stmt *gorm.Statement, c clause.Clause, exprs []clause.Expression) {
	switch {
	case len(exprs) > 0:
		c.Name, c.Expression = "WHERE", clause.Where{Exprs: exprs}
	case c.BeforeExpression != nil || c.AfterNameExpression != nil || c.AfterExpression != nil:
		c.Expression = nil
	default:
		delete(stmt.Clauses, "WHERE")
		return
	}
	stmt.Clauses["WHERE"] = c
}

// removeFilter takes back what filterRoot added, so that a handle that is used
// again holds the caller's conditions and no others.
func removeFilter(stmt *gorm.Statement) {
	c := stmt.Clauses["WHERE"]
	where, _ := c.Expression.(clause.Where)
	if len(where.Exprs) > 0 {
		delete(stmt.Clauses, model.GormFilterKey)
	}
	kept, ours := callersOf(where.Exprs)
	if holdsFilter(c) {
		c.Builder = nil
	} else if ours == 0 {
		return
	}
	setWhere(stmt, c, kept)
}

// callersOf are conditions without those that filterRoot added, of which it also
// says how many there were.
func callersOf(exprs []clause.Expression) (kept []clause.Expression, ours int) {
	for _, expr := range exprs {
		if isOurs(expr) {
			ours++
		}
	}
	last := len(exprs) - 1
	switch {
	case ours == 0:
		return exprs, 0
	case ours == 1 && isFilter(exprs[last]):
		return exprs[:last:last], 1
	case ours == 1 && isFilter(exprs[0]):
		return exprs[1:len(exprs):len(exprs)], 1
	}
	kept = make([]clause.Expression, 0, len(exprs)+2)
	for _, expr := range exprs {
		switch e := expr.(type) {
		case *rawsql.Group:
			inner, _ := callersOf(e.Exprs)
			kept = append(kept, inner...)
		case *rawsql.Sealed:
			kept = append(kept, e.Expr)
		default:
			if !isOurs(expr) {
				kept = append(kept, expr)
			}
		}
	}
	return kept, ours
}

func isOurs(e clause.Expression) bool {
	switch e.(type) {
	case *model.Filter, *rawsql.Group, *rawsql.Sealed, *timeCondition, *actorCondition, expr.Invalid, nothing:
		return true
	}
	return false
}

func isFilter(expr clause.Expression) bool {
	_, ok := expr.(*model.Filter)
	return ok
}

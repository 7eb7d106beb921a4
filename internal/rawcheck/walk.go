package rawcheck

import (
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// walk goes through what a statement is built of, to the strings that can have SQL of their
// own, and asks for the tables that these name without their markers.
type walk struct {
	check  *Check
	db     *gorm.DB
	asked  []Table
	meant  bool
	depth  int
	within bool // it is in a query within the statement
}

func (w *walk) goWithin() (back func()) {
	before := w.within
	w.within = true
	return func() { w.within = before }
}

// statement goes through a statement, or a query within it. own is the table of its model.
func (w *walk) statement(stmt *gorm.Statement, own string) {
	if t := stmt.TableExpr; t != nil {
		w.table(w.fill(t.SQL, t.Vars), own)
		w.each(t.Vars)
	}
	for i := range stmt.Joins {
		join := &stmt.Joins[i]
		w.value(clause.NamedExpr{SQL: join.Name, Vars: join.Conds})
		w.value(join.Expression)
		if join.On != nil {
			w.exprs(join.On.Exprs)
		}
	}
	for _, column := range stmt.Selects {
		w.text(column)
	}
	for _, name := range [...]string{"SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY"} {
		w.value(stmt.Clauses[name].Expression)
	}
}

// query goes through a query within the statement.
func (w *walk) query(db *gorm.DB) {
	if db == nil || db.Statement == nil || IsAllowed(db.Statement) {
		return
	}
	defer w.goWithin()()
	stmt := db.Statement
	switch {
	case stmt.SQL.Len() > 0:
		w.ask(w.check.find(text{stmt.SQL.String(), whole, true}))
	case hasScopes(stmt):
		w.build(db)
	case stmt.Model != nil && stmt.TableExpr != nil:
		w.statement(stmt, w.check.own(db, stmt.Model))
	default:
		w.statement(stmt, "")
	}
}

// hasScopes tells if a statement has scopes that GORM calls when it is run.
func hasScopes(stmt *gorm.Statement) bool {
	return scopesAreKnown && reflect.ValueOf(stmt).Elem().FieldByIndex(scopesField.Index).Len() > 0
}

var scopesField, scopesAreKnown = reflect.TypeFor[gorm.Statement]().FieldByName("scopes")

// build has GORM build a query within the statement of which it alone knows what is in it.
// The first callback of the query finds the walk among the values of the statement.
func (w *walk) build(query any) {
	stmt := apart(w.db)
	stmt.Vars = []any{w}
	stmt.AddVar(&strings.Builder{}, query)
}

func (w *walk) ask(found Found) {
	w.meant = w.meant || found.Meant
	w.asked = append(w.asked, found.Unmarked...)
}

// text asks for the tables in a string that may stand anywhere in a query.
func (w *walk) text(sql string) {
	if mayName(sql) {
		w.ask(w.check.find(text{sql, condition, w.within}))
	}
}

// table asks for those in a string that begins with a table. That one is the model's.
func (w *walk) table(sql, own string) {
	found := w.check.find(text{sql, table, w.within})
	if found.leads && found.Unmarked[0].Name == own {
		found.Unmarked = found.Unmarked[1:]
	}
	w.ask(found)
}

// expr asks for the tables in a string with values, of which one can have the marker: Live.
func (w *walk) expr(sql string, vars []any) {
	defer w.each(vars)
	filled := w.fill(sql, vars)
	if !mayName(filled) {
		return
	}
	found := w.check.find(text{filled, condition, w.within})
	if len(found.Unmarked) > 0 && len(vars) > 0 {
		stmt := apart(w.db)
		if vars = withoutQueries(vars); strings.Contains(sql, "@") {
			clause.NamedExpr{SQL: sql, Vars: vars}.Build(stmt)
		} else {
			clause.Expr{SQL: sql, Vars: vars}.Build(stmt)
		}
		found.Unmarked = w.check.find(text{stmt.SQL.String(), condition, w.within}).of(found.Unmarked)
	}
	w.ask(found)
}

// withoutQueries leaves out queries: they are gone through on their own, and may ask for
// trashed rows.
func withoutQueries(vars []any) []any {
	vars = slices.Clone(vars)
	for i, v := range vars {
		if _, ok := v.(*gorm.DB); ok || isGeneric(reflect.TypeOf(v)) {
			vars[i] = nil
		}
	}
	return vars
}

// isGeneric tells it of a query of gorm.G's.
func isGeneric(t reflect.Type) bool {
	return t != nil && t.Kind() == reflect.Struct && t.PkgPath() == "gorm.io/gorm" && strings.Contains(t.Name(), "[")
}

// fill puts names of tables, and SQL without values, where they stand in a string.
func (w *walk) fill(sql string, vars []any) string {
	if !slices.ContainsFunc(vars, isName) {
		return sql
	}
	var filled strings.Builder
	for _, v := range vars {
		before, behind, found := strings.Cut(sql, "?")
		if !found {
			break
		}
		_, _ = filled.WriteString(before)
		sql = behind
		switch v := v.(type) {
		case clause.Table:
			_, _ = filled.WriteString(w.db.Statement.Quote(v))
		case clause.Expr:
			_, _ = filled.WriteString(v.SQL)
		default:
			_ = filled.WriteByte('?')
		}
	}
	return filled.String() + sql
}

func isName(value any) bool {
	switch v := value.(type) {
	case clause.Table:
		return true
	case clause.Expr:
		return len(v.Vars) == 0
	default:
		return false
	}
}

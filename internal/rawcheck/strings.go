package rawcheck

import (
	"iter"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
)

var buildQuery = callbacks.BuildQuerySQL

// texts are the strings of a statement that can have SQL of their own.
func texts(stmt *gorm.Statement) iter.Seq[text] {
	return func(yield func(text) bool) {
		w := &walk{yield: yield}
		w.statement(stmt)
	}
}

// walk goes through conditions and values.
type walk struct {
	yield  func(text) bool
	done   bool
	depth  int
	within bool
}

func (w *walk) statement(stmt *gorm.Statement) {
	if t := stmt.TableExpr; t != nil {
		if !w.within || stmt.Model == nil { // else it is a model's, which the plugin sees to
			w.text(t.SQL, table)
		}
		w.each(t.Vars)
	}
	for i := range stmt.Joins {
		join := &stmt.Joins[i]
		w.text(join.Name, condition)
		w.each(join.Conds)
		if join.On != nil {
			w.exprs(join.On.Exprs)
		}
	}
	for _, column := range stmt.Selects {
		w.text(column, condition)
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
	defer func(before bool) { w.within = before }(w.within)
	w.within = true
	if stmt := db.Statement; stmt.SQL.Len() > 0 {
		w.text(stmt.SQL.String(), whole)
	} else {
		w.statement(stmt)
	}
}

func (w *walk) text(sql string, is part) {
	if !w.done && sql != "" {
		w.done = !w.yield(text{sql, is, w.within})
	}
}

func (w *walk) each(values []any) {
	for _, value := range values {
		w.value(value)
	}
}

func (w *walk) exprs(exprs []clause.Expression) {
	for _, expr := range exprs {
		w.value(expr)
	}
}

// deepest is how deep conditions may stand in each other.
const deepest = 100

func (w *walk) value(value any) {
	if w.done || w.depth > deepest {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	switch v := value.(type) {
	case clause.Expr:
		w.text(v.SQL, condition)
		w.each(v.Vars)
	case *clause.Expr:
		if v != nil {
			w.value(*v)
		}
	case clause.NamedExpr:
		w.text(v.SQL, condition)
		w.each(v.Vars)
	case clause.Where:
		w.exprs(v.Exprs)
	case clause.AndConditions:
		w.exprs(v.Exprs)
	case clause.OrConditions:
		w.exprs(v.Exprs)
	case clause.NotConditions:
		w.exprs(v.Exprs)
	case clause.Eq:
		w.value(v.Value)
	case clause.Neq:
		w.value(v.Value)
	case clause.IN:
		w.each(v.Values)
	case clause.Select:
		w.value(v.Expression)
	case clause.From:
		for _, join := range v.Joins {
			w.value(join.Expression)
			w.exprs(join.ON.Exprs)
		}
	case clause.GroupBy:
		w.columns(v.Columns)
		w.exprs(v.Having)
	case clause.OrderBy:
		for _, by := range v.Columns {
			w.column(by.Column)
		}
		w.value(v.Expression)
	case *gorm.DB:
		w.query(v)
	}
}

func (w *walk) columns(columns []clause.Column) {
	for _, column := range columns {
		w.column(column)
	}
}

func (w *walk) column(column clause.Column) {
	if column.Raw {
		w.text(column.Name, condition)
	}
}

// mayName tells if a string can name a table: if there is a FROM or a JOIN in it, or the
// like. It is a first look, which few pass.
func mayName(sql string) bool {
	for i := range len(sql) - 3 {
		switch sql[i] | 0x20 {
		case 'f':
			if strings.EqualFold(sql[i:i+4], "from") {
				return true
			}
		case 'j':
			if strings.EqualFold(sql[i:i+4], "join") {
				return true
			}
		case 't':
			if i+5 <= len(sql) && strings.EqualFold(sql[i:i+5], "table") {
				return true
			}
		}
	}
	return strings.Contains(sql, "softdelete:") || strings.HasPrefix(strings.TrimSpace(sql), ",")
}

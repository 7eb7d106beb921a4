package rawcheck

import (
	"database/sql"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

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

// value goes through a condition, or a value.
func (w *walk) value(value any) {
	if w.meant || w.depth > deepest {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	switch v := value.(type) {
	case nil, string, bool, int, uint, int64, uint64, float64, []byte, []string, []int, []uint, []int64:
	case *gorm.DB:
		w.query(v)
	case clause.Expression:
		w.condition(v)
	case clause.Column:
		w.column(v)
	case sql.NamedArg:
		w.value(v.Value)
	case map[string]any:
		for _, named := range v {
			w.value(named)
		}
	case []any:
		w.each(v)
	default:
		w.other(reflect.ValueOf(v))
	}
}

// condition goes through an expression.
func (w *walk) condition(e clause.Expression) {
	switch v := e.(type) {
	case clause.Expr:
		w.expr(v.SQL, v.Vars)
	case clause.NamedExpr:
		w.expr(v.SQL, v.Vars)
	case clause.Where:
		w.exprs(v.Exprs)
	case clause.AndConditions:
		w.exprs(v.Exprs)
	case clause.OrConditions:
		w.exprs(v.Exprs)
	case clause.NotConditions:
		w.exprs(v.Exprs)
	case clause.CommaExpression:
		w.exprs(v.Exprs)
	case *rawsql.Sealed:
		w.value(v.Expr)
	case *rawsql.Group:
		w.exprs(v.Exprs)
	case *rawsql.Part:
		w.exprs(v.Exprs)
	case clause.IN:
		w.value(v.Column)
		w.each(v.Values)
	default:
		if !w.comparison(v) && !w.clause(v) {
			w.other(reflect.ValueOf(v))
		}
	}
}

// comparison goes through a column and a value.
func (w *walk) comparison(e clause.Expression) bool {
	var eq clause.Eq
	switch v := e.(type) {
	case clause.Eq:
		eq = v
	case clause.Neq:
		eq = clause.Eq(v)
	case clause.Gt:
		eq = clause.Eq(v)
	case clause.Gte:
		eq = clause.Eq(v)
	case clause.Lt:
		eq = clause.Eq(v)
	case clause.Lte:
		eq = clause.Eq(v)
	case clause.Like:
		eq = clause.Eq(v)
	default:
		return false
	}
	w.value(eq.Column)
	w.value(eq.Value)
	return true
}

// clause goes through what a clause says.
func (w *walk) clause(e clause.Expression) bool {
	switch v := e.(type) {
	case clause.Select:
		w.columns(v.Columns)
		w.value(v.Expression)
	case clause.From:
		for _, t := range v.Tables {
			w.table(w.db.Statement.Quote(t), "")
		}
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
	default:
		return false
	}
	return true
}

// other goes through what is known by its kind only: GORM's generic queries, pointers to
// expressions, lists of them, and structs with the values of names.
func (w *walk) other(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && isExpression(v.Type().Elem()) {
			w.value(v.Elem().Interface())
		}
	case reflect.Slice, reflect.Array:
		if of := v.Type().Elem(); of.Kind() == reflect.Interface || isExpression(of) || of == reflect.TypeFor[*gorm.DB]() {
			for i := range v.Len() {
				w.value(v.Index(i).Interface())
			}
		}
	case reflect.Struct:
		if isGeneric(v.Type()) {
			defer w.goWithin()()
			w.build(v.Interface())
			return
		}
		w.fields(v)
	}
}

func isExpression(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == "gorm.io/gorm/clause" && t.Implements(reflect.TypeFor[clause.Expression]())
}

// fields goes through the queries and expressions in a struct.
func (w *walk) fields(v reflect.Value) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && (f.Type == reflect.TypeFor[*gorm.DB]() || isExpression(f.Type)) {
			w.value(v.Field(i).Interface())
		}
	}
}

func (w *walk) columns(columns []clause.Column) {
	for _, column := range columns {
		w.column(column)
	}
}

func (w *walk) column(column clause.Column) {
	if column.Raw {
		w.text(column.Name)
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

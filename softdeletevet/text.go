package softdeletevet

import (
	"go/ast"
	"go/constant"
	"go/types"
	"regexp"
	"strings"
)

// text is the SQL of a statement, so far as it is written by hand: its tables and joins, and
// beside them all conditions. certain is false where a part of it cannot be told.
type text struct {
	sql     strings.Builder
	parts   []textPart
	certain bool
}

// textPart is a part of a text that names tables.
type textPart struct {
	from, to int
	arg      ast.Expr
	step     *step
}

func (t *text) part(s *step, arg ast.Expr, sql string) {
	from := t.sql.Len()
	t.sql.WriteString(sql)
	t.parts = append(t.parts, textPart{from, t.sql.Len(), arg, s})
	t.sql.WriteString(" ")
}

// partAt is the part in which something of the SQL stands.
func (t *text) partAt(at int) (textPart, bool) {
	for _, p := range t.parts {
		if p.from <= at && at < p.to {
			return p, true
		}
	}
	return textPart{}, false
}

// association is the name of a relation in Joins, and no SQL.
var association = regexp.MustCompile(`^\s*[\w.]+\s*$`)

// text writes a statement down.
func (q *query) text() *text {
	t := &text{certain: !q.handle.unknown && !q.handle.called && !q.isMeant(q.handle) && !q.choosesRows(q.handle)}
	if _, others := q.scopes(q.handle); others {
		t.certain = false
	}
	t.sql.WriteString("SELECT 1 FROM ")
	if s := q.handle.last("Table"); s != nil && len(s.args) > 0 {
		if name, ok := q.constant(s.args[0]); ok && strings.TrimSpace(name) != "" {
			t.part(s, s.args[0], name)
		} else {
			t.certain = false
		}
		q.values(t, s.args[1:])
	} else {
		t.sql.WriteString("softdeletevet_own ")
	}
	q.joins(t)
	t.sql.WriteString(" WHERE 1 = 1")
	for i := range q.handle.steps {
		q.condition(t, &q.handle.steps[i])
	}
	if q.call != nil {
		q.inline(t)
	}
	return t
}

func (q *query) joins(t *text) {
	for i := range q.handle.steps {
		s := &q.handle.steps[i]
		if s.name != "Joins" && s.name != "InnerJoins" || len(s.args) == 0 {
			continue
		}
		if q.handle.generic != nil {
			continue // its joins are along relations
		}
		join, ok := q.constant(s.args[0])
		switch {
		case !ok:
			t.certain = false
		case !association.MatchString(join):
			t.part(s, s.args[0], join)
		}
		q.values(t, s.args[1:])
	}
}

// condition writes what a step says, if it may name a marker.
func (q *query) condition(t *text, s *step) {
	switch s.name {
	case "Select", "Distinct": // more columns may follow
		for _, arg := range s.args {
			q.oneCondition(t, arg)
		}
	case "Where", "Not", "Or", "Having", "Order", "Group":
		if len(s.args) > 0 {
			q.oneCondition(t, s.args[0])
			q.values(t, s.args[1:])
		}
	case "Clauses", "MapColumns", "Raw", "Set", "InstanceSet":
		t.certain = t.certain && s.name != "Clauses" && s.name != "Raw"
	}
}

// inline writes the conditions among the arguments of what ends a statement.
func (q *query) inline(t *text) {
	if _, ok := reads[q.name]; !ok && q.name != "Delete" || q.handle.generic != nil {
		return
	}
	switch q.name {
	case "First", "Take", "Last", "Find", "FirstOrInit", "FirstOrCreate", "Delete":
		if len(q.call.Args) > 1 {
			q.oneCondition(t, q.call.Args[1])
			q.values(t, q.call.Args[2:])
		}
	case "Pluck":
		q.oneCondition(t, q.call.Args[0])
	}
}

// oneCondition writes one: SQL, or a map, or a struct, whose columns are the model's own.
func (q *query) oneCondition(t *text, e ast.Expr) {
	if sql, ok := q.constant(e); ok {
		if sql != "" {
			t.sql.WriteString(" AND (" + sql + ")")
		}
		return
	}
	of := q.pass.TypesInfo.TypeOf(e)
	if keys, ok := q.mapKeys(e); ok {
		for _, key := range keys {
			t.sql.WriteString(" AND " + key + " = 1")
		}
		return
	}
	if of == nil || q.isExpression(of) || isNamed(of, gormPath, "DB") {
		t.certain = false
		return
	}
	switch under := pointed(of).Underlying().(type) {
	case *types.Struct:
	case *types.Slice:
		b, ok := under.Elem().Underlying().(*types.Basic)
		t.certain = t.certain && ok && b.Info()&types.IsString == 0
	case *types.Basic: // a number is a key
		t.certain = t.certain && under.Info()&types.IsString == 0
	default:
		t.certain = false
	}
}

// values are arguments of SQL: where one may be more than a value, the text cannot be told.
func (q *query) values(t *text, args []ast.Expr) {
	for _, arg := range args {
		of := q.pass.TypesInfo.TypeOf(arg)
		if of == nil || q.isExpression(of) || isNamed(of, gormPath, "DB") || q.mayHold(of) && asCondition.MatchString(t.sql.String()) {
			t.certain = false
		}
	}
}

// mapKeys are the keys of a map that is written down, where all of them are constants.
func (c *checker) mapKeys(e ast.Expr) ([]string, bool) {
	e = ast.Unparen(e)
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = ast.Unparen(u.X)
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil, false
	}
	if _, ok := c.pass.TypesInfo.TypeOf(lit).Underlying().(*types.Map); !ok {
		return nil, false
	}
	var keys []string
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			return nil, false
		}
		v := c.pass.TypesInfo.Types[kv.Key].Value
		if v == nil || v.Kind() != constant.String {
			return nil, false
		}
		keys = append(keys, constant.StringVal(v))
	}
	return keys, true
}

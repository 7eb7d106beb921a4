package softdeletevet

import (
	"go/ast"
	"go/types"
	"regexp"

	"github.com/gorm-softdelete/softdelete/internal/rawsql/mentions"
)

// rawSQL is SD003: a statement of the caller's own that names a soft-deletable table and not
// its marker.
func (w *walker) rawSQL(call *ast.CallExpr, name string, h *handle) {
	args := call.Args
	if name == "Exec" && h.generic != nil && len(args) > 0 {
		args = args[1:] // the context
	}
	if len(args) == 0 || w.isMeant(h) {
		return
	}
	sql, ok := w.constant(args[0])
	if !ok || w.mayFilter(sql, args[1:]) {
		return
	}
	for _, m := range w.unmarked(sql) {
		w.add(args[0], "SD003", nil, "%s", textOf(name, m))
		return
	}
}

// textOf says what is wrong with a statement.
func textOf(by string, m mention) string {
	switch m.use {
	case mentions.Deletes, mentions.Truncates:
		return by + " removes rows of " + m.name + " for good, live ones too: write db.Delete, softdelete.Purge or softdelete.ForceDelete with the model, or /* softdelete:ok */ into the SQL"
	case mentions.Updates:
		return by + " writes to " + m.name + ", its trashed rows too, as the SQL does not name " + m.marker() + ": add softdelete.Live(&" + m.table.Model + "{}, " + quotedAlias(m) +
			"), write db.Model(&" + m.table.Model + "{}).Updates, or /* softdelete:ok */ into the SQL"
	case mentions.Inserts:
		return by + " puts the rows of a query into " + m.name + ", and does not say by " + m.marker() + " whether they are live: name the column, or write /* softdelete:ok */ into the SQL"
	case mentions.Reads:
	}
	return by + " reads " + m.name + ", its trashed rows too, as the SQL does not name " + m.marker() + ": add softdelete.Live(&" + m.table.Model + "{}, " + quotedAlias(m) +
		"), or /* softdelete:ok */ if it is meant"
}

func quotedAlias(m mention) string { return `"` + m.alias + `"` }

// asCondition is a parameter that stands where a condition does.
var asCondition = regexp.MustCompile(`(?is)\b(AND|OR|WHERE|ON|NOT|HAVING|WHEN)\b[\s(]*(\?|@\w+)`)

// mayFilter tells if there may be something among the arguments of SQL that is more than a
// value: softdelete.Live, a condition, a query.
func (w *walker) mayFilter(sql string, args []ast.Expr) bool {
	for _, arg := range args {
		t := w.pass.TypesInfo.TypeOf(arg)
		switch {
		case t == nil, w.isExpression(t), isNamed(t, gormPath, "DB"):
			return true
		case w.mayHold(t) && asCondition.MatchString(sql):
			return true
		}
	}
	return false
}

// isExpression tells if a type is one of GORM's for SQL.
func (c *checker) isExpression(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(pointed(t), true, nil, "Build")
	method, ok := obj.(*types.Func)
	if !ok {
		return false
	}
	params := method.Signature().Params()
	return params.Len() == 1 && isNamed(params.At(0).Type(), clausePath, "Builder")
}

// mayHold tells if a value of a type may be an expression, or have one in it.
func (c *checker) mayHold(t types.Type) bool { return c.holds(t, 0) }

func (c *checker) holds(t types.Type, depth int) bool {
	if t == nil || depth > deepest {
		return false
	}
	if c.isExpression(t) {
		return true
	}
	switch t := pointed(t).Underlying().(type) {
	case *types.Interface:
		return true
	case *types.Slice:
		return c.holds(t.Elem(), depth+1)
	case *types.Map:
		return c.holds(t.Elem(), depth+1)
	case *types.Struct: // fields by name, as @name takes them
		for i := range t.NumFields() {
			field := t.Field(i)
			_, isInterface := field.Type().Underlying().(*types.Interface)
			if isInterface || c.isExpression(field.Type()) || field.Embedded() && c.holds(field.Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

package softdeletevet

import (
	"go/ast"
	"go/types"
)

// origins is what a package does with handles elsewhere than in the function at hand.
type origins struct {
	fields map[*types.Var]*handle // into which more than a fresh handle is put
	allow  map[*types.Func]bool   // functions that know of RawOK
}

// findOrigins looks for them once.
func (c *checker) findOrigins() {
	c.origins = origins{map[*types.Var]*handle{}, map[*types.Func]bool{}}
	for _, file := range c.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if fn, ok := c.pass.TypesInfo.Defs[n.Name].(*types.Func); ok && n.Body != nil && c.allows(n.Body) {
					c.allow[fn] = true
				}
			case *ast.AssignStmt:
				for i, target := range n.Lhs {
					if sel, ok := ast.Unparen(target).(*ast.SelectorExpr); ok && len(n.Lhs) == len(n.Rhs) {
						c.noteField(sel.Sel, n.Rhs[i])
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok {
					c.noteField(key, n.Value)
				}
			}
			return true
		})
	}
}

// noteField takes down a field on whose handle something has been called: a query that is
// built in it.
func (c *checker) noteField(name *ast.Ident, value ast.Expr) {
	field, ok := c.pass.TypesInfo.Uses[name].(*types.Var)
	if !ok || !field.IsField() || !isHandle(field.Type()) {
		return
	}
	call, ok := ast.Unparen(value).(*ast.CallExpr)
	if !ok {
		return
	}
	for {
		sel, isMethod := c.gormMethod(call)
		if isMethod && sessions[sel.Sel.Name] {
			inner, ok := ast.Unparen(sel.X).(*ast.CallExpr)
			if !ok {
				return
			}
			call = inner
			continue
		}
		if isMethod || c.scopeName(call.Fun) != "" {
			meant := c.allows(value) || c.fields[field] != nil && c.fields[field].meant
			c.fields[field] = &handle{unknown: true, meant: meant}
		}
		return
	}
}

// allows tells if a node names RawOK.
func (c *checker) allows(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "RawOK" {
			fn, _ := c.pass.TypesInfo.Uses[id].(*types.Func)
			found = found || isFunction(fn, libraryPath, "RawOK")
		}
		return !found
	})
	return found
}

// isMeant tells if a handle has the scope RawOK, or may have it.
func (w *walker) isMeant(h *handle) bool {
	names, others := w.scopes(h)
	for _, name := range names {
		if name == "RawOK" {
			return true
		}
	}
	return others || h.meant || h.unknown && w.allowing
}

// allowed takes back what was said of SQL to which RawOK is given afterwards.
func (w *walker) allowed(h *handle) {
	if h == nil || !w.isMeant(h) {
		return
	}
	if raw := h.last("Raw"); raw != nil && len(raw.args) > 0 {
		w.retract("SD003", raw.args[0])
	}
}

// allowedBy does so for handles that a function is given which knows of RawOK.
func (w *walker) allowedBy(args []ast.Expr) {
	for _, arg := range args {
		if h := w.resolve(arg); h != nil {
			given := *h
			given.meant = true
			w.allowed(&given)
		}
	}
}

package softdeletevet

import (
	"go/ast"
	"go/token"
	"go/types"
)

func (w *walker) statement(s ast.Stmt) {
	switch s := s.(type) {
	case nil:
	case *ast.BlockStmt:
		w.block(s.List)
	case *ast.LabeledStmt:
		w.statement(s.Stmt)
	case *ast.AssignStmt:
		w.assign(s)
	case *ast.DeclStmt:
		w.declare(s)
	case *ast.IfStmt:
		w.statement(s.Init)
		w.expressions(s.Cond)
		w.settle()
		w.branches(func() bool { w.statement(s.Body); return ends(s.Body.List) }, func() bool { w.statement(s.Else); return endsWith(s.Else) })
	case *ast.ForStmt:
		w.statement(s.Init)
		w.repeated(func() { w.expressions(s.Cond); w.block(s.Body.List); w.statement(s.Post) }, s)
	case *ast.RangeStmt:
		w.expressions(s.X)
		w.settle()
		w.repeated(func() { w.block(s.Body.List) }, s)
	case *ast.SwitchStmt:
		w.statement(s.Init)
		w.expressions(s.Tag)
		w.settle()
		w.cases(s.Body)
	case *ast.TypeSwitchStmt:
		w.statement(s.Init)
		w.statement(s.Assign)
		w.cases(s.Body)
	case *ast.SelectStmt:
		w.cases(s.Body)
	default:
		w.expressions(s)
		w.settle()
	}
}

// cases walks those of a switch or a select. A fallthrough goes on with what is known before
// the switch only.
func (w *walker) cases(body *ast.BlockStmt) {
	ways := []func() bool{func() bool { return false }}
	for _, c := range body.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			if c.List == nil {
				ways = ways[1:]
			}
			ways = append(ways, func() bool {
				for _, e := range c.List {
					w.expressions(e)
				}
				w.block(c.Body)
				return ends(c.Body)
			})
		case *ast.CommClause:
			ways = append(ways, func() bool { w.statement(c.Comm); w.block(c.Body); return ends(c.Body) })
		}
	}
	w.branches(ways...)
}

// ends tells if nothing behind a list of statements is reached from it. What a break leads
// to is reached.
func ends(list []ast.Stmt) bool {
	return len(list) > 0 && endsWith(list[len(list)-1])
}

func endsWith(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE
	case *ast.BlockStmt:
		return ends(s.List)
	case *ast.IfStmt:
		return ends(s.Body.List) && endsWith(s.Else)
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := call.Fun.(*ast.Ident)
		return ok && id.Name == "panic"
	}
	return false
}

func (w *walker) assign(s *ast.AssignStmt) {
	w.expressions(s)
	w.settle()
	w.noteMarkers(s)
	values := make([]*handle, len(s.Lhs))
	for i := range s.Lhs {
		values[i] = w.value(s.Rhs, i, len(s.Lhs))
	}
	for i, target := range s.Lhs {
		if id, ok := ast.Unparen(target).(*ast.Ident); ok {
			v, _ := w.pass.TypesInfo.ObjectOf(id).(*types.Var)
			w.assigned(v, values[i])
		}
	}
}

// value is the handle that one of n variables gets.
func (w *walker) value(values []ast.Expr, i, n int) *handle {
	switch {
	case len(values) == n:
		return w.resolve(values[i])
	case len(values) == 1:
		return &handle{called: true, fresh: true} // of a function with several results
	}
	return nil
}

func (w *walker) assigned(v *types.Var, h *handle) {
	if v == nil || v.Parent() == w.pass.Pkg.Scope() || !isHandle(v.Type()) {
		return
	}
	w.set(v, h)
}

func (w *walker) declare(s *ast.DeclStmt) {
	w.expressions(s)
	w.settle()
	decl, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range spec.Names {
			v, _ := w.pass.TypesInfo.Defs[name].(*types.Var)
			w.assigned(v, w.value(spec.Values, i, len(spec.Names)))
		}
	}
}

// expressions looks at the calls in a node, inner ones first.
func (w *walker) expressions(n ast.Node) {
	if n == nil {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			w.closure(n)
			return false
		case *ast.CallExpr:
			w.expressions(n.Fun)
			for _, arg := range n.Args {
				w.expressions(arg)
			}
			w.seen1(n)
			return false
		}
		return true
	})
}

// seen1 looks at a call, once its parts have been looked at.
func (w *walker) seen1(call *ast.CallExpr) {
	sel, ok := w.gormMethod(call)
	if !ok {
		w.passed(call)
		w.onFunction(call)
		return
	}
	h := w.method(call, sel)
	if own := h.own; own != nil && !finishers[sel.Sel.Name] {
		if known := w.pending[own]; known == nil || len(known.steps) < len(h.steps) {
			w.pending[own] = h
		}
	}
	w.onMethod(call, sel, h)
}

// passed forgets the variables that a call hands to a function, which may put conditions on
// them.
func (w *walker) passed(call *ast.CallExpr) {
	for _, arg := range call.Args {
		if v := w.used1(arg); v != nil && w.env[v] != nil && !w.env[v].fresh {
			w.pending[v] = &handle{unknown: true}
		}
	}
}

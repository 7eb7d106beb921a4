package softdeletevet

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
)

// walker follows the handles in the variables of a function, statement by statement.
// What is assigned on one branch and not on another is not known behind it.
type walker struct {
	*checker
	file *ast.File

	env     map[*types.Var]*handle
	pending map[*types.Var]*handle // what calls without an assignment have put on a variable
	params  map[*types.Var]bool
	opaque  map[*types.Var]bool // assigned in a closure, or its address is taken
	assigns []assignment        // to markers, in this function

	allowing bool // the function knows of RawOK
}

func (w *walker) isParameter(v *types.Var) bool { return w.params[v] }

// walk looks at a file.
func (w *walker) walk() {
	for _, decl := range w.file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Body != nil {
				w.function(decl.Recv, decl.Type, decl.Body)
			}
		case *ast.GenDecl:
			w.reset(nil)
			w.expressions(decl)
		}
	}
}

func (w *walker) reset(body ast.Node) {
	w.env, w.pending, w.params = map[*types.Var]*handle{}, map[*types.Var]*handle{}, map[*types.Var]bool{}
	w.opaque, w.assigns, w.allowing = map[*types.Var]bool{}, nil, false
	if body != nil {
		w.allowing = w.allows(body)
		w.findOpaque(body)
	}
}

func (w *walker) function(recv *ast.FieldList, sig *ast.FuncType, body *ast.BlockStmt) {
	w.reset(body)
	w.parameters(recv)
	w.parameters(sig.Params)
	w.block(body.List)
}

func (w *walker) parameters(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			if v, ok := w.pass.TypesInfo.Defs[name].(*types.Var); ok {
				w.params[v] = true
			}
		}
	}
}

// findOpaque finds the variables that are not followed.
func (w *walker) findOpaque(body ast.Node) {
	depth := 0
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			depth++
			ast.Inspect(n.Body, visit)
			depth--
			return false
		case *ast.AssignStmt:
			for _, target := range n.Lhs {
				if v := w.used1(target); v != nil && depth > 0 {
					w.opaque[v] = true
				}
			}
		case *ast.UnaryExpr:
			if v := w.used1(n.X); v != nil && n.Op == token.AND {
				w.opaque[v] = true
			}
		}
		return true
	}
	ast.Inspect(body, visit)
}

// used1 is the variable that an expression is, declared elsewhere.
func (w *walker) used1(e ast.Expr) *types.Var {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		v, _ := w.pass.TypesInfo.Uses[id].(*types.Var)
		return v
	}
	return nil
}

// closure looks at a function within a function. Of the variables around it those are known
// that are handles on which nothing has been called.
func (w *walker) closure(lit *ast.FuncLit) {
	env, pending := w.env, w.pending
	w.env, w.pending = map[*types.Var]*handle{}, map[*types.Var]*handle{}
	for v, h := range env {
		if len(h.steps) == 0 && h.fresh && !h.unknown && !w.opaque[v] {
			w.env[v] = h
		} else {
			w.env[v] = &handle{unknown: true, generic: h.generic}
		}
	}
	w.parameters(lit.Type.Params)
	w.block(lit.Body.List)
	w.env, w.pending = env, pending
}

func (w *walker) block(list []ast.Stmt) {
	for _, s := range list {
		w.statement(s)
	}
}

// settle takes over what the calls of a statement have put on variables.
func (w *walker) settle() {
	for v, h := range w.pending {
		w.set(v, h)
	}
	clear(w.pending)
}

func (w *walker) set(v *types.Var, h *handle) {
	if h == nil || w.opaque[v] {
		h = &handle{unknown: true}
	}
	kept := *h
	kept.own = nil
	w.env[v] = &kept
}

// branches walks each way on from a copy of what is known, and keeps what all of them that
// go on agree in.
func (w *walker) branches(ways ...func() (ends bool)) {
	before := w.env
	var after []map[*types.Var]*handle
	for _, way := range ways {
		w.env = maps.Clone(before)
		if !way() {
			after = append(after, w.env)
		}
	}
	w.env = before
	if len(after) == 0 {
		return
	}
	w.env = after[0]
	for _, other := range after[1:] {
		for v, h := range w.env {
			if other[v] != h {
				w.env[v] = &handle{unknown: true, generic: h.generic}
			}
		}
		for v := range other {
			if _, ok := w.env[v]; !ok {
				w.env[v] = &handle{unknown: true}
			}
		}
	}
}

// repeated walks the body of a loop. What is assigned in it is not known there.
func (w *walker) repeated(body func(), node ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, target := range n.Lhs {
				w.forget(w.used1(target))
			}
		case *ast.CallExpr:
			w.forgetChanged(n)
		}
		return true
	})
	w.branches(func() bool { body(); return false }, func() bool { return false })
}

func (w *walker) forget(v *types.Var) {
	if v != nil && isHandle(v.Type()) {
		w.env[v] = &handle{unknown: true}
	}
}

// forgetChanged forgets a variable that a call changes, as it is not a fresh handle.
func (w *walker) forgetChanged(call *ast.CallExpr) {
	if sel, ok := w.gormMethod(call); ok && !finishers[sel.Sel.Name] && !sessions[sel.Sel.Name] {
		if v := w.used1(sel.X); v != nil {
			if h := w.env[v]; h != nil && !h.fresh {
				w.forget(v)
			}
		}
	}
}

package softdeletevet

import (
	"go/ast"
	"go/types"
)

// resolve finds out what is known of an expression that is a handle; nil if it is none.
func (w *walker) resolve(e ast.Expr) *handle {
	e = ast.Unparen(e)
	t := w.pass.TypesInfo.TypeOf(e)
	if t == nil || !isHandle(t) {
		return nil
	}
	switch e := e.(type) {
	case *ast.Ident:
		return w.variable(e)
	case *ast.CallExpr:
		return w.call(e)
	case *ast.SelectorExpr:
		field, _ := w.pass.TypesInfo.Uses[e.Sel].(*types.Var)
		if h := w.fields[field]; h != nil {
			return &handle{unknown: true, meant: h.meant, generic: typeArgument(t)}
		}
		return &handle{fresh: true, generic: typeArgument(t)}
	}
	return &handle{called: true, fresh: true, generic: typeArgument(t)} // out of a context, a list, a channel
}

func (w *walker) variable(id *ast.Ident) *handle {
	v, ok := w.pass.TypesInfo.Uses[id].(*types.Var)
	if !ok {
		return &handle{unknown: true}
	}
	if w.opaque[v] && v.Parent() != w.pass.Pkg.Scope() {
		return &handle{unknown: true, generic: typeArgument(v.Type())}
	}
	h, ok := w.env[v]
	if !ok {
		if v.Parent() == w.pass.Pkg.Scope() || v.Pkg() != w.pass.Pkg || w.isParameter(v) {
			return &handle{fresh: true, given: w.isParameter(v), generic: typeArgument(v.Type())}
		}
		return &handle{unknown: true, generic: typeArgument(v.Type())}
	}
	begun := *h
	begun.inline = len(h.steps)
	if !h.fresh {
		begun.own = v
	}
	return &begun
}

// typeArgument is T of one of the interfaces of gorm.G.
func typeArgument(t types.Type) types.Type {
	if named, ok := pointed(t).(*types.Named); ok && isGeneric(t) && named.TypeArgs().Len() == 1 {
		return named.TypeArgs().At(0)
	}
	return nil
}

// call is the handle that a call returns.
func (w *walker) call(call *ast.CallExpr) *handle {
	if sel, ok := w.gormMethod(call); ok {
		return w.method(call, sel)
	}
	fn, typeArgs := w.calledFunction(call)
	if isFunction(fn, gormPath, "G") && typeArgs.Len() == 1 && len(call.Args) > 0 {
		return &handle{generic: typeArgs.At(0), fresh: true}
	}
	if name := w.scopeName(call.Fun); name != "" && len(call.Args) == 1 && isHandle(w.pass.TypesInfo.TypeOf(call.Args[0])) {
		if h := w.resolve(call.Args[0]); h != nil {
			return h.then(step{name: name, call: call, scope: true})
		}
	}
	return &handle{called: true, fresh: true, meant: w.allow[fn], generic: typeArgument(w.pass.TypesInfo.TypeOf(call))}
}

// sessions are methods that return a handle which later calls do not change.
var sessions = map[string]bool{"Session": true, "WithContext": true, "Debug": true, "Begin": true}

func (w *walker) method(call *ast.CallExpr, sel *ast.SelectorExpr) *handle {
	h := w.resolve(sel.X)
	if h == nil { // a struct that embeds a handle
		h = &handle{fresh: true, generic: typeArgument(w.pass.TypesInfo.TypeOf(sel.X))}
	}
	name := sel.Sel.Name
	if sessions[name] {
		next := *h
		next.own, next.fresh = nil, true
		if name == "Session" && !w.keepsStatement(call) {
			next = handle{fresh: true, generic: next.generic, unknown: !isLiteral(call)}
		}
		return &next
	}
	next := h.then(step{name: name, call: call, args: call.Args})
	if h.generic != nil {
		next.fresh = true
	}
	return next
}

// keepsStatement tells if a Session has the conditions of the handle that it is called on:
// if it does not say NewDB. Of one that stands elsewhere it is not known.
func (w *walker) keepsStatement(call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return true
	}
	keeps := isLiteral(call)
	ast.Inspect(call.Args[0], func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "NewDB" {
				keeps = false
			}
		}
		return keeps
	})
	return keeps
}

// isLiteral tells if the argument of a call is written down in it.
func isLiteral(call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return false
	}
	e := ast.Unparen(call.Args[0])
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = ast.Unparen(u.X)
	}
	_, ok := e.(*ast.CompositeLit)
	return ok
}

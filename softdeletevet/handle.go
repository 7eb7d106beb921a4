package softdeletevet

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// step is a call on a handle: a method of GORM's, or a scope of the library that is called
// by itself.
type step struct {
	name  string
	call  *ast.CallExpr
	args  []ast.Expr
	scope bool // name is that of a scope of the library, called directly
}

// handle is what is known of an expression that is a *gorm.DB, or what gorm.G returns.
type handle struct {
	unknown bool       // what has been called on it before cannot be told
	called  bool       // it comes out of a function, which may have put conditions on it
	given   bool       // it is a parameter: whoever calls may have
	meant   bool       // RawOK may have been called on it
	fresh   bool       // what is called on it does not change it
	generic types.Type // T of gorm.G[T]
	steps   []step
	own     *types.Var // the variable with which it begins

	// inline is the first step that stands in the expression itself.
	inline int
}

// then is the handle after one more call. Steps are never changed, only added.
func (h *handle) then(s step) *handle {
	next := *h
	next.steps = append(slices.Clip(h.steps), s)
	next.fresh = false
	return &next
}

// last is the last step of one of some names, nil if there is none.
func (h *handle) last(names ...string) *step {
	for i := len(h.steps) - 1; i >= 0; i-- {
		if slices.Contains(names, h.steps[i].name) {
			return &h.steps[i]
		}
	}
	return nil
}

func (h *handle) has(names ...string) bool { return h.last(names...) != nil }

// isInline tells if a step stands in the expression itself, so that it may be changed.
func (h *handle) isInline(s *step) bool {
	return slices.ContainsFunc(h.steps[h.inline:], func(at step) bool { return at.call == s.call })
}

// gormMethod tells of a call of a method of *gorm.DB, or of the interfaces of gorm.G.
func (c *checker) gormMethod(call *ast.CallExpr) (sel *ast.SelectorExpr, ok bool) {
	sel, ok = ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	method, ok := c.pass.TypesInfo.Uses[sel.Sel].(*types.Func)
	if !ok || method.Signature().Recv() == nil || method.Pkg() == nil || method.Pkg().Path() != gormPath {
		return nil, false
	}
	if of := c.pass.TypesInfo.Selections[sel]; of == nil || of.Kind() != types.MethodVal {
		return nil, false // (*gorm.DB).Find is a function, and its handle an argument
	}
	return sel, isHandle(method.Signature().Recv().Type())
}

// isHandle tells if a type is that of a handle.
func isHandle(t types.Type) bool {
	return isNamed(t, gormPath, "DB") || isGeneric(t)
}

// isGeneric tells if a type is one of the interfaces of gorm.G.
func isGeneric(t types.Type) bool {
	named, ok := pointed(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != gormPath {
		return false
	}
	switch name := named.Obj().Name(); name {
	case "Interface":
		return true
	default:
		return strings.HasSuffix(name, "Interface") && named.TypeParams().Len() == 1
	}
}

// calledFunction is the function of a package that a call calls, with the arguments for its
// types, if any.
func (c *checker) calledFunction(call *ast.CallExpr) (fn *types.Func, typeArgs *types.TypeList) {
	id := functionName(call.Fun)
	if id == nil {
		return nil, nil
	}
	fn, _ = c.pass.TypesInfo.Uses[id].(*types.Func)
	return fn, c.pass.TypesInfo.Instances[id].TypeArgs
}

func functionName(e ast.Expr) *ast.Ident {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return functionName(e.X)
	case *ast.IndexListExpr:
		return functionName(e.X)
	}
	return nil
}

// isFunction tells if a function is that of a package and a name.
func isFunction(fn *types.Func, path, name string) bool {
	return fn != nil && fn.Name() == name && fn.Pkg() != nil && fn.Pkg().Path() == path && fn.Signature().Recv() == nil
}

// scopeName is the name of the library's scope that an expression is, with or without
// arguments: softdelete.WithTrashed, softdelete.TrashedBefore(t). Empty for any other.
func (c *checker) scopeName(e ast.Expr) string {
	e = ast.Unparen(e)
	if call, ok := e.(*ast.CallExpr); ok {
		if fn, _ := c.calledFunction(call); isFunction(fn, libraryPath, "StatementScope") && len(call.Args) == 1 {
			return c.scopeName(call.Args[0])
		}
		e = call.Fun
	}
	id := functionName(e)
	if id == nil {
		return ""
	}
	fn, _ := c.pass.TypesInfo.Uses[id].(*types.Func)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != libraryPath || fn.Signature().Recv() != nil {
		return ""
	}
	return fn.Name()
}

// visibility are the scopes that choose rows by whether they are trashed.
var visibility = []string{"WithTrashed", "OnlyTrashed", "WithoutTrashed", "WithTrashedIn", "OnlyTrashedIn", "TrashedBefore", "TrashedAfter", "TrashedWithin", "TrashedBy"}

// scopes are the names of the library's scopes that a handle has. others: there is one that
// is not known.
func (c *checker) scopes(h *handle) (names []string, others bool) {
	for _, s := range h.steps {
		switch {
		case s.scope:
			names = append(names, s.name)
		case s.name == "Scopes":
			for _, arg := range s.args {
				name := c.scopeName(arg)
				others = others || name == "" || s.call.Ellipsis.IsValid()
				names = append(names, name)
			}
		}
	}
	return names, others
}

func isVisibility(name string) bool { return slices.Contains(visibility, name) }

// choosesRows tells if a handle has a scope of the library's that says which rows are meant.
func (c *checker) choosesRows(h *handle) bool {
	names, _ := c.scopes(h)
	return slices.ContainsFunc(names, isVisibility)
}

package softdeletevet

import (
	"go/ast"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// dropped is SD010 for gorm.G: it begins a statement of its own, and what its handle was told
// is gone.
func (w *walker) dropped(call *ast.CallExpr, m *model) {
	arg := ast.Unparen(call.Args[0])
	h := w.resolve(arg)
	if h == nil || isDryRun(arg) {
		return
	}
	for i := range h.steps {
		s := &h.steps[i]
		switch {
		case s.scope && isVisibility(s.name):
			w.add(arg, "SD010", nil, "gorm.G drops %s of its handle: write gorm.G[…](db).Scopes(softdelete.StatementScope(softdelete.%s))", s.name, s.name)
			return
		case s.name == "Unscoped" && !w.propagates():
			w.add(arg, "SD010", w.statementScope(call, h, s, m), "gorm.G drops Unscoped() of its handle: write gorm.G[…](db).Scopes(softdelete.StatementScope(softdelete.WithTrashed))")
			return
		case s.name == "Scopes":
			w.add(arg, "SD010", w.statementScope(call, h, s, m), "gorm.G drops the scopes of its handle: write gorm.G[…](db).Scopes(softdelete.StatementScope(…))")
			return
		}
	}
}

// propagates tells if the package knows of GORM's option by which Unscoped is kept.
func (c *checker) propagates() bool {
	for id, obj := range c.pass.TypesInfo.Uses {
		if id.Name == "PropagateUnscoped" && obj.Pkg() != nil && obj.Pkg().Path() == gormPath {
			return true
		}
	}
	return false
}

// isDryRun tells if a handle says so itself: gorm.G keeps such a one as it is.
func isDryRun(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok {
			key, ok := kv.Key.(*ast.Ident)
			found = found || ok && key.Name == "DryRun"
		}
		return !found
	})
	return found
}

// statementScope puts the scope of a handle where gorm.G takes it.
func (w *walker) statementScope(call *ast.CallExpr, h *handle, s *step, m *model) *fix {
	if !h.isInline(s) || h.unknown || len(h.steps) != 1 || ast.Unparen(call.Args[0]) != ast.Expr(s.call) || len(call.Args) != 1 {
		return nil
	}
	scope := "WithTrashed"
	if s.name == "Scopes" {
		if len(s.args) != 1 || s.call.Ellipsis.IsValid() || !isVisibility(w.scopeName(s.args[0])) || isCall(s.args[0]) {
			return nil
		}
		scope = w.scopeName(s.args[0])
	} else if !m.soft() {
		return nil
	}
	name, edits := w.imported(call.Pos())
	if name == "" {
		return nil
	}
	sel := ast.Unparen(s.call.Fun).(*ast.SelectorExpr)
	if !w.isItself(sel.X) {
		return nil
	}
	return &fix{"Give the scope to gorm.G", append(edits,
		analysis.TextEdit{Pos: sel.X.End(), End: s.call.End()},
		analysis.TextEdit{Pos: call.End(), End: call.End(), NewText: []byte(".Scopes(" + name + ".StatementScope(" + name + "." + scope + "))")})}
}

func isCall(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok
}

// group is SD010 for a group of conditions: db.Where(db.Where(…).Or(…)). Only the conditions
// are taken out of it.
func (w *walker) group(call *ast.CallExpr, n int) {
	if len(call.Args) <= n || !isNamed(w.pass.TypesInfo.TypeOf(call.Args[n]), gormPath, "DB") {
		return
	}
	h := w.resolve(call.Args[n])
	if h == nil {
		return
	}
	names, _ := w.scopes(h)
	at := slices.IndexFunc(names, isVisibility)
	switch {
	case at >= 0:
		w.add(call.Args[n], "SD010", nil, "%s is lost within a group of conditions: put the scope on the statement itself", names[at])
	case h.has("Unscoped"):
		w.add(call.Args[n], "SD010", nil, "GORM drops Unscoped() within a group of conditions: put it on the statement itself")
	}
}

// relationArguments is SD010 for a handle that is an argument of Joins or Preload: its
// conditions are taken, and nothing else of it.
func (w *walker) relationArguments(call *ast.CallExpr, name string) {
	if len(call.Args) != 2 || !isNamed(w.pass.TypesInfo.TypeOf(call.Args[1]), gormPath, "DB") {
		return
	}
	h := w.resolve(call.Args[1])
	if h == nil {
		return
	}
	names, _ := w.scopes(h)
	at := slices.IndexFunc(names, isVisibility)
	switch {
	case name == "Preload" && at >= 0:
		w.add(call.Args[1], "SD010", nil, "%s is lost on a handle that is an argument of Preload: give the scope itself, Preload(…, softdelete.%s)", names[at], names[at])
	case name == "Preload":
	case h.has("Scopes") || at >= 0:
		w.add(call.Args[1], "SD010", nil, "GORM drops the scopes of an argument of Joins: write Scopes(softdelete.WithTrashedIn(…)) on the statement itself, or conditions by Where")
	case h.has("Unscoped"):
		w.add(call.Args[1], "SD010", nil, "GORM drops Unscoped() of an argument of Joins: write Scopes(softdelete.WithTrashedIn(…)) on the statement itself")
	}
}

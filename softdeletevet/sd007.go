package softdeletevet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// markers is SD007: a statement that writes a marker.
func (q *query) markers() {
	if q.call == nil || !q.model.soft() {
		return
	}
	args := q.call.Args
	if q.handle.generic != nil && len(args) > 0 {
		args = args[1:] // the context
	}
	switch q.name {
	case "Update", "UpdateColumn":
		if len(args) != 2 {
			return
		}
		if name, ok := q.constant(args[0]); ok && q.model.marker(name) != nil {
			q.written(args[0], name, args[1])
		}
	case "Updates", "UpdateColumns":
		if len(args) == 1 {
			q.writtenIn(args[0])
		}
	case "Save", "Create", "CreateInBatches":
	}
	if q.name == "Save" || q.name == "Updates" || q.name == "Create" || q.name == "UpdateColumns" {
		q.assignedBefore(args)
	}
}

// written tells of a marker that is written, and of what to write instead.
func (q *query) written(at ast.Node, name string, value ast.Expr) {
	instead := "softdelete.Restore to bring rows back, db.Delete to trash them"
	if mk := q.model.marker(name); mk != nil && value != nil {
		switch {
		case q.isLiveValue(*mk, value):
			instead = "softdelete.Restore, which brings back what went along, too"
		case mk.kind != timeMarker || !isEmpty(value):
			instead = "db.Delete, or softdelete.Restore to bring rows back"
		}
	}
	q.add(at, "SD007", nil, "%s, the marker of %s, is written by hand: write %s", name, q.model.name, instead)
}

func isEmpty(e ast.Expr) bool {
	lit, ok := ast.Unparen(e).(*ast.CompositeLit)
	return ok && len(lit.Elts) == 0
}

// writtenIn looks for markers in the map or the struct of Updates.
func (q *query) writtenIn(e ast.Expr) {
	e = ast.Unparen(e)
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = ast.Unparen(u.X)
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return
	}
	_, isMap := q.pass.TypesInfo.TypeOf(lit).Underlying().(*types.Map)
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		var name string
		if isMap {
			name, _ = q.constant(kv.Key)
		} else if id, ok := kv.Key.(*ast.Ident); ok && !isEmpty(kv.Value) {
			if _, m := q.modelOfType(q.pass.TypesInfo.TypeOf(lit)); m != nil && m.marker(id.Name) != nil {
				name = id.Name
			}
		}
		if name != "" && q.model.marker(name) != nil && !q.leavesOut(name) {
			q.written(kv, name, kv.Value)
		}
	}
}

// assignment is one to the marker of a variable.
type assignment struct {
	of   *types.Var
	name string
	at   ast.Node
	live bool // it is set to what a live row has
}

// noteMarkers takes down the assignments to markers: p.DeletedAt = …, p.DeletedAt.Valid = ….
func (w *walker) noteMarkers(s *ast.AssignStmt) {
	for i, target := range s.Lhs {
		sel, ok := ast.Unparen(target).(*ast.SelectorExpr)
		if !ok {
			w.assigns = slices.DeleteFunc(w.assigns, func(a assignment) bool { return a.of == w.used1(target) }) // another value
			continue
		}
		if inner, ok := ast.Unparen(sel.X).(*ast.SelectorExpr); ok && (sel.Sel.Name == "Valid" || sel.Sel.Name == "Time") {
			sel = inner
		}
		v := w.used1(w.embedding(sel.X))
		if v == nil {
			continue
		}
		if _, m := w.modelOfType(v.Type()); m.soft() && m.marker(sel.Sel.Name) != nil {
			w.assigns = append(w.assigns, assignment{v, sel.Sel.Name, target, len(s.Lhs) == len(s.Rhs) && w.isZero(s.Rhs[i])})
		}
	}
}

// embedding is the value that an embedded struct is of: post, of post.Model.
func (w *walker) embedding(e ast.Expr) ast.Expr {
	for {
		sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok {
			return e
		}
		field, _ := w.pass.TypesInfo.Uses[sel.Sel].(*types.Var)
		if field == nil || !field.Embedded() {
			return e
		}
		e = sel.X
	}
}

// isZero tells it of an empty struct, 0, false and nil.
func (c *checker) isZero(e ast.Expr) bool {
	if v := c.pass.TypesInfo.Types[e].Value; v != nil {
		return v.ExactString() == "0" || v.ExactString() == "false"
	}
	return isNil(e) || isEmpty(e)
}

// assignedBefore tells of the markers of a value that were assigned before it is saved.
func (q *query) assignedBefore(args []ast.Expr) {
	if len(args) == 0 {
		return
	}
	e := ast.Unparen(args[0])
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = u.X
	}
	v := q.used1(e)
	for _, a := range q.assigns {
		if v != nil && a.of == v && !q.leavesOut(a.name) && (q.name != "Create" || !a.live) { // a copy of a row is created live
			q.add(a.at, "SD007", nil, "%s, the marker of %s, is set by hand and then saved by %s: write db.Delete, or softdelete.Restore to bring rows back", a.name, q.model.name, q.name)
		}
	}
}

// leavesOut tells if a marker stays as it is, or may: by Omit, or by a Select of others.
func (q *query) leavesOut(name string) bool {
	mk := q.model.marker(name)
	for _, s := range q.handle.steps {
		if s.name != "Select" && s.name != "Omit" {
			continue
		}
		named, all := false, true
		for _, arg := range s.args {
			text, ok := q.constant(arg)
			all = all && ok
			named = named || ok && (text == "*" || strings.EqualFold(text, mk.column) || text == mk.field.Name())
		}
		if s.name == "Omit" && (named || !all) || s.name == "Select" && !named {
			return true
		}
	}
	return false
}

// readAnew forgets what was assigned to a value before it is read from the database.
func (q *query) readAnew() {
	if !reads[q.name] && q.name != "Scan" || len(q.call.Args) == 0 {
		return
	}
	e := ast.Unparen(q.call.Args[0])
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = u.X
	}
	if v := q.used1(e); v != nil {
		q.assigns = slices.DeleteFunc(q.assigns, func(a assignment) bool { return a.of == v })
	}
}

package softdeletevet

import (
	"go/ast"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// unscoped is SD001 and SD002: a read, or a delete, under Unscoped.
func (q *query) unscoped() {
	s := q.handle.last("Unscoped")
	if s == nil || !q.model.soft() || q.choosesRows(q.handle) || q.handle.generic != nil {
		return
	}
	isRead := q.call == nil
	if q.call != nil {
		_, isRead = reads[q.name]
	}
	at := q.at
	if q.handle.isInline(s) {
		at = ast.Unparen(s.call.Fun).(*ast.SelectorExpr).Sel
	}
	switch {
	case isRead:
		q.add(at, "SD001", q.scoped(s),
			"Unscoped() reads trashed rows of %s, and of all that is joined and preloaded: write Scopes(softdelete.WithTrashed), or softdelete.OnlyTrashed", q.model.name)
	case q.name == "Delete":
		q.add(at, "SD002", q.forced(s),
			"Unscoped().Delete removes rows of %s for good, live ones too: write softdelete.ForceDelete, or softdelete.Purge for trashed rows only", q.model.name)
	}
}

// scoped writes the scope in the place of Unscoped. Where something is joined or preloaded
// that would not be the same.
func (q *query) scoped(s *step) *fix {
	if !q.handle.isInline(s) || q.handle.unknown || q.handle.has("Joins", "InnerJoins", "Preload", "Association", "Clauses") || q.hasScopes() {
		return nil
	}
	name, edits := q.imported(s.call.Pos())
	if name == "" {
		return nil
	}
	sel := ast.Unparen(s.call.Fun).(*ast.SelectorExpr)
	if !q.hasMethod(sel.X, "Scopes") || q.name == "FindInBatches" && q.usesHandle(q.call.Args) {
		return nil
	}
	text := "Scopes(" + name + ".WithTrashed)"
	return &fix{"Read trashed rows by softdelete.WithTrashed", append(edits, analysis.TextEdit{Pos: sel.Sel.Pos(), End: s.call.End(), NewText: []byte(text)})}
}

func (q *query) hasScopes() bool { return q.handle.has("Scopes") }

// forced writes ForceDelete in the place of Delete, without the Unscoped.
func (q *query) forced(s *step) *fix {
	h := q.handle
	if !h.isInline(s) || h.unknown || h.has("Select", "Omit", "Clauses", "Joins", "Scopes", "Table") || len(q.call.Args) == 0 || isNil(q.call.Args[0]) {
		return nil
	}
	name, edits := q.imported(q.call.Pos())
	if name == "" || q.namesItsMarker() {
		return nil
	}
	sel, by := ast.Unparen(s.call.Fun).(*ast.SelectorExpr), ast.Unparen(q.call.Fun).(*ast.SelectorExpr)
	if !q.isItself(sel.X) {
		return nil
	}
	edits = append(edits, analysis.TextEdit{Pos: q.call.Pos(), End: q.call.Pos(), NewText: []byte(name + ".ForceDelete(")})
	if by.X == ast.Expr(s.call) {
		edits = append(edits, analysis.TextEdit{Pos: sel.X.End(), End: q.call.Lparen + 1, NewText: []byte(", ")})
	} else {
		edits = append(edits, analysis.TextEdit{Pos: sel.X.End(), End: s.call.End()},
			analysis.TextEdit{Pos: by.X.End(), End: q.call.Lparen + 1, NewText: []byte(", ")})
	}
	return &fix{"Remove rows by softdelete.ForceDelete", edits}
}

// namesItsMarker tells if a condition speaks of the marker: Purge may be what is meant.
func (q *query) namesItsMarker() bool {
	sql := q.text().sql.String()
	return slices.ContainsFunc(q.model.markers, func(mk marker) bool {
		return strings.Contains(strings.ToLower(sql), strings.ToLower(mk.column))
	})
}

func isNil(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "nil"
}

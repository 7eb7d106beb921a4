package softdeletevet

import (
	"go/ast"
	"go/constant"
	"go/token"
	"regexp"
	"strings"

	"golang.org/x/tools/go/analysis"
	"gorm.io/gorm/schema"
)

// redundant is SD006: a condition by hand that the filter is already.
func (q *query) redundant() {
	h := q.handle
	if !q.model.soft() || len(q.model.markers) != 1 || q.model.markers[0].hasZero() || h.unknown || h.called || h.has("Unscoped", "Or", "Table", "Raw", "Clauses") || q.choosesRows(h) {
		return
	}
	if _, others := q.scopes(h); others {
		return
	}
	_, isWrite := writes[q.name]
	for i := range h.steps {
		if s := &h.steps[i]; s.name == "Where" && len(s.args) > 0 {
			q.redundantIn(s.args[0], s.args[1:], s, isWrite)
		}
	}
	if !isWrite && q.call != nil && h.generic == nil && reads[q.name] && q.name != "FindInBatches" && len(q.call.Args) > 1 {
		q.redundantIn(q.call.Args[1], q.call.Args[2:], nil, false)
	}
}

// hasZero tells if a live row has a value of its own, and not NULL.
func (mk marker) hasZero() bool {
	return schema.ParseTagSetting(mk.tag.Get("gorm"), ";")["ZEROVALUE"] != ""
}

// redundantIn looks at one condition. The only condition of a write stays: without one, GORM
// refuses it.
func (q *query) redundantIn(e ast.Expr, args []ast.Expr, s *step, isWrite bool) {
	mk := q.model.markers[0]
	says := "the filter is there already"
	if keys, ok := q.mapKeys(e); ok {
		if len(keys) == 1 && strings.EqualFold(keys[0], mk.column) && q.isLiveValue(mk, mapValue(e)) && !isWrite {
			q.add(e, "SD006", q.without(s), "%s: remove the condition on %s", says, mk.column)
		}
		return
	}
	sql, ok := q.constant(e)
	if !ok {
		return
	}
	parts := conjuncts(sql)
	for i, part := range parts {
		if !q.isLive(mk, part.text, args, strings.Count(sql[:part.from], "?")) || len(parts) == 1 && isWrite {
			continue
		}
		fixed := q.without(s)
		if len(parts) > 1 {
			fixed = q.withoutPart(e, sql, parts, i)
		}
		q.add(e, "SD006", fixed, "%s: remove the condition on %s", says, mk.column)
	}
}

func mapValue(e ast.Expr) ast.Expr {
	if lit, ok := ast.Unparen(e).(*ast.CompositeLit); ok && len(lit.Elts) == 1 {
		return lit.Elts[0].(*ast.KeyValueExpr).Value
	}
	return nil
}

// isLiveValue tells if a value is that of a live row.
func (q *query) isLiveValue(mk marker, e ast.Expr) bool {
	if e == nil {
		return false
	}
	v := q.pass.TypesInfo.Types[e].Value
	switch mk.kind {
	case timeMarker:
		return isNil(e)
	case unixMarker:
		return v != nil && v.Kind() == constant.Int && constant.Sign(v) == 0
	default:
		return v != nil && v.Kind() == constant.Bool && !constant.BoolVal(v)
	}
}

var (
	isNull = regexp.MustCompile(`(?i)^([\w."\x60]+)\s+IS\s+NULL$`)
	equals = regexp.MustCompile(`(?i)^([\w."\x60]+)\s*=\s*(\?|\w+)$`)
)

// isLive tells if a condition is the filter of a marker. Its first parameter is the n-th.
func (q *query) isLive(mk marker, condition string, args []ast.Expr, n int) bool {
	switch mk.kind {
	case timeMarker:
		parts := isNull.FindStringSubmatch(condition)
		return parts != nil && q.isOwn(parts[1], mk)
	default:
		parts := equals.FindStringSubmatch(condition)
		if parts == nil || !q.isOwn(parts[1], mk) {
			return false
		}
		switch value := strings.ToLower(parts[2]); value {
		case "?":
			return n < len(args) && q.isLiveValue(mk, args[n])
		case "false":
			return mk.kind == flagMarker
		default:
			return value == "0"
		}
	}
}

// isOwn tells if a name is that of the marker of the statement's own model. Beside joins it
// has to say so.
func (q *query) isOwn(name string, mk marker) bool {
	name = strings.NewReplacer(`"`, "", "`", "").Replace(name)
	if of, column, ok := strings.Cut(name, "."); ok {
		return strings.EqualFold(column, mk.column) && q.model.table != "" && strings.EqualFold(of, q.model.table)
	}
	return strings.EqualFold(name, mk.column) && !q.handle.has("Joins", "InnerJoins")
}

// without takes the whole call of Where away. Of a parameter it is not certain that it is not
// Unscoped.
func (q *query) without(s *step) *fix {
	if s == nil || q.handle.given || !q.handle.isInline(s) {
		return nil
	}
	sel, ok := ast.Unparen(s.call.Fun).(*ast.SelectorExpr)
	if !ok || !q.isItself(sel.X) {
		return nil
	}
	if s == &q.handle.steps[len(q.handle.steps)-1] && q.call == nil {
		return nil // of a query within another one: the handle alone might be shared
	}
	return &fix{"Remove the condition", []analysis.TextEdit{{Pos: sel.X.End(), End: s.call.End()}}}
}

// withoutPart takes one condition out of a text.
func (q *query) withoutPart(e ast.Expr, sql string, parts []conjunct, i int) *fix {
	lit, ok := ast.Unparen(e).(*ast.BasicLit)
	if q.handle.given || !ok || lit.Kind != token.STRING || lit.Value[1:len(lit.Value)-1] != sql || strings.Contains(parts[i].text, "?") {
		return nil
	}
	from, to := parts[i].from, parts[i].to
	if i == 0 {
		to = parts[1].from
	} else {
		from = parts[i-1].to
	}
	begin := lit.Pos() + 1
	return &fix{"Remove the condition", []analysis.TextEdit{{Pos: begin + token.Pos(from), End: begin + token.Pos(to)}}}
}

// conjunct is a part of a condition between ANDs, without blanks around it.
type conjunct struct {
	text     string
	from, to int
}

var word = regexp.MustCompile(`(?i)'(?:[^']|'')*'|"[^"]*"|\x60[^\x60]*\x60|/\*.*?\*/|--|[()]|\b(?:and|or|between|case|union|select)\b`)

// conjuncts takes a condition apart. Where there is an OR at the top, or something else that
// binds otherwise, it has no parts.
func conjuncts(sql string) []conjunct {
	var parts []conjunct
	depth, from := 0, 0
	add := func(to int) {
		text := strings.TrimSpace(sql[from:to])
		at := from + strings.Index(sql[from:to], text)
		parts = append(parts, conjunct{text, at, at + len(text)})
	}
	for _, at := range word.FindAllStringIndex(sql, -1) {
		switch strings.ToLower(sql[at[0]:at[1]]) {
		case "(":
			depth++
		case ")":
			depth--
		case "--":
			return nil
		case "and":
			if depth == 0 {
				add(at[0])
				from = at[1]
			}
		case "or", "between", "case", "union", "select":
			if depth == 0 {
				return nil
			}
		}
	}
	add(len(sql))
	return parts
}

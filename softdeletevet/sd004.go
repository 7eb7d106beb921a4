package softdeletevet

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// textTables is SD004 and SD005: a soft-deletable table in a join, or in Table without a
// model, and not its marker.
func (q *query) textTables() {
	h := q.handle
	if q.name == "Create" || q.name == "CreateInBatches" || q.name == "Save" || h.has("Unscoped") || !h.has("Table", "Joins", "InnerJoins") {
		return
	}
	t := q.text()
	if !t.certain || len(t.parts) == 0 {
		return
	}
	for _, m := range q.unmarked(t.sql.String()) {
		p, ok := t.partAt(m.at)
		switch {
		case !ok:
		case p.step.name == "Table":
			q.bareTable(p, m)
		default:
			alias := m.alias
			if alias == "" {
				alias = m.name
			}
			q.add(p.arg, "SD004", q.joinLive(p, m),
				"the join reads %s, its trashed rows too, as nothing names %s: add AND ? with softdelete.Live(&%s{}, %q), or the scope softdelete.RawOK if it is meant",
				m.name, m.marker(), m.table.Model, alias)
		}
	}
}

// bareTable is SD005.
func (q *query) bareTable(p textPart, m mention) {
	scans := q.name == "Scan" || q.name == "Pluck" || q.name == "Count" || q.name == "Row" || q.name == "Rows"
	switch {
	case q.handle.has("Model") || q.handle.generic != nil:
		return
	case scans: // no value of theirs is taken for a model
	case q.known == untold, q.known == told && (q.model.soft() || q.model.table == ""):
		return
	}
	does := "reads trashed rows, too"
	switch q.name {
	case "Delete":
		does = "removes rows for good"
	case "Update", "Updates", "UpdateColumn", "UpdateColumns":
		does = "writes to trashed rows, too"
	}
	name, _ := q.constant(p.arg)
	q.add(p.arg, "SD005", q.withModel(p, m, strings.EqualFold(strings.TrimSpace(name), m.name)),
		"Table(%q) without a model %s: write Model(&%s{}), or Where(softdelete.Live(&%s{}, %q))", name, does, m.table.Model, m.table.Model, m.alias)
}

// withModel writes the model in the place of the name of its table.
func (q *query) withModel(p textPart, m mention, plain bool) *fix {
	_, isWrite := writes[q.name] // of which a model would also set the time
	if !plain || isWrite || !q.handle.isInline(p.step) || q.known == told || q.readsStruct() {
		return nil
	}
	model := q.typeName(p.arg.Pos(), m.table.Package, m.table.Model)
	if model == "" {
		return nil
	}
	sel := ast.Unparen(p.step.call.Fun).(*ast.SelectorExpr)
	if !q.hasMethod(sel.X, "Model") {
		return nil
	}
	return &fix{"Name the model", []analysis.TextEdit{{Pos: sel.Sel.Pos(), End: p.step.call.End(), NewText: []byte("Model(&" + model + "{})")}}}
}

// readsStruct tells if the rows go into structs, whose fields say what is read.
func (q *query) readsStruct() bool {
	if q.call == nil || !reads[q.name] || len(q.call.Args) == 0 {
		return false
	}
	t := q.pass.TypesInfo.TypeOf(q.call.Args[0])
	for range deepest {
		switch at := types.Unalias(t).(type) {
		case *types.Pointer:
			t = at.Elem()
		case *types.Slice:
			t = at.Elem()
		case *types.Struct:
			return true
		}
	}
	return false
}

// oneJoin is a join that ends with its condition.
var oneJoin = regexp.MustCompile(`(?is)^\s*(?:(?:left|inner|left\s+outer)\s+)?join\s+\S+(?:\s+(?:as\s+)?\w+)?\s+on\s+(.*)$`)

var moreThanAnd = regexp.MustCompile(`(?i)\b(or|join|case|between|where)\b|;|--|/\*`)

// joinLive adds the filter to a join that is one of one table.
func (q *query) joinLive(p textPart, m mention) *fix {
	lit, ok := ast.Unparen(p.arg).(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING || !q.handle.isInline(p.step) || q.handle.unknown || p.step.call.Ellipsis.IsValid() {
		return nil
	}
	sql, err := strconv.Unquote(lit.Value)
	parts := oneJoin.FindStringSubmatch(sql)
	if err != nil || parts == nil || moreThanAnd.MatchString(parts[1]) || strings.Contains(sql, "@") {
		return nil
	}
	for _, arg := range p.step.args[1:] {
		if _, ok := q.pass.TypesInfo.TypeOf(arg).Underlying().(*types.Basic); !ok {
			return nil
		}
	}
	model := q.typeName(p.arg.Pos(), m.table.Package, m.table.Model)
	name, edits := q.imported(p.arg.Pos())
	if model == "" || name == "" {
		return nil
	}
	alias := m.alias
	if alias == m.name {
		alias = ""
	}
	end := p.step.call.Rparen
	live := ", " + name + ".Live(&" + model + "{}, " + strconv.Quote(alias) + ")"
	return &fix{"Join live rows only", append(edits,
		analysis.TextEdit{Pos: lit.End() - 1, End: lit.End() - 1, NewText: []byte(" AND ?")},
		analysis.TextEdit{Pos: lastArg(p.step).End(), End: end, NewText: []byte(live)})}
}

func lastArg(s *step) ast.Expr { return s.args[len(s.args)-1] }

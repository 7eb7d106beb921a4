package mentions

import (
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// clauses reads a statement's clauses, up to the end of its query: a parenthesis, a
// semicolon, a UNION.
func (p *parser) clauses(s *scope) {
	from := false
	for !p.done() && !p.is(")", ";", "UNION", "INTERSECT", "EXCEPT", "MINUS") {
		switch {
		case s.inserted && (p.is("RETURNING") || p.is("ON") && p.is2("CONFLICT", "DUPLICATE")):
			return
		case p.is("FROM") && !from && !p.comesBehindDistinct():
			p.at++
			from = true
			p.list(s, Reads)
		case p.take("JOIN", "STRAIGHT_JOIN"):
			p.factor(s, Reads)
			p.joins(s, Reads)
		case p.take("WHERE"):
			from = true // a FROM behind it is that of IS DISTINCT FROM
		default:
			p.expression(s)
		}
	}
}

// comesBehindDistinct tells if a FROM belongs to IS DISTINCT FROM.
func (p *parser) comesBehindDistinct() bool {
	return p.at > 1 && p.key(-1) == "DISTINCT" && (p.key(-2) == "IS" || p.key(-2) == "NOT")
}

// expression reads on by a piece of an expression: a name, a group, a query.
func (p *parser) expression(s *scope) {
	t := p.all[p.at]
	switch {
	case t.key == "(":
		p.group(s)
	case t.key == "AS" && p.isName(1):
		p.at += 2 // an alias is the name of no table's column
	case t.key == "@" || t.key == ":" || t.key == "$":
		p.at++
		if p.isName(0) && p.all[p.at].At == t.At+1 {
			p.at++ // a parameter, a variable, a type
		}
	case t.Kind == rawsql.Word || t.Kind == rawsql.Name:
		p.column(s)
	default:
		p.at++
	}
}

// column reads a name, with those of its table and schema before it.
func (p *parser) column(s *scope) {
	parts := []string{unquoted(p.all[p.at].Token)}
	p.at++
	for p.is(".") && p.isTable(1) {
		parts = append(parts, unquoted(p.all[p.at+1].Token))
		p.at += 2
	}
	if p.is("(") {
		return // a function
	}
	c := column{name: strings.ToLower(parts[len(parts)-1]), in: s}
	if len(parts) > 1 {
		c.of = strings.ToLower(parts[len(parts)-2])
	}
	p.text.columns = append(p.text.columns, c)
}

// group reads parentheses: a query, or an expression.
func (p *parser) group(s *scope) {
	if !p.down() {
		return
	}
	defer p.up()
	p.at++
	if p.startsQuery(0) {
		p.statement(newScope(s))
		p.closes()
		return
	}
	for !p.done() && !p.is(")") {
		p.expression(s)
	}
	p.take(")")
}

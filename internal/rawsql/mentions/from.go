package mentions

import (
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// list reads the tables of a FROM, with what joins them.
func (p *parser) list(s *scope, use Use) {
	for {
		p.factor(s, use)
		p.joins(s, use)
		if !p.take(",") {
			return
		}
	}
}

// joins reads on to the end of a FROM, or to its next comma.
func (p *parser) joins(s *scope, use Use) {
	for !p.done() {
		switch {
		case p.is("FROM") && p.comesBehindDistinct():
			p.at++
		case p.is(",", ")", ";") || p.endsFrom():
			return
		case p.take("JOIN", "STRAIGHT_JOIN"):
			p.factor(s, joined(use))
		case p.is("USING") && (p.key(1) != "(" || p.startsQuery(1)):
			return // of a DELETE or a MERGE
		case p.is("ON") && p.is2("CONFLICT", "DUPLICATE"):
			return
		default:
			p.expression(s)
		}
	}
}

// joined is what becomes of the rows of a table that another is joined to: MySQL may update
// them, too, but reading them is what they are there for.
func joined(use Use) Use {
	if use == Truncates {
		return use
	}
	return Reads
}

func (p *parser) is2(keys ...string) bool {
	p.at++
	defer func() { p.at-- }()
	return p.is(keys...)
}

// endsFrom tells if a clause begins that stands behind a FROM.
func (p *parser) endsFrom() bool {
	return p.is("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "WINDOW", "FOR", "LOCK", "UNION", "INTERSECT", "EXCEPT", "MINUS",
		"RETURNING", "SET", "WHEN", "FROM", "QUALIFY")
}

// factor reads a table, a query or a function, with its alias.
func (p *parser) factor(s *scope, use Use) {
	if !p.down() {
		return
	}
	defer p.up()
	for p.take("ONLY", "LATERAL") {
	}
	switch {
	case p.is("(") && p.startsQuery(1):
		p.at++
		query := newScope(s)
		p.statement(query)
		p.closes()
		s.add(p.alias(), item{query: query})
		p.skipColumns()
	case p.take("("): // joins in parentheses, or a table
		p.list(s, use)
		p.closes()
		if name := p.alias(); name != "" {
			s.add(name, item{query: s})
		}
	case p.is("ROWS") && p.key(1) == "FROM":
		p.at += 2
		p.group(s)
		s.add(p.alias(), item{})
		p.skipColumns()
	case p.isTable(0):
		p.table(s, use)
	case !p.done() && !p.is(")", ";"):
		p.at++ // a value that is bound: its name is not in the text
		p.alias()
	}
}

// startsQuery tells if a query stands n tokens on, maybe in further parentheses.
func (p *parser) startsQuery(n int) bool {
	for p.key(n) == "(" {
		n++
	}
	switch p.key(n) {
	case "SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE":
		return true
	case "TABLE":
		return p.isName(n + 1)
	default:
		return false
	}
}

// table reads the name of a table, or of a function with its arguments, and its alias.
func (p *parser) table(s *scope, use Use) {
	if !p.isTable(0) || p.endsFrom() {
		return
	}
	first := p.all[p.at]
	parts := []rawsql.Token{first.Token}
	p.at++
	for p.is(".") && p.isTable(1) {
		parts = append(parts, p.all[p.at+1].Token)
		p.at += 2
	}
	if p.is("(") && use != Inserts {
		p.group(s)
		s.add(p.alias(), item{})
		p.skipColumns()
		return
	}
	last := parts[len(parts)-1]
	t := &Table{Name: unquoted(last), Use: use, Inner: s.outer != nil, At: last.At}
	t.exact, t.folds = p.driver == "postgres" && last.Kind == rawsql.Name, p.driver == "postgres" && last.Kind == rawsql.Word
	if len(parts) > 1 {
		t.Schema = unquoted(parts[len(parts)-2])
	}
	p.take("*")
	if p.is("PARTITION") && p.key(1) == "(" {
		p.at++
		p.skipGroup()
	}
	p.moment()
	t.Alias = p.alias()
	if t.Alias != "" && use != Inserts {
		p.skipColumns()
	}
	p.hints()
	if query, ok := s.defined(t.Name); ok && t.Schema == "" {
		s.add(name(t), item{query: query})
		return
	}
	p.text.Tables = append(p.text.Tables, t)
	s.add(name(t), item{table: t})
}

// name is by what a table is called in its statement.
func name(t *Table) string {
	if t.Alias != "" {
		return t.Alias
	}
	return t.Name
}

// alias reads an alias.
func (p *parser) alias() string {
	as := p.take("AS")
	if p.done() {
		return ""
	}
	t := p.all[p.at]
	switch {
	case t.Kind == rawsql.Name, as && t.Kind == rawsql.Text, t.Kind == rawsql.Word && (as || !noAlias[t.key] || p.isAliasHere()):
	default:
		return ""
	}
	p.at++
	return strings.ToLower(unquoted(t.Token))
}

// isAliasHere tells it of a word that is an alias where it says nothing of the table: it is so
// if another clause begins behind it.
func (p *parser) isAliasHere() bool {
	return p.is("VALUE", "PARTITION", "FORCE", "IGNORE", "USE", "INDEXED", "RESTRICT", "CASCADE", "CONTINUE", "RESTART", "DO", "OVERRIDING", "QUALIFY", "MINUS", "LOCK") &&
		p.is2("WHERE", "JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS", "NATURAL", "ON", "SET", "GROUP", "ORDER", "LIMIT", "USING", "RETURNING", ",")
}

// moment reads as of when the rows of a table are read: in MariaDB, TiDB and CockroachDB.
func (p *parser) moment() {
	switch {
	case p.is("FOR") && p.is2("SYSTEM_TIME"):
		p.at += 2
	case p.is("AS") && p.key(1) == "OF" && (p.key(2) == "TIMESTAMP" || p.key(2) == "SYSTEM"):
	default:
		return
	}
	for !p.done() && !p.endsMoment() {
		if p.is("(") {
			p.skipGroup()
			continue
		}
		p.at++
	}
}

// endsMoment tells if what follows is no more of a moment: an alias, a clause, the next table.
func (p *parser) endsMoment() bool {
	switch {
	case p.is("FROM", "AND", "BETWEEN"):
		return false
	case p.is("AS"):
		return p.key(1) != "OF"
	default:
		return p.is(",", ")", ";") || noAlias[p.key(0)]
	}
}

// skipColumns goes on behind the names that an alias gives to columns.
func (p *parser) skipColumns() {
	if p.is("(") {
		p.skipGroup()
	}
}

// noAlias are words that stand behind a table and are not its alias.
var noAlias = words(`WHERE JOIN LEFT RIGHT INNER OUTER FULL CROSS NATURAL STRAIGHT_JOIN ON USING SET GROUP ORDER HAVING LIMIT OFFSET FETCH WINDOW
	UNION INTERSECT EXCEPT MINUS FOR LOCK RETURNING VALUES VALUE SELECT WITH TABLE DEFAULT USE FORCE IGNORE PARTITION TABLESAMPLE INDEXED NOT WHEN
	DO LATERAL INTO OVERRIDING FROM AND OR RESTART CONTINUE CASCADE RESTRICT QUALIFY ASC DESC IS IN LIKE BETWEEN END THEN ELSE`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// hints reads what may stand behind an alias.
func (p *parser) hints() {
	for {
		switch {
		case p.is("USE", "FORCE", "IGNORE") && p.is2("INDEX", "KEY"):
			for !p.done() && !p.is("(") {
				p.at++
			}
			p.skipGroup()
		case p.take("TABLESAMPLE"):
			p.at++
			p.skipGroup()
		case p.is("INDEXED") && p.is2("BY"):
			p.at += 3
		case p.is("NOT") && p.is2("INDEXED"):
			p.at += 2
		default:
			return
		}
	}
}

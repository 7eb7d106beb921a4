package mentions

import (
	"strings"
)

// scope is where names of tables mean something: a SELECT, or another statement, without
// the queries within it. These have the names of the scopes around them, too.
type scope struct {
	outer *scope
	items map[string][]item // by alias or name, in lower case
	all   []item
	ctes  map[string]*scope // by name, in lower case
	next  *scope            // the next query of a UNION

	inserted bool // its rows are inserted: ON CONFLICT and RETURNING are of the table into which they go
}

// item is what stands in a FROM: a table, or the rows of a query.
type item struct {
	table *Table
	query *scope
}

// column is a place at which a column is named.
type column struct {
	of   string // a table's name or alias, in lower case; empty if none stands there
	name string
	in   *scope
}

func newScope(outer *scope) *scope {
	return &scope{outer: outer, items: map[string][]item{}}
}

// add puts something into the FROM of a scope by a name.
func (s *scope) add(name string, i item) {
	s.all = append(s.all, i)
	if name != "" {
		name = strings.ToLower(name)
		s.items[name] = append(s.items[name], i)
	}
}

// define gives a query a name, by WITH.
func (s *scope) define(name string, query *scope) {
	if s.ctes == nil {
		s.ctes = map[string]*scope{}
	}
	s.ctes[strings.ToLower(name)] = query
}

// defined looks for a query of a name.
func (s *scope) defined(name string) (query *scope, ok bool) {
	name = strings.ToLower(name)
	for ; s != nil; s = s.outer {
		if query, ok := s.ctes[name]; ok {
			return query, true
		}
	}
	return nil, false
}

// marking notes which tables have their marker beside them, and where it has looked already.
type marking struct {
	markers map[*Table]string
	marked  map[*Table]bool
	columns map[column]bool
	queries map[rowsOf]bool // whether a table with the column is behind the rows of a query
}

type rowsOf struct {
	query *scope
	name  string
}

// column notes the tables that a column can be the marker of: those of the nearest scope that
// has such a table, by the name before it if there is one.
func (m *marking) column(c column) {
	for s := c.in; s != nil; s = s.outer {
		here := column{c.of, c.name, s}
		if m.columns[here] {
			return // all that follows is noted
		}
		m.columns[here] = true
		items := s.all
		if c.of != "" {
			items = s.items[c.of]
		}
		found := false
		for _, i := range items {
			found = m.item(i, c.name) || found
		}
		if found || c.of != "" && len(items) > 0 {
			return
		}
	}
}

// item notes the tables behind an item whose marker has a name. Those of a query are behind
// its rows.
func (m *marking) item(i item, name string) (found bool) {
	if i.table != nil {
		found = m.markers[i.table] != "" && strings.EqualFold(m.markers[i.table], name)
		m.marked[i.table] = m.marked[i.table] || found
		return found
	}
	rows := rowsOf{i.query, name}
	if before, ok := m.queries[rows]; ok || i.query == nil {
		return before
	}
	m.queries[rows] = false // a recursive query is behind its own rows
	for s := i.query; s != nil; s = s.next {
		for _, inner := range s.all {
			found = m.item(inner, name) || found
		}
	}
	m.queries[rows] = found
	return found
}

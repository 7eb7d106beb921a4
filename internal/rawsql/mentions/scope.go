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

// mark notes the tables that a column can be the marker of: those of the nearest scope that
// has such a table, by the name before it if there is one.
func (c column) mark(markers map[*Table]string, marked map[*Table]bool) {
	for s := c.in; s != nil; s = s.outer {
		items := s.all
		if c.of != "" {
			items = s.items[c.of]
		}
		found := false
		for _, i := range items {
			if i.mark(c.name, markers, marked, map[*scope]bool{}) {
				found = true
			}
		}
		if found || c.of != "" && len(items) > 0 {
			return
		}
	}
}

// mark notes the tables behind an item whose marker has a name. Those of a query are behind
// its rows.
func (i item) mark(name string, markers map[*Table]string, marked map[*Table]bool, seen map[*scope]bool) (found bool) {
	if i.table != nil {
		if markers[i.table] != "" && strings.EqualFold(markers[i.table], name) {
			marked[i.table] = true
			return true
		}
		return false
	}
	if i.query == nil || seen[i.query] {
		return false
	}
	seen[i.query] = true
	for s := i.query; s != nil; s = s.next {
		for _, inner := range s.all {
			if inner.mark(name, markers, marked, seen) {
				found = true
			}
		}
	}
	return found
}

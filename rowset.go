package softdelete

import (
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// few is how many keys of a table's rows are kept if the rows can be named by a
// condition as well.
const few = 1000

// rowSet is a set of rows of one table: by their primary keys, or by conditions
// that pick them. A condition stands where there are many rows, so that memory
// does not grow with them.
type rowSet struct {
	table *table
	keys  [][]any
	where []picker

	// whole: where picks all rows that the operation has of this table.
	whole bool
}

// picker is a condition on a table, by whatever name that goes in a statement.
type picker func(name string) clause.Expression

func newSet(t *table) *rowSet { return &rowSet{table: t} }

func (s *rowSet) isEmpty() bool { return s == nil || len(s.keys) == 0 && len(s.where) == 0 }

// add returns the rows of both sets, of which one may be nil.
func (s *rowSet) add(other *rowSet) *rowSet {
	switch {
	case other == nil || s != nil && s.whole:
		return s
	case s == nil || other.whole:
		return other
	}
	both := *s
	both.keys = slices.Concat(s.keys, other.keys)
	both.where = slices.Concat(s.where, other.where)
	return &both
}

// chunks cuts the keys into lists that fit into a statement.
func (s *rowSet) chunks(d *dialect.Dialect) [][][]any {
	return slices.Collect(slices.Chunk(s.keys, d.Chunk(len(s.table.key()))))
}

// conditions picks the rows of the set, a part by each condition.
func (s *rowSet) conditions(d *dialect.Dialect) []picker {
	parts := make([]picker, 0, 1+len(s.where))
	for _, chunk := range s.chunks(d) {
		parts = append(parts, func(name string) clause.Expression { return expr.In(name, s.table.key(), chunk) })
	}
	return append(parts, s.where...)
}

// hanging picks the rows of a link's child that hang on rows of the set.
func (s *rowSet) hanging(l *link, d *dialect.Dialect) []picker {
	positions := positionsOf(l.referred, s.table.key())
	var parts []picker
	add := func(hang picker) {
		parts = append(parts, func(name string) clause.Expression { return expr.AllOf(append(constantsOf(l, name), hang(name))) })
	}
	where := s.where
	if positions == nil {
		where = s.conditions(d)
	} else {
		for _, chunk := range s.chunks(d) {
			keys := project(chunk, positions)
			add(func(name string) clause.Expression { return expr.In(name, l.foreign, keys) })
		}
	}
	for _, part := range where {
		add(func(name string) clause.Expression {
			return &selected{
				columns: expr.Columns(name, l.foreign), from: s.table.name, list: expr.Columns(s.table.name, l.referred),
				where: part(s.table.name), d: d,
			}
		})
	}
	return parts
}

// constantsOf are the conditions of a polymorphic link, and of one that the database
// follows only while it looks after foreign keys, and to trashed rows where another
// link guards live ones.
func constantsOf(l *link, name string) []clause.Expression {
	list := make([]clause.Expression, 0, len(l.fixed)+3)
	if l.enforced != "" {
		list = append(list, clause.Expr{SQL: l.enforced})
	}
	if l.guardedBy != nil {
		list = append(list, visible(l.child, trashedOnly)(name))
	}
	for _, f := range l.fixed {
		list = append(list, clause.Eq{Column: clause.Column{Table: name, Name: f.column}, Value: f.value})
	}
	return list
}

// positionsOf finds names among others, nil if one is missing.
func positionsOf(names, among []string) []int {
	positions := make([]int, len(names))
	for i, name := range names {
		if positions[i] = slices.Index(among, name); positions[i] < 0 {
			return nil
		}
	}
	return positions
}

func project(keys [][]any, positions []int) [][]any {
	same := len(keys) > 0 && len(keys[0]) == len(positions)
	for i, position := range positions {
		same = same && i == position
	}
	if same {
		return keys
	}
	projected := make([][]any, len(keys))
	for i, key := range keys {
		projected[i] = make([]any, len(positions))
		for j, position := range positions {
			projected[i][j] = key[position]
		}
	}
	return projected
}

// selected is "(columns) IN (SELECT list FROM table WHERE …)", or NOT IN.
type selected struct {
	columns []clause.Column
	not     bool
	list    []clause.Column
	from    string
	where   clause.Expression
	d       *dialect.Dialect
}

func (s *selected) Build(b clause.Builder) {
	expr.WriteColumns(b, s.columns, len(s.columns) > 1)
	if s.not {
		_, _ = b.WriteString(" NOT")
	}
	_, _ = b.WriteString(" IN (")
	s.d.Nest(b, func() {
		_, _ = b.WriteString("SELECT ")
		expr.WriteColumns(b, s.list, false)
		_, _ = b.WriteString(" FROM ")
		b.WriteQuoted(clause.Table{Name: s.from})
		_, _ = b.WriteString(" WHERE ")
		s.where.Build(b)
		_, _ = b.WriteString(s.d.CurrentRead)
	})
	_ = b.WriteByte(')')
}

// tree is "(key) IN (…)" of the rows that hang, in the end, on some rows of the
// same table: a recursive common table expression. The rows that it starts from
// are in it too.
type tree struct {
	name   string // the table's name where the condition stands
	table  *table
	links  []*link // from the table to itself
	start  picker
	filter picker     // which rows it goes on to, nil for any
	same   *agreement // of a row with the one that it hangs on, nil if any will do
	d      *dialect.Dialect
}

// agreement is that two rows of one table have something in common.
type agreement struct {
	columns []string
	holds   func(a, b string) clause.Expression
}

const (
	treeName  = "softdelete_tree"
	childName = "softdelete_child"
)

func (t *tree) Build(b clause.Builder) {
	key := t.table.key()
	columns := slices.Clone(key)
	need := func(names []string) {
		for _, name := range names {
			if !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
	}
	if t.same != nil {
		need(t.same.columns)
	}
	for _, l := range t.links {
		need(l.referred)
	}
	expr.WriteColumns(b, expr.Columns(t.name, key), len(key) > 1)
	_, _ = b.WriteString(" IN (")
	t.d.Nest(b, func() { t.buildQuery(b, key, columns) })
	_ = b.WriteByte(')')
}

// buildQuery writes the query of the keys. Where its parts say how they read, they
// are in parentheses.
func (t *tree) buildQuery(b clause.Builder, key, columns []string) {
	and, end := " UNION ", ""
	_, _ = b.WriteString("WITH RECURSIVE " + treeName + " AS (")
	if t.d.CurrentRead != "" {
		_ = b.WriteByte('(')
		and, end = t.d.CurrentRead+") UNION (", t.d.CurrentRead+")"
	}
	_, _ = b.WriteString("SELECT ")
	expr.WriteColumns(b, expr.Columns(t.table.name, columns), false)
	_, _ = b.WriteString(" FROM ")
	b.WriteQuoted(clause.Table{Name: t.table.name})
	_, _ = b.WriteString(" WHERE ")
	t.start(t.table.name).Build(b)
	_, _ = b.WriteString(and + "SELECT ")
	expr.WriteColumns(b, expr.Columns(childName, columns), false)
	_, _ = b.WriteString(" FROM ")
	b.WriteQuoted(clause.Table{Name: t.table.name, Alias: childName})
	_, _ = b.WriteString(" JOIN " + treeName + " ON (")
	for i, l := range t.links {
		if i > 0 {
			_, _ = b.WriteString(" OR ")
		}
		joins(l, treeName).Build(b)
	}
	_ = b.WriteByte(')')
	if t.same != nil {
		_, _ = b.WriteString(" AND ")
		t.same.holds(childName, treeName).Build(b)
	}
	if t.filter != nil {
		_, _ = b.WriteString(" WHERE ")
		t.filter(childName).Build(b)
	}
	_, _ = b.WriteString(end + ") SELECT ")
	expr.WriteColumns(b, expr.Columns(treeName, key), false)
	_, _ = b.WriteString(" FROM " + treeName)
}

// joins is the condition that a child's row, by the name that it has in a join,
// hangs on a parent's.
func joins(l *link, parent string) clause.Expression {
	return expr.AllOf(append(constantsOf(l, childName), expr.Equal(childName, parent, l.foreign, l.referred)))
}

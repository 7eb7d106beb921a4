package rows

import (
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Tree is "(key) IN (…)" of the rows that hang, in the end, on some rows of the
// same table: a recursive common table expression. The rows that it starts from
// are in it too.
type Tree struct {
	Name    string // the table's name where the condition stands
	Table   *model.Table
	Links   []*model.Link // from the table to itself
	Start   Picker
	Filter  Picker     // which rows it goes on to, nil for any
	Same    *agreement // of a row with the one that it hangs on, nil if any will do
	Dialect *dialect.Dialect
}

// agreement is that two rows of one table have something in common.
type agreement struct {
	columns []string
	holds   func(a, b string) clause.Expression
}

const treeName = "softdelete_tree"

// Build writes the condition.
func (t *Tree) Build(b clause.Builder) {
	key := t.Table.Key()
	columns := slices.Clone(key)
	need := func(names []string) {
		for _, name := range names {
			if !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
	}
	if t.Same != nil {
		need(t.Same.columns)
	}
	for _, l := range t.Links {
		need(l.Referred)
	}
	expr.WriteColumns(b, expr.Columns(t.Name, key), len(key) > 1)
	_, _ = b.WriteString(" IN (")
	t.Dialect.Nest(b, func() { t.buildQuery(b, key, columns) })
	_ = b.WriteByte(')')
}

// buildQuery writes the query of the keys. Where its parts say how they read, they
// are in parentheses.
func (t *Tree) buildQuery(b clause.Builder, key, columns []string) {
	and, end := " UNION ", ""
	_, _ = b.WriteString("WITH RECURSIVE " + treeName + " AS (")
	if t.Dialect.CurrentRead != "" {
		_ = b.WriteByte('(')
		and, end = t.Dialect.CurrentRead+") UNION (", t.Dialect.CurrentRead+")"
	}
	_, _ = b.WriteString("SELECT ")
	expr.WriteColumns(b, expr.Columns(t.Table.Name, columns), false)
	_, _ = b.WriteString(" FROM ")
	b.WriteQuoted(clause.Table{Name: t.Table.Name})
	_, _ = b.WriteString(" WHERE ")
	t.Start(t.Table.Name).Build(b)
	_, _ = b.WriteString(and + "SELECT ")
	expr.WriteColumns(b, expr.Columns(ChildName, columns), false)
	_, _ = b.WriteString(" FROM ")
	b.WriteQuoted(clause.Table{Name: t.Table.Name, Alias: ChildName})
	_, _ = b.WriteString(" JOIN " + treeName + " ON (")
	for i, l := range t.Links {
		if i > 0 {
			_, _ = b.WriteString(" OR ")
		}
		Joins(l, treeName).Build(b)
	}
	_ = b.WriteByte(')')
	if t.Same != nil {
		_, _ = b.WriteString(" AND ")
		t.Same.holds(ChildName, treeName).Build(b)
	}
	if t.Filter != nil {
		_, _ = b.WriteString(" WHERE ")
		t.Filter(ChildName).Build(b)
	}
	_, _ = b.WriteString(end + ") SELECT ")
	expr.WriteColumns(b, expr.Columns(treeName, key), false)
	_, _ = b.WriteString(" FROM " + treeName)
}

// Joins is the condition that a child's row, by the name that it has in a join,
// hangs on a parent's.
func Joins(l *model.Link, parent string) clause.Expression {
	return expr.AllOf(append(constantsOf(l, ChildName), expr.Equal(ChildName, parent, l.Foreign, l.Referred)))
}

// SameOriginIn is that two rows of a table were trashed by the same operation, as
// a condition; nil if the table cannot tell.
func SameOriginIn(t *model.Table) *agreement {
	m := t.Model
	switch {
	case m.DeletionID != nil && m.IsExact():
		id, at := []string{m.DeletionID.DBName}, []string{m.At.DBName}
		return &agreement{columns: append(id, at...), holds: func(a, b string) clause.Expression {
			none := expr.All{
				clause.Eq{Column: clause.Column{Table: a, Name: id[0]}, Value: nil},
				clause.Eq{Column: clause.Column{Table: b, Name: id[0]}, Value: nil},
				expr.Equal(a, b, at, at),
			}
			return expr.Either{expr.Equal(a, b, id, id), none}
		}}
	case m.DeletionID != nil:
		id := []string{m.DeletionID.DBName}
		return &agreement{columns: id, holds: func(a, b string) clause.Expression { return expr.Equal(a, b, id, id) }}
	case m.IsExact():
		at := []string{m.At.DBName}
		return &agreement{columns: at, holds: func(a, b string) clause.Expression { return expr.Equal(a, b, at, at) }}
	default:
		return nil
	}
}

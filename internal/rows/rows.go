// Package rows has sets of rows of one table as SQL: by their keys, or by conditions that
// pick them, and what hangs on them.
package rows

import (
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Set is a set of rows of one table: by their primary keys, or by conditions
// that pick them. A condition stands where there are many rows, so that memory
// does not grow with them.
type Set struct {
	Table *model.Table
	Keys  [][]any
	Where []Picker

	// Whole: where picks all rows that the operation has of this table.
	Whole bool
}

// Few is how many keys of a table's rows are kept if the rows can be named by a
// condition as well.
const Few = 1000

// Picker is a condition on a table, by whatever name that goes in a statement.
type Picker func(name string) clause.Expression

// And picks what both pick.
func (p Picker) And(other Picker) Picker {
	switch {
	case other == nil:
		return p
	case p == nil:
		return other
	}
	return func(name string) clause.Expression { return expr.All{p(name), other(name)} }
}

// Visible picks the rows of a table that a model's filter shows; nil where it
// shows all.
func Visible(t *model.Table, show model.Visibility) Picker {
	if t.Model == nil || show == model.All {
		return nil
	}
	return func(name string) clause.Expression {
		return &model.Filter{Model: t.Model, Table: name, Show: show}
	}
}

// NewSet is a set without rows.
func NewSet(t *model.Table) *Set { return &Set{Table: t} }

// IsEmpty tells if it has no rows, nil too.
func (s *Set) IsEmpty() bool { return s == nil || len(s.Keys) == 0 && len(s.Where) == 0 }

// Add returns the rows of both sets, of which one may be nil.
func (s *Set) Add(other *Set) *Set {
	switch {
	case other == nil || s != nil && s.Whole:
		return s
	case s == nil || other.Whole:
		return other
	}
	both := *s
	both.Keys = slices.Concat(s.Keys, other.Keys)
	both.Where = slices.Concat(s.Where, other.Where)
	return &both
}

// Chunks cuts the keys into lists that fit into a statement.
func (s *Set) Chunks(d *dialect.Dialect) [][][]any {
	return slices.Collect(slices.Chunk(s.Keys, d.Chunk(len(s.Table.Key()))))
}

// Conditions picks the rows of the set, a part by each condition.
func (s *Set) Conditions(d *dialect.Dialect) []Picker {
	parts := make([]Picker, 0, 1+len(s.Where))
	for _, chunk := range s.Chunks(d) {
		parts = append(parts, func(name string) clause.Expression { return expr.In(name, s.Table.Key(), chunk) })
	}
	return append(parts, s.Where...)
}

// Hanging picks the rows of a link's child that hang on rows of the set.
func (s *Set) Hanging(l *model.Link, d *dialect.Dialect) []Picker {
	positions := PositionsOf(l.Referred, s.Table.Key())
	var parts []Picker
	add := func(hang Picker) {
		parts = append(parts, func(name string) clause.Expression { return expr.AllOf(append(constantsOf(l, name), hang(name))) })
	}
	where := s.Where
	if positions == nil {
		where = s.Conditions(d)
	} else {
		for _, chunk := range s.Chunks(d) {
			keys := Project(chunk, positions)
			add(func(name string) clause.Expression { return expr.In(name, l.Foreign, keys) })
		}
	}
	for _, part := range where {
		add(func(name string) clause.Expression {
			return &Selected{
				Columns: expr.Columns(name, l.Foreign), From: s.Table.Name, List: expr.Columns(s.Table.Name, l.Referred),
				Where: part(s.Table.Name), Dialect: d,
			}
		})
	}
	return parts
}

// constantsOf are the conditions of a polymorphic link, and of one that the database
// follows only while it looks after foreign keys, and to trashed rows where another
// link guards live ones.
func constantsOf(l *model.Link, name string) []clause.Expression {
	list := make([]clause.Expression, 0, len(l.Fixed)+3)
	if l.Enforced != "" {
		list = append(list, clause.Expr{SQL: l.Enforced})
	}
	if l.GuardedBy != nil {
		list = append(list, Visible(l.Child, model.TrashedOnly)(name))
	}
	for _, f := range l.Fixed {
		list = append(list, clause.Eq{Column: clause.Column{Table: name, Name: f.Column}, Value: f.Value})
	}
	return list
}

// PositionsOf finds names among others, nil if one is missing.
func PositionsOf(names, among []string) []int {
	positions := make([]int, len(names))
	for i, name := range names {
		if positions[i] = slices.Index(among, name); positions[i] < 0 {
			return nil
		}
	}
	return positions
}

// Project are the parts of keys at some positions.
func Project(keys [][]any, positions []int) [][]any {
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

// ChildName is what the table of rows that hang on others is called in a join.
const ChildName = "softdelete_child"

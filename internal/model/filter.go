package model

import (
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// GormFilterKey is the clause by which GORM knows that one of a statement's
// conditions is a soft delete's and not the caller's: it then wants one more
// before an update or delete of the whole table. Its own filters step aside
// when it is set.
const GormFilterKey = "soft_delete_enabled"

// Filter is the condition on the marker of a model's table.
type Filter struct {
	Model *Model
	Table string // table, alias, or clause.CurrentTable
	Show  Visibility

	bound clause.Expression // stands in the place of the condition, nil for itself

	// watched is the same filter, which looks at what stands before it; nil in that
	// one itself.
	watched *Filter
	watches bool
}

// newRowFilter makes the filter of the rows of a statement's own table.
func newRowFilter(m *Model, show Visibility) *Filter {
	f := Filter{Model: m, Table: clause.CurrentTable, Show: show}
	watched := f
	watched.watches = true
	f.watched = &watched
	return &f
}

// TrashedWithin is the filter of trashed rows that a bound of their time already is:
// live rows have none, by OnlyTrashedHaveTime.
func (m *Model) TrashedWithin(bound clause.Expression) *Filter {
	f := newRowFilter(m, TrashedOnly)
	f.bound, f.watched.bound = bound, bound
	return f
}

// Watching is a filter that looks at what stands before it.
func Watching(filter clause.Expression) clause.Expression {
	if f, ok := filter.(*Filter); ok && f.watched != nil {
		return f.watched
	}
	return filter
}

// Build writes the condition.
func (f *Filter) Build(b clause.Builder) {
	if f.watches {
		rawsql.LookBefore(b)
	}
	if f.bound != nil {
		f.bound.Build(b)
		return
	}
	column := clause.Column{Table: f.Table, Name: f.Model.Marker.Field.DBName}
	f.Model.Marker.build(b, column, f.Show == TrashedOnly)
}

// Closed says that nothing of the caller's is in the filter.
func (*Filter) Closed() rawsql.Closed { return rawsql.Closed{} }

// FilterFor returns the filter of a visibility, nil where it shows all rows.
func (m *Model) FilterFor(show Visibility) *Filter {
	switch show {
	case LiveOnly:
		return m.LiveRows
	case TrashedOnly:
		return m.TrashedRows
	default:
		return nil
	}
}

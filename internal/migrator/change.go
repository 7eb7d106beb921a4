package migrator

import (
	"slices"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Change is what it takes for a table to have an index.
type Change struct {
	Model *model.Model
	Table *catalogue.Table
	Want  model.Definition

	Create     bool              // it is not there, by any name
	From       string            // the name that it has, if that is another one
	Drop       []catalogue.Index // what it takes the place of
	held       []string          // those of them that a foreign key cannot be without: they get another name
	yielding   []catalogue.Index // what the database made for a foreign key, and gives up for the new index
	Unfinished []string          // remains of an interrupted change
	Foreign    bool              // another index has the name
	odd        string            // what it would take the place of, and of which more is known than its columns
	AddColumn  bool              // the table lacks the generated column
	allLive    bool              // it has no marker yet
	keysYield  bool              // what the database made for a foreign key goes by itself
	List       string            // what it is of, where that is more than columns
}

// Changes lists what a table lacks of a model's indexes. Those on columns that it
// does not have are left out.
func Changes(m *model.Model, table *catalogue.Table, d *dialect.Dialect) []*Change {
	var list []*Change
	for i := range m.Indexes {
		want := m.Define(&m.Indexes[i], d)
		needed := slices.DeleteFunc(slices.Clone(want.Columns), func(name string) bool { return name == model.LiveColumn })
		if !table.Has(append(needed, m.Marker.Field.DBName)) {
			continue
		}
		if c := ChangeTo(m, want, &m.Indexes[i], table, d); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// ChangeTo is the change that a table needs to have an index, nil for none.
func ChangeTo(m *model.Model, want model.Definition, i *model.Index, table *catalogue.Table, d *dialect.Dialect) *Change {
	want.Columns = inOrderOf(table, want, i, d)
	c := &Change{Model: m, Table: table, Want: want, Create: true, keysYield: d.KeyIndexYields}
	c.AddColumn = slices.Contains(want.Columns, model.LiveColumn) && !table.Has([]string{model.LiveColumn})
	var spare []catalogue.Index
	for _, have := range table.Indexes {
		aside := isAside(m, &have, want, d)
		ours := have.Name == want.Name || aside
		switch {
		case !have.Valid:
			if ours {
				c.Unfinished = append(c.Unfinished, have.Name)
			}
		case fulfils(m, &have, want, d):
			isNew := aside && (have.Name == Interim(want.Name) || d.IndexByIndex)
			if isNew && slices.Equal(have.Columns, want.Columns) {
				spare = append(spare, have)
			}
			// Of several the one of the right name is taken for it.
			if c.Create || have.Name == want.Name {
				c.Create, c.From = false, ""
				if isNew {
					c.From = have.Name
				}
			}
		case want.Unique && isOrdinaryUnique(&have, i, d) && !have.Plain:
			c.odd = have.Name
		case want.Unique && isOrdinaryUnique(&have, i, d), ours && isFormer(m, &have, want, d):
			c.Drop = append(c.Drop, have)
		case ours:
			c.Foreign = true
		}
	}
	if c.From == "" {
		c.Drop = append(c.Drop, spare...) // Two processes have made it at once.
	}
	c.Foreign = c.Foreign && c.Create
	if !c.Create && c.From == "" && c.odd == "" && len(c.Drop) == 0 && len(c.Unfinished) == 0 {
		return nil
	}
	return c
}

// inOrderOf are the columns of an index in the order of the one whose place it takes, or
// that it has already: what reads by the first of them goes on to. A tag that says the
// order goes before it.
func inOrderOf(table *catalogue.Table, want model.Definition, i *model.Index, d *dialect.Dialect) []string {
	own := i.Columns()
	if i.Ordered || len(own) < 2 || i.Kind > model.IndexOfLive {
		return want.Columns
	}
	at := slices.Index(want.Columns, own[0])
	for _, have := range table.Indexes {
		replaced := have.Unique == want.Unique && (have.Name == want.Name || want.Unique && (have.Where == "" || !d.PartialIndex))
		columns := have.Columns
		if len(columns) == len(want.Columns) {
			columns = columns[at : at+len(own)] // without what the database needs beside them
		}
		if replaced && model.SameSet(columns, own) {
			return slices.Replace(slices.Clone(want.Columns), at, at+len(own), columns...)
		}
	}
	return want.Columns
}

// isAside tells if an index is what an interrupted change to another has left: by
// its name, which is no other's of the model, and its columns.
func isAside(m *model.Model, have *catalogue.Index, want model.Definition, d *dialect.Dialect) bool {
	return (d.Concurrently != "" || d.IndexByIndex) && (have.Name == Interim(want.Name) || have.Name == former(want.Name)) &&
		!slices.ContainsFunc(m.Indexes, func(other model.Index) bool { return other.Name == have.Name }) &&
		(!have.Valid || slices.ContainsFunc(have.Columns, func(name string) bool { return slices.Contains(want.Columns, name) }))
}

// fulfils tells if an index is what is wanted: the same, or, where none is to be
// unique, one that begins with the same columns.
func fulfils(m *model.Model, have *catalogue.Index, want model.Definition, d *dialect.Dialect) bool {
	if d.PartialIndex && !m.SameCondition(have.Where, want.Where) {
		return false
	}
	if want.Unique {
		return have.Unique && (slices.Equal(have.Columns, want.Columns) || !want.Ordered && model.SameSet(have.Columns, want.Columns))
	}
	return !have.Unique && len(have.Columns) >= len(want.Columns) && slices.Equal(have.Columns[:len(want.Columns)], want.Columns)
}

// isOrdinaryUnique tells if an index lets no two rows, live or trashed, agree in
// the columns of a live-only one.
func isOrdinaryUnique(have *catalogue.Index, i *model.Index, d *dialect.Dialect) bool {
	return have.Unique && !have.Primary && (have.Where == "" || !d.PartialIndex) && model.SameSet(have.Columns, i.Columns())
}

// isFormer tells if an index by the name of one that is wanted is what a former
// version of the model, or GORM's plain tag, made there: on no other columns but the
// marker, or for the same rows.
func isFormer(m *model.Model, have *catalogue.Index, want model.Definition, d *dialect.Dialect) bool {
	if have.Unique && !want.Unique {
		return false // What keeps rows apart is not given up for what does not.
	}
	if d.PartialIndex && have.Where != "" {
		return m.SameCondition(have.Where, want.Where)
	}
	beyond := func(name string) bool { return !m.IsStamp(name) && !slices.Contains(want.Columns, name) }
	return !slices.ContainsFunc(have.Columns, beyond) || slices.Contains(have.Columns, model.LiveColumn)
}

// takesName tells if the index takes the name of one that goes.
func (c *Change) takesName() bool {
	return slices.ContainsFunc(c.Drop, func(old catalogue.Index) bool { return old.Name == c.Want.Name })
}

// NeedsProbe tells if rows may refuse the new index when the one by its name is gone.
func (c *Change) NeedsProbe() bool {
	return c.Create && c.Want.Unique && c.takesName() && !c.keptApart()
}

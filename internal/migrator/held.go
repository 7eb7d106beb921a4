package migrator

import (
	"slices"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
)

// Hold finds out which of the indexes that a change replaces a foreign key cannot be
// without, on a database where each has to have one. An index of live rows begins
// with the marker there, and does not do for it. A unique one has to go in any case.
func (c *Change) Hold(keys []*catalogue.ForeignKey) {
	if c.keysYield {
		c.yield(keys)
	}
	if c.Want.Unique {
		return
	}
	for _, key := range keys {
		if key.Child == c.Table.Name {
			c.holdFor(key.Columns)
		}
		if key.Parent == c.Table.Name {
			c.holdFor(key.Referred)
		}
	}
}

// yield finds out which indexes go by themselves as there is the new one: the database
// made them for foreign keys, and calls them as it does these.
func (c *Change) yield(keys []*catalogue.ForeignKey) {
	c.yielding = nil
	for _, key := range keys {
		leads := key.Child == c.Table.Name && len(c.Want.Columns) >= len(key.Columns) && slices.Equal(c.Want.Columns[:len(key.Columns)], key.Columns)
		made := c.Table.Index(key.Name)
		if c.Create && leads && made != nil && !made.Unique && slices.Equal(made.Columns, key.Columns) && key.Name != c.Want.Name {
			c.yielding = append(c.yielding, *made)
		}
	}
}

// holdFor holds the index that some columns lead, if it is the last one.
func (c *Change) holdFor(columns []string) {
	leads := func(index []string) bool {
		return len(index) >= len(columns) && slices.Equal(index[:len(columns)], columns)
	}
	goes := func(name string) bool {
		return slices.ContainsFunc(c.Drop, func(old catalogue.Index) bool { return old.Name == name && !slices.Contains(c.held, name) })
	}
	if leads(c.Want.Columns) || slices.ContainsFunc(c.Table.Indexes, func(ix catalogue.Index) bool { return leads(ix.Columns) && !goes(ix.Name) }) {
		return
	}
	for _, old := range c.Drop {
		if leads(old.Columns) {
			c.held = append(c.held, old.Name)
			return
		}
	}
}

// heldName is the new name of an index that stays for a foreign key.
func (c *Change) heldName(name string) string {
	for suffix := "_fk"; ; suffix += "_" {
		if name := suffixed(name, suffix); c.Table.Index(name) == nil {
			return name
		}
	}
}

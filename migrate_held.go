package softdelete

import "slices"

// hold finds out which of the indexes that a change replaces a foreign key cannot be
// without, on a database where each has to have one. An index of live rows begins
// with the marker there, and does not do for it. A unique one has to go in any case.
func (c *indexChange) hold(keys []*foreignKey) {
	if c.want.unique {
		return
	}
	for _, key := range keys {
		if key.child == c.table.name {
			c.holdFor(key.columns)
		}
		if key.parent == c.table.name {
			c.holdFor(key.referred)
		}
	}
}

// holdFor holds the index that some columns lead, if it is the last one.
func (c *indexChange) holdFor(columns []string) {
	leads := func(index []string) bool {
		return len(index) >= len(columns) && slices.Equal(index[:len(columns)], columns)
	}
	goes := func(name string) bool {
		return slices.ContainsFunc(c.drop, func(old dbIndex) bool { return old.name == name && !slices.Contains(c.held, name) })
	}
	if leads(c.want.columns) || slices.ContainsFunc(c.table.indexes, func(ix dbIndex) bool { return leads(ix.columns) && !goes(ix.name) }) {
		return
	}
	for _, old := range c.drop {
		if leads(old.columns) {
			c.held = append(c.held, old.name)
			return
		}
	}
}

// heldName is the new name of an index that stays for a foreign key.
func (c *indexChange) heldName(name string) string {
	for suffix := "_fk"; ; suffix += "_" {
		if name := suffixed(name, suffix); c.table.index(name) == nil {
			return name
		}
	}
}

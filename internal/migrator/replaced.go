package migrator

import (
	"slices"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
)

// takesConstraintName tells if the index takes the name of a constraint that goes.
func (c *Change) takesConstraintName() bool {
	return slices.ContainsFunc(c.Drop, func(old catalogue.Index) bool { return old.Constraint && old.Name == c.Want.Name })
}

// keptApart tells if what goes keeps rows apart that are to be: the new index cannot
// be refused by them.
func (c *Change) keptApart() bool {
	return slices.ContainsFunc(c.Drop, func(old catalogue.Index) bool {
		return old.Unique && old.Where == "" && !slices.ContainsFunc(old.Columns, func(name string) bool { return !slices.Contains(c.Want.Columns, name) })
	})
}

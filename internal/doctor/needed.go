package doctor

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// referredBy is a foreign key that refers to columns of a table, nil if none does.
func (c *checkup) referredBy(table string, columns []string) *catalogue.ForeignKey {
	for _, key := range c.foreign {
		if strings.EqualFold(key.Parent, table) && model.SameSet(migrator.Lowered(key.Referred), migrator.Lowered(columns)) {
			return key
		}
	}
	return nil
}

// isNeeded tells if a foreign key would be without an index if the table lost one
// beside those that are gone, on a database where each has to have one.
func (ti *tableIndexes) isNeeded(ix *catalogue.Index) bool {
	if !ti.Dialect.ForeignKeyIndex {
		return false
	}
	leads := func(ix *catalogue.Index, columns []string) bool {
		return len(ix.Columns) >= len(columns) && slices.Equal(ix.Columns[:len(columns)], columns)
	}
	isLast := func(columns []string) bool {
		return leads(ix, columns) && !slices.ContainsFunc(ti.have.Indexes, func(other catalogue.Index) bool {
			return other.Name != ix.Name && !ti.gone[other.Name] && leads(&other, columns)
		})
	}
	return slices.ContainsFunc(ti.foreign, func(key *catalogue.ForeignKey) bool {
		return key.Child == ti.t.Name && isLast(key.Columns) || key.Parent == ti.t.Name && isLast(key.Referred)
	})
}

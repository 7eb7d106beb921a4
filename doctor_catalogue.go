package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// definitions are the statements that made tables and what belongs to them, as
// far as the database keeps or can write them.
type definitions struct {
	// indexes by table and name: the statement, or on a database that writes
	// none the kind of the index.
	indexes map[string]map[string]string

	// tables by name, and triggers by table, where a constraint can only be
	// dropped by making the table anew.
	tables   map[string]string
	triggers map[string][]string

	// views are no tables, and have no indexes.
	views map[string]bool

	// enforced: foreign keys are, on the connection that was asked.
	enforced bool
}

// readDefinitions reads them in one statement.
func readDefinitions(db *gorm.DB, d *dialect, tables []string) (definitions, error) {
	found := definitions{
		indexes: map[string]map[string]string{}, tables: map[string]string{}, triggers: map[string][]string{},
		views: map[string]bool{},
	}
	names, asked := namesOfTables(db, d, tables)
	var kind, table, name, text string
	rows, err := db.Raw(d.definitionsSQL, slices.Repeat([]any{names}, strings.Count(d.definitionsSQL, "?"))...).Rows()
	if err == nil {
		_, err = scanAll(rows, []any{&kind, &table, &name, &text}, func(int64) {
			table := asked[table]
			switch kind {
			case "table":
				found.tables[table] = text
			case "trigger":
				found.triggers[table] = append(found.triggers[table], text)
			case "foreign keys":
				found.enforced = text == "1"
			case "view":
				found.views[table] = true
			default:
				if found.indexes[table] == nil {
					found.indexes[table] = map[string]string{}
				}
				found.indexes[table][name] = text
			}
		})
	}
	if err != nil {
		return definitions{}, fmt.Errorf("softdelete: reading how the tables' indexes were made: %w", err)
	}
	return found, nil
}

// referredBy is a foreign key that refers to columns of a table, nil if none does.
func (c *checkup) referredBy(table string, columns []string) *foreignKey {
	for _, key := range c.foreign {
		if strings.EqualFold(key.parent, table) && sameSet(lowered(key.referred), lowered(columns)) {
			return key
		}
	}
	return nil
}

// isNeeded tells if a foreign key would be without an index if the table lost one
// beside those that are gone, on a database where each has to have one.
func (ti *tableIndexes) isNeeded(ix *dbIndex) bool {
	if !ti.d.foreignKeyIndex {
		return false
	}
	leads := func(ix *dbIndex, columns []string) bool {
		return len(ix.columns) >= len(columns) && slices.Equal(ix.columns[:len(columns)], columns)
	}
	isLast := func(columns []string) bool {
		return leads(ix, columns) && !slices.ContainsFunc(ti.have.indexes, func(other dbIndex) bool {
			return other.name != ix.name && !ti.gone[other.name] && leads(&other, columns)
		})
	}
	return slices.ContainsFunc(ti.foreign, func(key *foreignKey) bool {
		return key.child == ti.t.name && isLast(key.columns) || key.parent == ti.t.name && isLast(key.referred)
	})
}

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

// definitions reads them in one statement.
func (d dialect) definitions(db *gorm.DB, tables []string) (definitions, error) {
	found := definitions{
		indexes: map[string]map[string]string{}, tables: map[string]string{}, triggers: map[string][]string{},
		views: map[string]bool{},
	}
	names, asked := d.tableNames(db, tables)
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

// What the databases are asked: kind, table, name, text.
const (
	postgresDefinitions = `SELECT 'index', asked.name, i.relname, pg_get_indexdef(i.oid) ` + postgresTables + `
JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
UNION ALL SELECT 'view', asked.name, '', '' ` + postgresTables + `
WHERE t.relkind NOT IN ('r', 'p')`

	sqliteDefinitions = `SELECT type, tbl_name, name, sql FROM sqlite_master WHERE tbl_name IN ? AND sql IS NOT NULL
UNION ALL SELECT 'foreign keys', '', '', foreign_keys FROM pragma_foreign_keys`

	// Of an index its kind and its columns, if all of them have names.
	mysqlDefinitions = `SELECT 'index', TABLE_NAME, INDEX_NAME, CONCAT(INDEX_TYPE, ' ', CASE WHEN count(*) = count(COLUMN_NAME) THEN
	GROUP_CONCAT(CONCAT(CHAR(96), REPLACE(COLUMN_NAME, CHAR(96), CHAR(96, 96)), CHAR(96), coalesce(CONCAT('(', SUB_PART, ')'), '')) ORDER BY SEQ_IN_INDEX SEPARATOR ', ')
	ELSE '' END)
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ? GROUP BY TABLE_NAME, INDEX_NAME, INDEX_TYPE
UNION ALL SELECT 'view', TABLE_NAME, '', '' FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'VIEW' AND TABLE_NAME IN ?`
)

package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// foreignKey is one that the database has, whether the models declare it or not.
type foreignKey struct {
	name              string // empty where it has none
	child, parent     string
	columns, referred []string

	// action is what the database does about the child's rows when the row goes
	// that they refer to, as ON DELETE names it. It does so on a connection for
	// which enforced holds, empty for any.
	action, enforced string

	key     []string // the child's primary key
	anyCase bool     // the database does not tell columns apart by their case
}

// foreignKeys reads those that refer to some tables and, where they need an
// index of their own, those of the tables themselves; in one statement. Tables are
// known by the names that they are asked for with, and children by those in known.
func (d dialect) foreignKeys(db *gorm.DB, tables, known []string) ([]*foreignKey, error) {
	var (
		keys             []*foreignKey
		row              foreignKey
		column, referred string
		primary          string
		fold             bool
	)
	asked, _ := d.tableNames(db, tables)
	children, names := d.tableNames(db, slices.Concat(known, tables))
	arguments := slices.Repeat([]any{asked}, strings.Count(d.foreignKeysSQL, "?"))
	if d.regclass {
		arguments[1] = children // the database says which of them a child is
	}
	tx := db.Raw(d.foreignKeysSQL, arguments...)
	if len(tables) > 0 && resolves(tx) {
		tx.Statement.Table = lastPart(tables[0]) // by which it is told where it goes
	}
	rows, err := tx.Rows()
	if err == nil {
		_, err = scanAll(rows, []any{&row.child, &row.name, &row.parent, &column, &referred, &row.action, &primary, &fold}, func(int64) {
			child, parent := nameAmong(names, row.child, fold), nameAmong(names, row.parent, fold)
			key := &foreignKey{name: row.name, child: child, parent: parent, action: row.action, enforced: d.enforced, anyCase: d.columnsAnyCase}
			if n := len(keys); n > 0 && keys[n-1].child == key.child && keys[n-1].name == key.name && keys[n-1].parent == parent {
				key = keys[n-1]
			} else {
				keys = append(keys, key)
			}
			if primary != "" {
				key.key = strings.Split(primary, "\n")
			}
			key.columns, key.referred = append(key.columns, column), append(key.referred, referred)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' foreign keys: %w", err)
	}
	return keys, nil
}

// nameAmong is the known name of a table, by what the database calls it; that
// itself for one that is not known.
func nameAmong(known map[string]string, name string, fold bool) string {
	if own, ok := known[name]; ok {
		return own
	}
	if fold {
		for _, own := range known {
			if strings.EqualFold(own, name) {
				return own
			}
		}
	}
	return name
}

// What the databases are asked of foreign keys, by their columns in order: table,
// name, table referred to, column, column referred to, what happens on a delete, the
// table's primary key by lines, and if the names of tables are told apart by more
// than their case.
const (
	// Of a partitioned table that refers to another each partition has a key too.
	postgresForeignKeys = `SELECT coalesce(known.name,
		CASE WHEN pg_table_is_visible(c.conrelid) THEN CAST(child.relname AS text) ELSE concat(space.nspname, '.', child.relname) END),
	c.conname, asked.name, a.attname, r.attname,
	CASE WHEN to_jsonb(c) ->> 'conenforced' = 'false' THEN 'NO ACTION'
		WHEN c.confdeltype = 'c' THEN 'CASCADE' WHEN c.confdeltype = 'n' THEN 'SET NULL' WHEN c.confdeltype = 'd' THEN 'SET DEFAULT'
		WHEN c.confdeltype = 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END,
	coalesce((SELECT string_agg(p.attname, E'\n' ORDER BY o.position) FROM pg_catalog.pg_index x
		CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS o(attnum, position)
		JOIN pg_catalog.pg_attribute p ON p.attrelid = x.indrelid AND p.attnum = o.attnum
		WHERE x.indrelid = c.conrelid AND x.indisprimary AND o.position <= x.indnkeyatts), ''), false ` + postgresTables + `
JOIN pg_catalog.pg_constraint c ON c.confrelid = t.oid AND c.contype = 'f'
	AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint whole WHERE whole.oid = c.conparentid AND whole.confrelid = c.confrelid)
JOIN pg_catalog.pg_class child ON child.oid = c.conrelid
JOIN pg_catalog.pg_namespace space ON space.oid = child.relnamespace
LEFT JOIN (SELECT min(name) AS name, to_regclass(name) AS id FROM unnest(string_to_array(?, E'\n')) AS n(name) GROUP BY to_regclass(name)) AS known
	ON known.id = c.conrelid
CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k(attnum, referred, position)
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
JOIN pg_catalog.pg_attribute r ON r.attrelid = c.confrelid AND r.attnum = k.referred
ORDER BY asked.name, c.oid, k.position`

	// A key that names no columns refers to the primary key.
	sqliteForeignKeys = `SELECT m.name, f.id, f."table", f."from",
	coalesce(f."to", (SELECT p.name FROM pragma_table_info(f."table") p WHERE p.pk = f.seq + 1), ''), f.on_delete,
	coalesce((SELECT group_concat(name, char(10)) FROM (SELECT p.name FROM pragma_table_info(m.name) p WHERE p.pk > 0 ORDER BY p.pk)), ''), 1
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
WHERE m.type = 'table' AND f."table" COLLATE NOCASE IN ? ORDER BY m.name, f.id, f.seq`

	mysqlForeignKeys = `SELECT k.TABLE_NAME, k.CONSTRAINT_NAME,
	CASE WHEN k.REFERENCED_TABLE_SCHEMA = DATABASE() THEN k.REFERENCED_TABLE_NAME ELSE CONCAT(k.REFERENCED_TABLE_SCHEMA, '.', k.REFERENCED_TABLE_NAME) END,
	k.COLUMN_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, coalesce(p.COLUMN_NAMES, ''), @@lower_case_table_names <> 0
FROM information_schema.KEY_COLUMN_USAGE k
JOIN information_schema.REFERENTIAL_CONSTRAINTS r
	ON r.CONSTRAINT_SCHEMA = DATABASE() AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
LEFT JOIN (SELECT TABLE_NAME, GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR '
') AS COLUMN_NAMES
	FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND CONSTRAINT_NAME = 'PRIMARY' GROUP BY TABLE_NAME) p
	ON p.TABLE_NAME = k.TABLE_NAME
WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL AND (k.TABLE_NAME IN ? OR k.REFERENCED_TABLE_NAME IN ?)
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`
)

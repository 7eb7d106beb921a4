package softdelete

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// dbTable is a table as the database has it.
type dbTable struct {
	name    string
	columns map[string]dbColumn
	indexes []dbIndex
}

type dbColumn struct {
	name      string
	typ       string // as the database prints it
	nullable  bool
	generated bool

	expression string // what a generated column is, where that is asked for
}

// dbIndex is an index, or what the database keeps a unique constraint by.
type dbIndex struct {
	name       string
	unique     bool
	primary    bool
	constraint bool     // it belongs to a constraint of its name, and goes with that
	valid      bool     // false for one of which the making was interrupted
	plain      bool     // it is a list of columns and no more: no collation of its own, say
	columns    []string // "" for an expression or a part of a column
	where      string   // its condition as the database prints it, empty for none
}

func (t *dbTable) index(name string) *dbIndex {
	for i := range t.indexes {
		if t.indexes[i].name == name {
			return &t.indexes[i]
		}
	}
	return nil
}

func (t *dbTable) has(columns []string) bool {
	for _, name := range columns {
		if _, ok := t.columns[name]; !ok {
			return false
		}
	}
	return true
}

// catalogue reads what the database says of tables, by the names that they are
// asked for with, in two statements whatever their number. A table that is not
// there is not in the result.
func (d dialect) catalogue(db *gorm.DB, tables []string) (map[string]*dbTable, error) {
	found := map[string]*dbTable{}
	if len(tables) == 0 {
		return found, nil
	}
	tx := fresh(db, gorm.Session{SkipHooks: true})
	tx.DryRun = false // a look, also where nothing is to be executed
	names, asked := d.tableNames(tx, tables)

	var column struct {
		table, name, typ, expression string
		nullable, generated          bool
	}
	rows, err := tx.Raw(d.columnsSQL, names).Rows()
	if err == nil {
		_, err = scanAll(rows, []any{&column.table, &column.name, &column.typ, &column.nullable, &column.generated, &column.expression}, func(int64) {
			table := asked[column.table]
			if found[table] == nil {
				found[table] = &dbTable{name: table, columns: map[string]dbColumn{}}
			}
			found[table].columns[column.name] = dbColumn{column.name, column.typ, column.nullable, column.generated, column.expression}
		})
	}
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' columns: %w", err)
	}

	var index struct {
		table, column, where string
		dbIndex
	}
	rows, err = tx.Raw(d.indexesSQL, names).Rows()
	if err == nil {
		_, err = scanAll(rows, []any{
			&index.table, &index.name, &index.unique, &index.primary, &index.constraint, &index.valid, &index.plain, &index.column, &index.where,
		}, func(int64) {
			table := found[asked[index.table]]
			if table == nil {
				return
			}
			last := table.index(index.name)
			if last == nil {
				row := index.dbIndex
				row.where = d.conditionOf(index.where)
				table.indexes = append(table.indexes, row)
				last = &table.indexes[len(table.indexes)-1]
			}
			last.columns = append(last.columns, index.column)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' indexes: %w", err)
	}
	return found, nil
}

// tableNames is what the queries of the catalogue take for the tables, and the
// table by the name that these give back.
func (d dialect) tableNames(db *gorm.DB, tables []string) (argument any, asked map[string]string) {
	asked = map[string]string{}
	names := make([]string, len(tables))
	for i, table := range tables {
		names[i] = table
		if d.regclass {
			names[i] = db.Statement.Quote(table)
		}
		asked[names[i]] = table
	}
	if d.regclass {
		return strings.Join(names, "\n"), asked
	}
	return names, asked
}

// conditionOf is the condition of an index, from what the database says of it:
// the condition itself, or the statement that made the index.
func (d dialect) conditionOf(text string) string {
	if !d.indexBySQL {
		return text
	}
	depth, quote := 0, rune(0)
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth == 0 && i > 0 && len(text) > i+5 && strings.EqualFold(text[i:i+5], "where") && isSpaceOr(text[i-1], ')') && isSpaceOr(text[i+5], '('):
			return strings.TrimSpace(text[i+5:])
		}
	}
	return ""
}

func isSpaceOr(c, other byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == other
}

// What the databases are asked. Of columns: table, name, type, nullable, generated,
// by what.
// Of indexes, by their columns in order: table, name, unique, primary, constraint,
// valid, plain, column, condition.
const (
	postgresTables = `FROM unnest(string_to_array(?, E'\n')) AS asked(name)
JOIN pg_catalog.pg_class t ON t.oid = to_regclass(asked.name) `

	postgresColumns = `SELECT asked.name, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, a.attgenerated <> '', '' ` + postgresTables + `
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY asked.name, a.attnum`

	postgresIndexes = `SELECT asked.name, i.relname, x.indisunique, x.indisprimary,
	EXISTS (SELECT 1 FROM pg_catalog.pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u', 'x')), x.indisvalid,
	i.relam = (SELECT m.oid FROM pg_catalog.pg_am m WHERE m.amname = 'btree') AND i.reloptions IS NULL
		AND x.indexprs IS NULL AND x.indnatts = x.indnkeyatts AND coalesce(to_jsonb(x) ->> 'indnullsnotdistinct', 'false') = 'false'
		AND NOT EXISTS (SELECT 1 FROM unnest(x.indkey, x.indclass::oid[], x.indcollation::oid[]) AS p (attnum, class, collated)
			JOIN pg_catalog.pg_attribute c ON c.attrelid = t.oid AND c.attnum = p.attnum
			JOIN pg_catalog.pg_opclass o ON o.oid = p.class WHERE p.collated <> c.attcollation OR NOT o.opcdefault)
		AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint c WHERE c.conindid = i.oid AND c.condeferrable),
	coalesce(a.attname, ''), coalesce(pg_get_expr(x.indpred, x.indrelid), '') ` + postgresTables + `
JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, position)
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum AND k.attnum > 0
WHERE k.position <= x.indnkeyatts
ORDER BY asked.name, i.relname, k.position`

	// Of foreign keys to a table: the child's table with what tells the key from others, and a column referred to.
	postgresReferences = `SELECT f.conrelid::regclass::text || ' ' || f.conname, a.attname ` + postgresTables + `
JOIN pg_catalog.pg_constraint f ON f.confrelid = t.oid AND f.contype = 'f'
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (f.confkey)`

	sqliteColumns = `SELECT m.name, c.name, c.type, NOT c."notnull", c.hidden IN (2, 3), ''
FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
WHERE m.type = 'table' AND m.name IN ? ORDER BY m.name, c.cid`

	sqliteIndexes = `SELECT m.name, l.name, l."unique", l.origin = 'pk', l.origin = 'u', 1, coalesce(s.sql, '') NOT LIKE '%COLLATE%', coalesce(i.name, ''), coalesce(s.sql, '')
FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = l.name
WHERE m.type = 'table' AND m.name IN ? ORDER BY m.name, l.name, i.seqno`

	sqliteReferences = `SELECT m.name || ' ' || f.id, f."to"
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
WHERE m.type = 'table' AND f."to" IS NOT NULL AND f."table" COLLATE NOCASE IN ?`

	mysqlColumns = `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE = 'YES', EXTRA LIKE '%GENERATED%', coalesce(GENERATION_EXPRESSION, '')
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ?
ORDER BY TABLE_NAME, ORDINAL_POSITION`

	mysqlIndexes = `SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE = 0, INDEX_NAME = 'PRIMARY', 0, 1, 1,
	CASE WHEN SUB_PART IS NULL THEN coalesce(COLUMN_NAME, '') ELSE '' END, ''
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ?
ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`
)

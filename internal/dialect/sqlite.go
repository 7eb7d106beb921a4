package dialect

import (
	"time"
)

// sqlite is that of SQLite. It has one writer at a time, so that rows need no
// lock.
var sqlite = Dialect{
	Returning:   true,
	UpsertWhere: true, ConflictTarget: true,
	parameters: 32766,
	RowRange:   true,

	PartialIndex: true, IndexBySQL: true,
	TableRebuild:      true,
	ReservedIndex:     "sqlite_",
	ConflictByColumns: true,
	ColumnsAnyCase:    true,
	Enforced:          "(SELECT foreign_keys FROM pragma_foreign_keys) = 1",

	TextTime:   true,
	TimeDigits: 9, BareTimeDigits: 9,
	FinestTime: "datetime",
	UUIDType:   "text",
	matches:    byGlob,
	integers:   map[string]int{"": 64},
	clock:      "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
	clockUnit:  time.Millisecond,

	ColumnsSQL: sqliteColumns, IndexesSQL: sqliteIndexes, ReferencesSQL: sqliteReferences,
	DefinitionsSQL: sqliteDefinitions, ForeignKeysSQL: sqliteForeignKeys,
	Guard: sqliteGuard,
}

const (
	sqliteColumns = `SELECT m.name, c.name, c.type, NOT c."notnull", c.hidden IN (2, 3), ''
FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
WHERE m.type = 'table' AND m.name IN ? ORDER BY m.name, c.cid`

	sqliteIndexes = `SELECT m.name, l.name, l."unique", l.origin = 'pk', l.origin = 'u', 1, coalesce(s.sql, '') NOT LIKE '%COLLATE%' AND NOT i."desc", coalesce(i.name, ''), coalesce(s.sql, '')
FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_xinfo(l.name) i ON i."key"
LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = l.name
WHERE m.type = 'table' AND m.name IN ? ORDER BY m.name, l.name, i.seqno`

	sqliteReferences = `SELECT m.name || ' ' || f.id, f."to"
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
WHERE m.type = 'table' AND f."to" IS NOT NULL AND f."table" COLLATE NOCASE IN ?`

	sqliteDefinitions = `SELECT type, tbl_name, name, sql FROM sqlite_master WHERE tbl_name IN ? AND sql IS NOT NULL
UNION ALL SELECT 'key', m.name, f.id, group_concat(f."from", char(10)) FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
	WHERE m.type = 'table' AND m.name IN ? GROUP BY m.name, f.id
UNION ALL SELECT 'foreign keys', '', '', foreign_keys FROM pragma_foreign_keys`

	// A key that names no columns refers to the primary key.
	sqliteForeignKeys = `SELECT m.name, f.id, f."table", f."from",
	coalesce(f."to", (SELECT p.name FROM pragma_table_info(f."table") p WHERE p.pk = f.seq + 1), ''), f.on_delete,
	coalesce((SELECT group_concat(name, char(10)) FROM (SELECT p.name FROM pragma_table_info(m.name) p WHERE p.pk > 0 ORDER BY p.pk)), ''), 1
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
WHERE m.type = 'table' AND f."table" COLLATE NOCASE IN ? ORDER BY m.name, f.id, f.seq`
)

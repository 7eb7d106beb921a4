package dialect

import (
	"time"

	"gorm.io/gorm/clause"
)

// postgres is that of PostgreSQL.
var postgres = Dialect{
	Returning: true, WritingQuery: true,
	CommitsAlone: true, FailureEnds: true,
	UpsertWhere: true, ConflictTarget: true, TargetFollows: true,
	RowLock:    true,
	ShareLock:  clause.LockingStrengthShare,
	SkipLocked: clause.LockingOptionsSkipLocked,
	parameters: 65535,

	RowRange: true, CountsTwice: true,
	// A subquery would do as well, but Citus has none there.
	blindLimit: "LIMIT CASE WHEN clock_timestamp() IS NULL THEN 0 ELSE CAST(? AS bigint) END",

	PartialIndex: true,
	Concurrently: "CONCURRENTLY ",
	Regclass:     true,

	TimeDigits: 6, BareTimeDigits: 6,
	ZonelessTime: true,
	FinestTime:   "timestamptz",
	UUIDType:     "uuid",
	matches:      byRegexp,
	integers:     map[string]int{"smallint": 16, "int2": 16, "smallserial": 16, "integer": 32, "int": 32, "int4": 32, "serial": 32, "bigint": 64, "int8": 64, "bigserial": 64},
	clock:        "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
	clockUnit:    time.Microsecond,

	ColumnsSQL: postgresColumns, IndexesSQL: postgresIndexes, ReferencesSQL: postgresReferences,
	DefinitionsSQL: postgresDefinitions, ForeignKeysSQL: postgresForeignKeys, PartitionedSQL: postgresPartitioned,
	Guard: postgresGuard,
}

const (
	postgresTables = `FROM unnest(string_to_array(?, E'\n')) AS asked(name)
JOIN pg_catalog.pg_class t ON t.oid = to_regclass(asked.name) `

	postgresColumns = `SELECT asked.name, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, a.attgenerated <> '', '' ` + postgresTables + `
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY asked.name, a.attnum`

	postgresIndexes = `SELECT asked.name, i.relname, x.indisunique, x.indisprimary,
	EXISTS (SELECT 1 FROM pg_catalog.pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u', 'x')), x.indisvalid,
	i.relam = (SELECT m.oid FROM pg_catalog.pg_am m WHERE m.amname = 'btree') AND i.reloptions IS NULL
		AND x.indexprs IS NULL AND 0 = ALL (x.indoption::int2[]) AND x.indnatts = x.indnkeyatts AND coalesce(to_jsonb(x) ->> 'indnullsnotdistinct', 'false') = 'false'
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

	postgresPartitioned = `SELECT t.relkind = 'p' ` + postgresTables

	postgresDefinitions = `SELECT 'index', asked.name, i.relname, pg_get_indexdef(i.oid) ` + postgresTables + `
JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
UNION ALL SELECT 'view', asked.name, '', '' ` + postgresTables + `
WHERE t.relkind NOT IN ('r', 'p')
UNION ALL SELECT 'key', asked.name, c.conname, (SELECT string_agg(a.attname, E'\n' ORDER BY k.position)
	FROM unnest(c.conkey) WITH ORDINALITY AS k(attnum, position) JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) ` + postgresTables + `
JOIN pg_catalog.pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f'`

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
)

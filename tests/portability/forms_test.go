package portability_test

// form is a form of SQL that not every engine takes. What the table says of an engine is from its documentation, which docs/scale.md
// names, but for TiDB, which the suite runs on.
type form struct {
	name    string
	example string // a statement that has it
	has     func(statement) bool

	// never: no statement of the library's has it, on any database.
	never bool

	// on names the engines that refuse it or read over it: no statement that is sent to one of them has it.
	not []string

	// who says which engines do not take it, or only in part.
	who string

	// instead says what is done where it is not taken.
	instead string
}

// forms are the forms that are looked for, in the order in which they are printed.
var forms = []form{
	{name: "system columns (`ctid`, `xmin`, `rowid`)", example: `SELECT ctid FROM "posts"`, never: true, has: having("CTID", "XMIN", "XMAX", "CMIN", "CMAX", "TABLEOID", "ROWID", "_ROWID_")},
	{name: "advisory locks", example: `SELECT pg_try_advisory_lock(1)`, never: true, has: calling("PG_ADVISORY", "PG_TRY_ADVISORY", "GET_LOCK", "RELEASE_LOCK", "IS_FREE_LOCK", "IS_USED_LOCK")},
	{name: "sequences", example: `SELECT nextval('posts_id_seq')`, never: true, has: either(calling("NEXTVAL", "CURRVAL", "LASTVAL", "SETVAL", "LAST_INSERT_ID"), having("CREATE SEQUENCE", "ALTER SEQUENCE", "NEXT VALUE FOR"))},
	{name: "temporary tables", example: `CREATE TEMPORARY TABLE keys (id int)`, not: []string{"sqlite", "postgres", "mariadb"}, who: "CockroachDB: by a flag; Vitess: in an unsharded keyspace", instead: "on TiDB alone, by `AutoMigrate`, to see if GORM's `MODIFY` of a marker would change something", has: having("CREATE TEMP", "CREATE TEMPORARY", "CREATE LOCAL TEMPORARY", "CREATE GLOBAL TEMPORARY")},
	{name: "settings of the session (`SET`, `set_config`)", example: `SET lock_timeout = 1`, never: true, has: either(beginning("SET", "RESET", "DISCARD", "PREPARE", "DECLARE"), calling("SET_CONFIG"))},
	{name: "variables of the session (`@x`)", example: "SELECT @x := 1", never: true, has: userVariable},
	{name: "`LISTEN`, `NOTIFY`", example: `SELECT pg_notify('posts', '')`, never: true, has: either(beginning("LISTEN", "UNLISTEN", "NOTIFY"), calling("PG_NOTIFY"))},
	{name: "constraints put off (`DEFERRABLE`)", example: `SET CONSTRAINTS ALL DEFERRED`, never: true, has: having("DEFERRABLE", "SET CONSTRAINTS")},
	{name: "writes to several tables at once", example: `DELETE FROM posts USING users WHERE users.id = posts.user_id`, never: true, has: joinedWrite},
	{name: "`UPDATE`, `DELETE` with a `LIMIT` of their own", example: "DELETE FROM `posts` WHERE id > 3 LIMIT 5", never: true, has: limitedWrite},
	{name: "`MERGE`, `TRUNCATE`, `REPLACE`", example: `TRUNCATE posts`, never: true, has: beginning("MERGE", "TRUNCATE", "REPLACE")},

	{
		name: "reads that lock rows", example: "SELECT id FROM `posts` WHERE id = ? FOR UPDATE", has: func(s statement) bool { return s.locks(func(int) bool { return true }) },
		who: "Citus: of one shard", instead: "name the distribution key in the call",
	},
	{
		name: "… `FOR SHARE`", example: `SELECT id FROM "posts" WHERE id = $1 FOR SHARE`, has: having("FOR SHARE"),
		who: "CockroachDB: reads over it when serializable, which locks nothing and needs nothing", instead: "–",
	},
	{
		name: "… `LOCK IN SHARE MODE`", example: "SELECT id FROM `posts` LOCK IN SHARE MODE", has: having("LOCK IN SHARE MODE"),
		not: []string{"tidb"}, who: "TiDB: error 1235", instead: "`FOR UPDATE` (`ShareLock`, `CurrentRead`)",
	},
	{
		name: "… `SKIP LOCKED`", example: "SELECT id FROM `posts` FOR UPDATE SKIP LOCKED", has: having("SKIP LOCKED"),
		not: []string{"tidb"}, who: "TiDB: reads over it, and waits; CockroachDB: since 22.2", instead: "rows are counted by who removed them (`SkipLocked`)",
	},
	{
		name: "… with a join", example: "SELECT a.id FROM a JOIN b ON a.id = b.id FOR UPDATE", has: func(s statement) bool {
			return s.has("JOIN") && s.locks(func(depth int) bool { return depth == 0 })
		},
		who: "Citus: of one shard", instead: "the distribution key in the foreign key",
	},
	{
		name: "… within a subquery or a `WITH`", example: "DELETE FROM a WHERE id IN (SELECT id FROM a FOR UPDATE)", has: func(s statement) bool {
			return s.locks(func(depth int) bool { return depth > 0 })
		},
		who: "Citus: of one shard", instead: "name the distribution key in the call",
	},
	{
		name: "`LIMIT` by an expression", example: `SELECT id FROM "posts" LIMIT CASE WHEN true THEN 1 END`, has: limitedByExpression,
		not: []string{"mariadb", "tidb"}, who: "MySQL, TiDB, Vitess: a syntax error", instead: "a number (`blindLimit`)",
	},
	{
		name: "a query that writes (`WITH … DELETE`)", example: `WITH gone AS (DELETE FROM a RETURNING 1) SELECT count(*) FROM gone`, has: writingQuery,
		not: []string{"mariadb", "tidb"}, who: "Citus: of one shard, as it locks; MySQL, TiDB, Vitess: a syntax error", instead: "two statements (`WritingQuery`)",
	},
	{
		name: "recursive `WITH`", example: `WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t`, has: having("WITH RECURSIVE"),
		who: "Citus: of one shard; Vitess: an experiment since 21", instead: "only relations of a table to itself have it",
	},
	{
		name: "`UPDATE`, `DELETE` by a subquery", example: "DELETE FROM a WHERE id IN (SELECT id FROM b)", has: writesBySubquery,
		who: "Citus: joined by the distribution key; Vitess: `UPDATE` since 13, `DELETE` since 20", instead: "the distribution key in the foreign key",
	},
	{
		name: "`RETURNING`", example: `UPDATE "a" SET b = 1 RETURNING id`, has: having("RETURNING"),
		not: []string{"tidb"}, who: "MySQL, TiDB, Vitess: none", instead: "the keys are read under a lock first (`Returning`)",
	},
	{
		name: "`ON CONFLICT … WHERE`", example: `INSERT INTO "a" VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 1 WHERE c IS NULL`, has: func(s statement) bool {
			return s.has("ON CONFLICT") && s.has("WHERE")
		},
		not: []string{"mariadb", "tidb"}, who: "Citus: the distribution key in the unique index; MySQL, TiDB, Vitess: none", instead: "the rows in the way are read under a lock (`UpsertWhere`)",
	},
	{
		name: "`ON DUPLICATE KEY UPDATE`", example: "INSERT INTO `a` VALUES (1) ON DUPLICATE KEY UPDATE b = 1", has: having("ON DUPLICATE KEY"),
		not: []string{"postgres"}, who: "Vitess: not where it changes the sharding key", instead: "–",
	},
	{
		name: "savepoints", example: "SAVEPOINT a", has: beginning("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO"),
		who: "TiDB: since 6.2", instead: "only within a transaction of the caller's",
	},
	{
		name: "several columns compared at once", example: "SELECT 1 FROM a WHERE (b, c) IN ((1, 2))", has: comparesRows,
		who: "", instead: "",
	},
	{
		name: "arrays (`= ANY`, `array_agg`)", example: `DELETE FROM a WHERE id = ANY (array[1])`, has: having("= ANY (", "ARRAY_AGG ("),
		not: []string{"mariadb", "tidb"}, who: "MySQL, TiDB, Vitess: none", instead: "lists (`WritingQuery`)",
	},
	{
		name: "variables of the server (`@@x`)", example: "DELETE FROM a WHERE @@foreign_key_checks = 1", has: having("@ @"),
		not: []string{"postgres"}, who: "Vitess: those that it knows", instead: "only where foreign keys act by themselves (`Enforced`), and for a guard",
	},
	{
		name: "an index named in a query (`FORCE INDEX`)", example: "SELECT id FROM a FORCE INDEX (PRIMARY)", has: having("FORCE INDEX"),
		not: []string{"postgres", "tidb"}, who: "", instead: "not sent where a read locks what it returns (`LockByKey`)",
	},
	{
		name: "window functions", example: `SELECT row_number() OVER (ORDER BY id) FROM posts`, has: having("OVER ("),
		who: "Vitess: none", instead: "GORM's own preload with a limit has it, nothing of the library's",
	},

	{
		name: "reads of `pg_catalog`", example: `SELECT 1 FROM pg_catalog.pg_class`, has: having("PG_CATALOG"),
		who: "not tried beyond PostgreSQL", instead: "sent by purges (foreign keys), `AutoMigrate`, `Doctor`",
	},
	{
		name: "reads of `information_schema`", example: `SELECT 1 FROM information_schema.COLUMNS`, has: having("INFORMATION_SCHEMA"),
		who: "", instead: "sent by purges (foreign keys), `AutoMigrate`, `Doctor`",
	},
	{
		name: "an index made while others write (`CONCURRENTLY`)", example: `CREATE INDEX CONCURRENTLY a ON b (c)`, has: having("INDEX CONCURRENTLY"),
		not: []string{"mariadb", "tidb"}, who: "YugabyteDB, CockroachDB: what they do anyway", instead: "`AutoMigrate` only; `DDL` prints it",
	},
	{
		name: "an index of some rows (`CREATE INDEX … WHERE`)", example: `CREATE INDEX a ON b (c) WHERE d IS NULL`, has: func(s statement) bool {
			return s.find("INDEX", func(at, _ int) bool { return at < 3 }) && beginning("CREATE")(s) && s.has("WHERE")
		},
		not: []string{"mariadb", "tidb"}, who: "MySQL, TiDB, Vitess: none", instead: "the marker or a generated column leads it (`PartialIndex`)",
	},
	{
		name: "a table locked (`LOCK TABLE`)", example: `LOCK TABLE a IN SHARE UPDATE EXCLUSIVE MODE`, has: beginning("LOCK"),
		not: []string{"mariadb", "tidb"}, who: "CockroachDB: a syntax error; YugabyteDB: since 2025.2, by a flag", instead: "`AutoMigrate` only, where it replaces an index; there make the new one by hand, from `DDL`",
	},
	{
		name: "triggers and functions", example: `CREATE TRIGGER a BEFORE DELETE ON b FOR EACH ROW SELECT 1`, has: either(having("TRIGGER"), having("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", "DROP FUNCTION")),
		not: []string{"tidb"}, who: "TiDB: none; Citus: not on distributed tables; CockroachDB: since 24.3; Vitess: not through it", instead: "`Guard` only, which is not needed for anything else",
	},
	{
		name: "a setting for one statement (`SET_VAR`, `SET STATEMENT`)", example: "/*M!100101 SET STATEMENT a=1 FOR */ DELETE /*+ SET_VAR(a=1) */ FROM b", has: hinted,
		not: []string{"postgres", "tidb"}, who: "TiDB: needs no guard's word", instead: "`ForceDelete` of a table with a guard only",
	},
}

func either(a, b func(statement) bool) func(statement) bool {
	return func(s statement) bool { return a(s) || b(s) }
}

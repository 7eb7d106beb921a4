package dialect

// postgresGuard: a statement says that it means live rows by a comment behind its first
// word, or at its very beginning, which the trigger reads of current_query(). That is the statement which the
// client has sent, whatever functions and foreign keys run below it. So nothing is set,
// and nothing can stay set: not by an error, in a savepoint, or behind a pooler.
//
// What decides is in the trigger's own condition: of a row that may go no function is
// called. It fires after the row is deleted, and takes that back: one that fires before
// would have to lock each row first.
var postgresGuard = Guard{
	After: postgresMeant, Ahead: postgresMeant,
	Parts: []GuardPart{
		{
			Kind: "function", Name: "{guard}", Text: postgresGuardBody,
			Up:       "CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS $softdelete$" + postgresGuardBody + "$softdelete$",
			Down:     "DROP FUNCTION IF EXISTS {guard}()",
			Why:      "what refuses to remove live rows of {in table}",
			Replaces: true,
		},
		{
			Kind: "delete", Name: "softdelete_guard", Text: "9 {guard}", Conditional: true, Unless: " AND " + postgresUnmeant,
			Up:   "CREATE TRIGGER softdelete_guard AFTER DELETE ON {table} FOR EACH ROW WHEN ({live} AND " + postgresUnmeant + ") EXECUTE FUNCTION {guard}()",
			Down: "DROP TRIGGER IF EXISTS softdelete_guard ON {table}",
			Why:  "a live row of {in table} is not deleted, whoever asks, unless the statement says that it means it",
		},
		{
			Kind: "truncate", Name: "softdelete_guard_truncate", Text: "34 {guard}",
			Up:   "CREATE TRIGGER softdelete_guard_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {guard}()",
			Down: "DROP TRIGGER IF EXISTS softdelete_guard_truncate ON {table}",
			Why:  "{in table} is not truncated while it has live rows",
		},
	},
	ListSQL: postgresGuards,
	On:      "ALTER TABLE {table} ENABLE TRIGGER {name}",
}

const (
	postgresMeant = "/* softdelete:force */"

	postgresUnmeant = `((starts_with(current_query(), 'DELETE ` + postgresMeant + `') OR starts_with(current_query(), '` + postgresMeant + `')) IS NOT TRUE)`

	// What TRUNCATE destroys is told by what the caller sees: it has to see all. An UPDATE
	// that moves a row to another partition deletes it from its own, and has made it there
	// by now.
	postgresGuardBody = ` DECLARE refused boolean := true; ` +
		`BEGIN ` +
		`IF TG_OP = 'TRUNCATE' THEN ` +
		`EXECUTE pg_catalog.format('SELECT EXISTS (SELECT 1 FROM %I.%I WHERE {in live})', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO refused; ` +
		`refused := (refused OR pg_catalog.row_security_active(TG_RELID) OR pg_catalog.current_setting('transaction_isolation') <> 'read committed') AND ` + postgresUnmeant + `; ` +
		`ELSIF (SELECT relispartition FROM pg_catalog.pg_class WHERE oid = TG_RELID) THEN ` +
		`EXECUTE pg_catalog.format('SELECT NOT EXISTS (SELECT 1 FROM %s AS moved WHERE {in key})', pg_catalog.pg_partition_root(TG_RELID)) INTO refused USING OLD; ` +
		`END IF; ` +
		`IF refused THEN RAISE EXCEPTION USING ERRCODE = '` + guardState + `', MESSAGE = '{in message}', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, ` +
		`HINT = 'Soft delete them. A statement that begins with DELETE ` + postgresMeant + ` means to remove them for good.'; END IF; ` +
		`RETURN NULL; ` +
		`END `

	postgresGuards = `SELECT asked.name, CASE g.tgname WHEN 'softdelete_guard' THEN 'delete' ELSE 'truncate' END, g.tgname,
	concat(g.tgtype, ' ', f.proname), coalesce(substring(pg_get_triggerdef(g.oid) FROM ' WHEN \((.*)\) EXECUTE '), ''),
	g.tgenabled IN ('D', 'R') OR EXISTS (SELECT 1 FROM pg_catalog.pg_trigger part WHERE part.tgparentid = g.oid AND part.tgenabled IN ('D', 'R')) ` + postgresTables + `
JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND g.tgname IN ('softdelete_guard', 'softdelete_guard_truncate')
JOIN pg_catalog.pg_proc f ON f.oid = g.tgfoid
UNION SELECT asked.name, 'function', f.proname, concat(f.prosrc, CAST(f.proconfig AS text)), '', false ` + postgresTables + `
JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND g.tgname IN ('softdelete_guard', 'softdelete_guard_truncate')
JOIN pg_catalog.pg_proc f ON f.oid = g.tgfoid
UNION SELECT asked.name, 'place', n.nspname, '', '', false ` + postgresTables + `
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
ORDER BY 1, 2`
)

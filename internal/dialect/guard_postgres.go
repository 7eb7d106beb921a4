package dialect

// postgresGuard: a statement says that it means live rows by a comment at its very
// beginning, which the trigger reads of current_query(). That is the statement which the
// client has sent, whatever functions and foreign keys run below it. So nothing is set,
// and nothing can stay set: not by an error, in a savepoint, or behind a pooler.
//
// The condition of live rows is the trigger's own: of trashed ones no function is called.
var postgresGuard = Guard{
	Before: postgresMeant,
	Parts: []GuardPart{
		{
			Kind: "function", Name: "{guard}", Text: postgresGuardBody + " " + postgresGuardSettings,
			Up:       "CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog SET row_security = off AS $softdelete$" + postgresGuardBody + "$softdelete$",
			Down:     "DROP FUNCTION IF EXISTS {guard}()",
			Why:      "what refuses to remove live rows of {in table}, unless the statement says that it means them",
			Replaces: true,
		},
		{
			Kind: "delete", Name: "softdelete_guard", Text: "11 {guard}", Conditional: true,
			Up:   "CREATE TRIGGER softdelete_guard BEFORE DELETE ON {table} FOR EACH ROW WHEN ({live}) EXECUTE FUNCTION {guard}()",
			Down: "DROP TRIGGER IF EXISTS softdelete_guard ON {table}",
			Why:  "a live row of {in table} is not deleted, whoever asks",
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

	// It is read with the names of pg_catalog only, and fails rather than to overlook a
	// row that a policy hides.
	postgresGuardBody = ` DECLARE refused boolean := coalesce(NOT starts_with(current_query(), '` + postgresMeant + `'), true); ` +
		`BEGIN ` +
		`IF refused AND TG_OP = 'TRUNCATE' THEN EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.%I WHERE {in live})', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO refused; END IF; ` +
		// An UPDATE that moves a row to another partition deletes it from its own.
		`IF refused AND TG_OP = 'DELETE' AND pg_trigger_depth() = 1 AND upper(left(current_query(), 7)) = 'UPDATE ' AND strpos(rtrim(current_query(), '; '), ';') = 0 THEN ` +
		`refused := NOT (SELECT relispartition FROM pg_class WHERE oid = TG_RELID); END IF; ` +
		`IF refused THEN RAISE EXCEPTION USING ERRCODE = '` + guardState + `', MESSAGE = '{in message}', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, ` +
		`HINT = 'Soft delete them. A statement that begins with ` + postgresMeant + ` means to remove them for good.'; END IF; ` +
		`IF TG_OP = 'TRUNCATE' THEN RETURN NULL; END IF; ` +
		`RETURN OLD; ` +
		`END `

	postgresGuardSettings = `{search_path=pg_catalog,row_security=off}`

	postgresGuards = `SELECT asked.name, CASE g.tgname WHEN 'softdelete_guard' THEN 'delete' ELSE 'truncate' END, g.tgname,
	concat(g.tgtype, ' ', f.proname), coalesce(substring(pg_get_triggerdef(g.oid) FROM ' WHEN \((.*)\) EXECUTE '), ''),
	g.tgenabled IN ('D', 'R') OR EXISTS (SELECT 1 FROM pg_catalog.pg_trigger part WHERE part.tgparentid = g.oid AND part.tgenabled IN ('D', 'R')) ` + postgresTables + `
JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND g.tgname IN ('softdelete_guard', 'softdelete_guard_truncate')
JOIN pg_catalog.pg_proc f ON f.oid = g.tgfoid
UNION SELECT asked.name, 'function', f.proname, concat(f.prosrc, ' ', CAST(f.proconfig AS text)), '', false ` + postgresTables + `
JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND g.tgname IN ('softdelete_guard', 'softdelete_guard_truncate')
JOIN pg_catalog.pg_proc f ON f.oid = g.tgfoid
ORDER BY 1, 2`
)

package dialect

// sqliteGuard: a trigger knows nothing of the statement that it runs for, and sees no
// table of the connection alone. So a row in a table says that live rows are meant: it
// is written and removed in the transaction of the statement, which no other connection
// sees, and which takes it away where it fails. The trigger fires after the row is deleted,
// and takes that back: for one before the row would be looked for twice.
var sqliteGuard = Guard{
	Probe: "INSERT INTO softdelete_guard SELECT 1 WHERE 0",
	Open:  "INSERT INTO softdelete_guard VALUES (1)",
	Close: "DELETE FROM softdelete_guard",
	Left:  "SELECT count(*) FROM softdelete_guard",
	Parts: []GuardPart{
		{
			Kind: "table", Name: "softdelete_guard", Shared: true,
			Up:       "CREATE TABLE IF NOT EXISTS softdelete_guard (meant integer NOT NULL)",
			Down:     "DROP TABLE IF EXISTS softdelete_guard",
			Why:      "a force delete has a row here while it runs; the guards of all tables look at it: it goes after the last of them",
			Replaces: true,
		},
		{
			Kind: "delete", Name: "{guard}", Text: sqliteGuardText,
			Up:   sqliteGuardText,
			Down: "DROP TRIGGER IF EXISTS {guard}",
			Why:  "a live row of {in table} is not deleted, whoever asks",
		},
	},
	ListSQL: `SELECT m.tbl_name, 'delete', m.name, m.sql, '', 0 FROM sqlite_master m
WHERE m.type = 'trigger' AND substr(m.name, 1, 17) = 'softdelete_guard_' AND m.tbl_name IN ?
UNION ALL SELECT '', 'table', m.name, '', '', 0 FROM sqlite_master m WHERE m.type = 'table' AND m.name = 'softdelete_guard'`,
	OthersSQL: `SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 17) = 'softdelete_guard_'`,
}

const sqliteGuardText = "CREATE TRIGGER {guard} AFTER DELETE ON {table} FOR EACH ROW WHEN {live} AND NOT EXISTS (SELECT 1 FROM softdelete_guard) " +
	"BEGIN SELECT RAISE(ABORT, '{in message}'); END"

package dialect

// mysqlGuard: a statement says that it means live rows by a setting that is its own, and
// that the server itself takes back when the statement ends, however it ends. MariaDB has
// SET STATEMENT for that, MySQL a hint; each takes the other's for a comment. The setting
// is one that a DELETE does not look at, and the number one that nobody sets.
//
// A user variable would stay set on the connection.
var mysqlGuard = Guard{
	Learns: true,
	Before: "/*M!100101 SET STATEMENT " + mysqlMeant + " FOR */",
	After:  "/*+ SET_VAR(" + mysqlMeant + ") */",
	Parts: []GuardPart{{
		Kind: "delete", Name: "{guard}", Text: "BEFORE DELETE " + mysqlGuardBody,
		Up:   "CREATE /*M!100104 OR REPLACE */ TRIGGER {guard} BEFORE DELETE ON {table} FOR EACH ROW " + mysqlGuardBody,
		Down: "DROP TRIGGER IF EXISTS {guard}",
		Why:  "a live row of {in table} is not deleted, whoever asks",
	}},
	ListSQL: `SELECT EVENT_OBJECT_TABLE, 'delete', TRIGGER_NAME, CONCAT(ACTION_TIMING, ' ', EVENT_MANIPULATION, ' ', ACTION_STATEMENT), '', 0
FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND LEFT(TRIGGER_NAME, 17) = 'softdelete_guard_' AND EVENT_OBJECT_TABLE IN ?
UNION ALL SELECT '', 'server', VERSION(), '', '', 0`,
}

const (
	mysqlMeant = "group_concat_max_len=734689906"

	mysqlGuardBody = "IF {live} AND @@group_concat_max_len <> 734689906 THEN " +
		"SIGNAL SQLSTATE '" + signalState + "' SET MESSAGE_TEXT = '{in message}'; END IF"
)

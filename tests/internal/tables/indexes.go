// Package tables reads tables as they are, past the library.
package tables

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// PlainIndexes lists the indexes of a table, but for its primary key, by what the database says of them: "unique (email)
// where deleted_at is null". It knows nothing of the package's own catalogue.
func PlainIndexes(t *testing.T, db *gorm.DB, table string) map[string]string {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	indexes := map[string]string{}
	type definition struct{ Name, Text string }
	var list []definition
	switch db.Name() {
	case "sqlite":
		require.NoError(t, db.Raw("SELECT name, coalesce(sql, 'CREATE UNIQUE INDEX x ON x (constraint)') AS text FROM sqlite_master "+
			"WHERE type = 'index' AND tbl_name = ?", table).Scan(&list).Error)
	case "postgres":
		require.NoError(t, db.Raw("SELECT i.relname AS name, pg_get_indexdef(x.indexrelid) || CASE WHEN x.indisvalid THEN '' ELSE ' invalid' END AS text "+
			"FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = to_regclass(?) AND NOT x.indisprimary", table).Scan(&list).Error)
	default:
		require.NoError(t, db.Raw("SELECT INDEX_NAME AS name, concat(if(max(NON_UNIQUE) = 0, 'UNIQUE ', ''), 'INDEX x ON x (', "+
			"group_concat(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR ', '), ')') AS text FROM information_schema.STATISTICS "+
			"WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME <> 'PRIMARY' GROUP BY INDEX_NAME", table).Scan(&list).Error)
	}
	parts := regexp.MustCompile(`(?i)^(?:CREATE )?(UNIQUE )?INDEX \S+ ON (?:ONLY )?\S+?(?: USING btree)? ?(\([^()]*\))(.*)$`)
	for _, d := range list {
		text := strings.NewReplacer("`", "", `"`, "", ",", ", ", ",  ", ", ").Replace(d.Text)
		match := parts.FindStringSubmatch(strings.ReplaceAll(text, ",  ", ", "))
		require.NotNil(t, match, text)
		where := strings.NewReplacer("(", "", ")", "").Replace(match[3])
		where = regexp.MustCompile(`(\+00|\.0+)?'::[a-z ]+`).ReplaceAllString(where, "'")
		indexes[d.Name] = strings.ToLower(match[1] + match[2] + where)
	}
	return indexes
}

package tables

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// Catalogue lists all that the database says of its schema: columns, indexes, constraints, triggers, a line each.
func Catalogue(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	var lines []string
	ask := func(sql string) {
		rows, err := db.Raw(sql).Rows()
		require.NoError(t, err)
		defer func() { _ = rows.Close() }()
		columns, err := rows.Columns()
		require.NoError(t, err)
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		for rows.Next() {
			require.NoError(t, rows.Scan(places...))
			texts := make([]string, len(values))
			for i, value := range values {
				if text, ok := value.([]byte); ok {
					value = string(text)
				}
				texts[i] = fmt.Sprint(value)
			}
			lines = append(lines, strings.Join(texts, " | "))
		}
		require.NoError(t, rows.Err())
	}
	switch db.Name() {
	case "sqlite":
		ask(`SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name <> 'sqlite_sequence'`)
		ask(`SELECT m.name, f."from", f."table", f."to", f.on_delete FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`)
		ask(`SELECT type, tbl_name, name, coalesce(sql, '') FROM sqlite_master WHERE type <> 'table'`)
	case "postgres":
		ask(`SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
			WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'`)
		ask(`SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()`)
		ask(`SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace`)
	default:
		ask(`SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`)
		ask(`SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, GROUP_CONCAT(concat(COLUMN_NAME, ' ', COLLATION, ' ', coalesce(SUB_PART, '')) ORDER BY SEQ_IN_INDEX) FROM information_schema.STATISTICS
			WHERE TABLE_SCHEMA = DATABASE() GROUP BY TABLE_NAME, INDEX_NAME, NON_UNIQUE`)
		ask(`SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE k
			WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL`)
	}
	// The schema of a test is its own.
	own := regexp.MustCompile(`\bt_[a-z0-9]{20,}\.`)
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`"`, "", "`", "", "\t", " ").Replace(own.ReplaceAllString(line, ""))
	}
	slices.Sort(lines)
	return lines
}

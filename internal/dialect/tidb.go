package dialect

import (
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// tidb is that of TiDB, which speaks MySQL's protocol, and refuses or overlooks some of its
// SQL: LOCK IN SHARE MODE is an error, SKIP LOCKED waits.
var tidb = likeMySQL(func(d *Dialect) {
	d.ShareLock = clause.LockingStrengthUpdate
	d.CurrentRead = " FOR UPDATE"
	d.SkipLocked = ""
	d.ClaimRows = 200
	d.CountsRemoved = true
	d.LockByKey = ""
	d.Hidden = "" // a syntax error there
	d.DefinitionsSQL = tidbDefinitions
	d.IndexesSQL = strings.Replace(mysqlIndexes, "SUB_PART IS NULL", "SUB_PART IS NULL AND EXPRESSION IS NULL", 1) // of an expression the column is 'NULL'
	d.IndexByIndex = true
	d.FixedByGenerated = true
	d.DropIndexIfThere = "DROP INDEX IF EXISTS {name}"
	d.KeyIndexYields = false
	d.Ascending = true
	d.KeyInIndexes = false // it has the key there, and sorts by it all the same where that is unsigned, or of several columns
	d.Guard = Guard{}      // there are no triggers
})

// Of an index its kind, and its columns and expressions.
const tidbDefinitions = `SELECT 'index', TABLE_NAME, INDEX_NAME, CONCAT(INDEX_TYPE, ' ',
	GROUP_CONCAT(coalesce(CONCAT('(', EXPRESSION, ')'), CONCAT(CHAR(96), REPLACE(COLUMN_NAME, CHAR(96), CHAR(96, 96)), CHAR(96), coalesce(CONCAT('(', SUB_PART, ')'), '')))
		ORDER BY SEQ_IN_INDEX SEPARATOR ', '))
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ? GROUP BY TABLE_NAME, INDEX_NAME, INDEX_TYPE
UNION ALL SELECT 'view', TABLE_NAME, '', '' FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'VIEW' AND TABLE_NAME IN ?`

func likeMySQL(differs func(*Dialect)) Dialect {
	d := mysql
	differs(&d)
	return d
}

// isTiDB tells by what a server of MySQL's protocol says of itself: "8.0.11-TiDB-v8.4.0".
func isTiDB(version string) bool { return strings.Contains(version, "TiDB") }

// serverVersion is what GORM's driver was told when the handle was opened, or else what the
// server says. A handle that runs nothing asks nothing, nor does one that was opened without
// a word to the server, which may have none: it is told by the driver's ServerVersion.
func serverVersion(db *gorm.DB) (version string, err error) {
	if told := fieldOf(db.Dialector, "ServerVersion"); told.Kind() == reflect.String && told.String() != "" {
		return told.String(), nil
	}
	pool := db.Statement.ConnPool
	if pool == nil || db.DryRun || db.DisableAutomaticPing {
		return "", nil
	}
	if row := pool.QueryRowContext(db.Statement.Context, "SELECT VERSION()"); row != nil {
		err = row.Scan(&version)
	}
	return version, err
}

package dialect

import (
	"time"

	"gorm.io/gorm/clause"
)

// mysql is that of MySQL and MariaDB. MariaDB has RETURNING for an INSERT and a
// DELETE only, for which GORM's driver lists it with the clauses of an UPDATE too.
var mysql = Dialect{
	RowLock:     true,
	ShareLock:   clause.LockingStrengthShare,
	SkipLocked:  clause.LockingOptionsSkipLocked,
	CurrentRead: " LOCK IN SHARE MODE",
	LockByKey:   " FORCE INDEX (PRIMARY)",
	parameters:  65535,

	nestedTarget:      true,
	RowwiseReferences: true,
	CountsChanges:     true,
	AlterIndexes:      true,
	KeyInIndexes:      true,
	Hidden:            " /*!80023 INVISIBLE */ /*M!100303 INVISIBLE */",
	ForeignKeyIndex:   true,
	KeyIndexYields:    true,
	DropIndexIfThere:  "/*M!100108 DROP INDEX IF EXISTS {name} */ /*!80000 DROP INDEX {name} */", // MySQL has no IF EXISTS for it
	ColumnsAnyCase:    true,
	Enforced:          "@@foreign_key_checks = 1",

	TimeDigits: 6,
	FinestTime: "datetime(6)",
	UUIDType:   "char(36)",
	clock:      "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)",
	clockUnit:  time.Microsecond,

	ColumnsSQL: mysqlColumns, IndexesSQL: mysqlIndexes,
	DefinitionsSQL: mysqlDefinitions, ForeignKeysSQL: mysqlForeignKeys,
	Guard: mysqlGuard,
}

const (
	mysqlColumns = `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE = 'YES', EXTRA LIKE '%GENERATED%', coalesce(GENERATION_EXPRESSION, '')
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ?
ORDER BY TABLE_NAME, ORDINAL_POSITION`

	mysqlIndexes = `SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE = 0, INDEX_NAME = 'PRIMARY', 0, 1, coalesce(COLLATION, 'A') = 'A',
	CASE WHEN SUB_PART IS NULL THEN coalesce(COLUMN_NAME, '') ELSE '' END, ''
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ?
ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`

	// Of an index its kind and its columns, if all of them have names.
	mysqlDefinitions = `SELECT 'index', TABLE_NAME, INDEX_NAME, CONCAT(INDEX_TYPE, ' ', CASE WHEN count(*) = count(COLUMN_NAME) THEN
	GROUP_CONCAT(CONCAT(CHAR(96), REPLACE(COLUMN_NAME, CHAR(96), CHAR(96, 96)), CHAR(96), coalesce(CONCAT('(', SUB_PART, ')'), ''),
		CASE WHEN COLLATION = 'D' THEN ' DESC' ELSE '' END) ORDER BY SEQ_IN_INDEX SEPARATOR ', ')
	ELSE '' END)
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ? GROUP BY TABLE_NAME, INDEX_NAME, INDEX_TYPE
UNION ALL SELECT 'view', TABLE_NAME, '', '' FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'VIEW' AND TABLE_NAME IN ?`

	mysqlForeignKeys = `SELECT k.TABLE_NAME, k.CONSTRAINT_NAME,
	CASE WHEN k.REFERENCED_TABLE_SCHEMA = DATABASE() THEN k.REFERENCED_TABLE_NAME ELSE CONCAT(k.REFERENCED_TABLE_SCHEMA, '.', k.REFERENCED_TABLE_NAME) END,
	k.COLUMN_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, coalesce(p.COLUMN_NAMES, ''), @@lower_case_table_names <> 0
FROM information_schema.KEY_COLUMN_USAGE k
JOIN information_schema.REFERENTIAL_CONSTRAINTS r
	ON r.CONSTRAINT_SCHEMA = DATABASE() AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
LEFT JOIN (SELECT TABLE_NAME, GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR '
') AS COLUMN_NAMES
	FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND CONSTRAINT_NAME = 'PRIMARY' GROUP BY TABLE_NAME) p
	ON p.TABLE_NAME = k.TABLE_NAME
WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL AND (k.TABLE_NAME IN ? OR k.REFERENCED_TABLE_NAME IN ?)
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`
)

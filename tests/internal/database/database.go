// Package database says what tests have to know of the database that they run on.
package database

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// flavour is what tests have to know of the database that they run on.
type flavour struct {
	quote        string        // what stands around names
	Step         time.Duration // of a time column that says nothing of its precision
	Partial      bool          // an index can be of some rows only
	Returning    bool          // an UPDATE can return rows
	AnyBytes     bool          // a text can be of bytes that are no UTF-8
	AnyKey       bool          // a key may be a text or bytes of any length, and an empty one is unlike a blank
	rowwise      bool          // a foreign key is looked at with each row
	binary       string        // the collation that compares texts by their bytes, where the usual one does not
	CommitsAlone bool          // a statement alone is a transaction, whatever the session is set to
	UpsertIf     bool          // the update of an upsert can have a condition
	ScanLocks    bool          // a lock is on all rows that a query looks at
	NoDeferred   string        // why a foreign key that is looked at at the commit is not tested
	NoTriggers   string        // why what a trigger does is not tested
	NoUUIDs      string        // why columns of the type uuid are not tested
	NoComputed   string        // why a column whose default is an expression is not tested
	SmallClaims  bool          // several who empty wait for each other, and take few rows at a time
	NoKeysBack   bool          // an insert does not return the rows that it made or met
	Optimistic   string        // has the transactions of a session find conflicts only when they commit; empty where there are none such
	Cramped      string        // gives the transactions of a session little room; empty where that has no bound
	copies       []string      // makes a table of the rows of another, where one statement does not
	types        map[string]string
}

// Flavours are by the name of the dialect.
var Flavours = map[string]flavour{
	"sqlite": {
		NoDeferred: "SQLite's driver leaves the connection in the transaction of which the commit failed on a deferred foreign key",
		quote:      `"`, Step: time.Nanosecond, Partial: true, Returning: true, UpsertIf: true, AnyBytes: true, AnyKey: true,
		types: map[string]string{"key": "integer", "bytes": "blob", "time": "datetime", "text": "text", "uuid": "uuid"},
	},
	"postgres": {
		quote: `"`, Step: time.Microsecond, Partial: true, Returning: true, UpsertIf: true, CommitsAlone: true, AnyKey: true,
		types: map[string]string{"key": "bigint", "bytes": "bytea", "time": "timestamptz", "text": "text", "uuid": "uuid"},
	},
	"mysql": {
		NoDeferred: "MariaDB and MySQL have no deferred foreign keys",
		quote:      "`", Step: time.Millisecond, rowwise: true, ScanLocks: true, binary: "utf8mb4_nopad_bin",
		types: map[string]string{"key": "bigint unsigned", "bytes": "varbinary(16)", "time": "datetime(3)", "text": "varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", "uuid": "uuid"},
	},
}

func init() {
	f := Flavours["mysql"]
	f.NoDeferred = "TiDB has no deferred foreign keys"
	f.NoTriggers = "TiDB has no triggers"
	f.NoUUIDs = "TiDB has no type uuid"
	f.NoComputed = "TiDB takes no arithmetic for the default of a column"
	f.Optimistic = "SET SESSION tidb_txn_mode = 'optimistic'"
	f.SmallClaims = true
	f.NoKeysBack = true
	f.copies = []string{"CREATE TABLE %[2]s LIKE %[1]s", "INSERT INTO %[2]s SELECT * FROM %[1]s"}
	f.Cramped = "SET SESSION tidb_mem_quota_query = 60000"
	f.ScanLocks = false
	Flavours["tidb"] = f
}

// FlavourOf is that of a handle.
func FlavourOf(db *gorm.DB) flavour {
	f := Flavours[db.Name()]
	if IsTiDB(db) {
		f = Flavours["tidb"]
	}
	if IsMySQL(db) {
		f.NoUUIDs = "MySQL has no type uuid"
		f.NoKeysBack = true
	}
	if IsMySQL(db) || IsTiDB(db) {
		const binary = "utf8mb4_0900_bin"
		f.binary = binary
		f.types = maps.Clone(f.types)
		f.types["text"] = "varchar(191) CHARACTER SET utf8mb4 COLLATE " + binary
		f.types["uuid"] = "char(36)"
	}
	return f
}

// IsMySQL tells if the database is MySQL itself, and not another that speaks its protocol.
func IsMySQL(db *gorm.DB) bool {
	d, ok := db.Dialector.(*mysql.Dialector)
	return ok && !strings.Contains(d.ServerVersion, "MariaDB") && !IsTiDB(db)
}

// IsTiDB tells if the database is TiDB.
func IsTiDB(db *gorm.DB) bool {
	d, ok := db.Dialector.(*mysql.Dialector)
	return ok && strings.Contains(d.ServerVersion, "TiDB")
}

// Needs skips a test that cannot hold on a database, for the reason that its flavour has.
func Needs(t *testing.T, reason string) {
	t.Helper()
	if reason != "" {
		t.Skip(reason)
	}
}

// QuotedText tells if a text may stand in double quotes where no column is of that name. SQLite can be built without that.
func QuotedText(db *gorm.DB) bool {
	var text string
	return db.Session(&gorm.Session{NewDB: true, Logger: logger.Discard}).Raw(`SELECT "no such column"`).Row().Scan(&text) == nil
}

// TimesSort tells if times can be sorted as the column has them, where they are texts. Those with a Z, as one driver of SQLite
// writes them, cannot: half a second comes before the whole one.
func TimesSort(db *gorm.DB) bool {
	if db.Name() != "sqlite" {
		return true
	}
	var text string
	err := db.Raw("SELECT CAST(? AS TEXT)", time.Unix(0, 0).UTC()).Row().Scan(&text)
	return err == nil && !strings.HasSuffix(text, "Z")
}

// NeedsUUIDs skips a test of columns of the type uuid where there are none.
func NeedsUUIDs(t *testing.T, open testdb.Opener) {
	t.Helper()
	Needs(t, FlavourOf(open(t)).NoUUIDs)
}

// Optimistically has the transactions of a handle, which from now on has one connection, find conflicts only when they commit.
func Optimistically(t *testing.T, db *gorm.DB) {
	t.Helper()
	set(t, db, FlavourOf(db).Optimistic)
}

// Cramp gives the transactions of a handle, which from now on has one connection, little room.
func Cramp(t *testing.T, db *gorm.DB) {
	t.Helper()
	set(t, db, FlavourOf(db).Cramped)
}

func set(t *testing.T, db *gorm.DB, statement string) {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	pool.SetMaxOpenConns(1)
	pool.SetMaxIdleConns(1)
	pool.SetConnMaxIdleTime(0)
	require.NoError(t, db.Exec(statement).Error)
}

// ByBytes makes tables whose texts are compared by their bytes, as Go does.
func ByBytes(db *gorm.DB) *gorm.DB {
	if collation := FlavourOf(db).binary; collation != "" {
		return db.Set("gorm:table_options", " COLLATE "+collation)
	}
	return db
}

// Quoted writes SQL in which names stand in double quotes as the database has it.
func Quoted(db *gorm.DB, sql string) string {
	return strings.ReplaceAll(sql, `"`, FlavourOf(db).quote)
}

// Referring makes a table that the plugin knows nothing of, whose columns refer to keys of others: "column type table".
func Referring(t *testing.T, db *gorm.DB, name string, references ...string) {
	t.Helper()
	var columns, keys []string
	for _, reference := range references {
		words := strings.SplitN(reference, " ", 3)
		kind := FlavourOf(db).types[words[1]]
		require.NotEmpty(t, kind, reference)
		columns = append(columns, words[0]+" "+kind)
		table, rest, _ := strings.Cut(words[2], " ")
		keys = append(keys, "FOREIGN KEY ("+words[0]+") REFERENCES "+table+" (id) "+rest)
	}
	require.NoError(t, db.Exec("CREATE TABLE "+name+" ("+strings.Join(append(columns, keys...), ", ")+")").Error)
}

// CopyTable makes a table of the rows of another.
func CopyTable(t *testing.T, db *gorm.DB, from, to string) {
	t.Helper()
	statements := FlavourOf(db).copies
	if len(statements) == 0 {
		statements = []string{"CREATE TABLE %[2]s AS SELECT * FROM %[1]s"}
	}
	for _, statement := range statements {
		require.NoError(t, db.Exec(fmt.Sprintf(statement, from, to)).Error)
	}
}

// LiveUnique makes a column of short texts unique among rows whose deleted_at is empty.
func LiveUnique(t *testing.T, db *gorm.DB, name, table, column string) {
	t.Helper()
	if FlavourOf(db).Partial {
		require.NoError(t, db.Exec(fmt.Sprintf("CREATE UNIQUE INDEX IF NOT EXISTS %s ON %s (%s) WHERE deleted_at IS NULL", name, table, column)).Error)
		return
	}
	if !db.Migrator().HasColumn(table, name) {
		require.NoError(t, db.Exec(fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s varchar(191) AS (CASE WHEN deleted_at IS NULL THEN LEFT(`%s`, 191) END) VIRTUAL", table, name, column)).Error)
		require.NoError(t, db.Exec(fmt.Sprintf("ALTER TABLE %s ADD UNIQUE INDEX %s (%s)", table, name, name)).Error)
	}
}

// ClearTable empties a table whose rows may refer to each other.
func ClearTable(t *testing.T, db *gorm.DB, table string) {
	t.Helper()
	require.NoError(t, db.Connection(func(tx *gorm.DB) error {
		return Unchecked(tx, func() error { return tx.Exec("DELETE FROM " + table).Error })
	}))
}

// Unchecked runs some statements on one connection. The database does not look at foreign keys meanwhile, where it would do that
// with each row: of rows that refer to each other one has to be first.
func Unchecked(tx *gorm.DB, run func() error) error {
	if !FlavourOf(tx).rowwise {
		return run()
	}
	if err := tx.Exec("SET SESSION foreign_key_checks = 0").Error; err != nil {
		return err
	}
	err := run()
	return errors.Join(err, tx.Exec("SET SESSION foreign_key_checks = 1").Error)
}

// GaveUp tells if a database has ended a statement because of what others were doing: it may be tried again.
func GaveUp(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return slices.Contains([]string{"40P01", "40001"}, state.SQLState())
	}
	var numbered *driver.MySQLError
	if errors.As(err, &numbered) && (slices.Contains([]uint16{8002, 8022, 9007}, numbered.Number) || strings.Contains(numbered.Message, "pessimistic lock retry limit")) {
		return true
	}
	return err != nil && (strings.Contains(err.Error(), "database is locked") || strings.Contains(err.Error(), "Deadlock found"))
}

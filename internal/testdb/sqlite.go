package testdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"sync"
	"testing"

	"gorm.io/gorm"
)

// sqlitePragmas make handles wait for each other's writes, enforce foreign keys, and never sync to disk.
func sqlitePragmas() []string {
	return []string{"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(0)"}
}

// sqlitePlace makes a database file of its own. TempDir comes before any handle, so its removal comes after they close.
func sqlitePlace(tb testing.TB) Opener {
	tb.Helper()
	dsn := SQLiteDSN(filepath.Join(tb.TempDir(), "test.db"), sqlitePragmas()...)
	return func(tb testing.TB, config ...*gorm.Config) *gorm.DB {
		tb.Helper()
		if theRecorder() == nil {
			return openHandle(tb, SQLite(dsn), config)
		}
		name, err := recordedSQLite()
		if err != nil {
			tb.Fatalf("testdb: opening sqlite: %v", err)
		}
		return openHandle(tb, sqliteBy(name, dsn), config)
	}
}

// recordedSQLite is the name of a driver that is SQLite's, and records what is sent.
var recordedSQLite = sync.OnceValues(func() (string, error) {
	named, err := sql.Open(sqliteDriver, "")
	if err != nil {
		return "", err
	}
	const name = "softdelete-recorded-sqlite"
	sql.Register(name, recordedDriver{named.Driver()})
	return name, named.Close()
})

type recordedDriver struct{ driver.Driver }

// Open opens what a DSN names.
func (d recordedDriver) Open(dsn string) (driver.Conn, error) {
	return recording("sqlite", dsnConnector{dsn, d.Driver}).Connect(context.Background())
}

// dsnConnector opens what a DSN names, as database/sql does for a driver that knows nothing but that.
type dsnConnector struct {
	dsn    string
	driver driver.Driver
}

func (c dsnConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c dsnConnector) Driver() driver.Driver                        { return c.driver }

package testdb

import (
	"path/filepath"
	"testing"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

// sqlitePragmas make handles wait for each other's writes, enforce foreign keys, and never sync to disk.
const sqlitePragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=synchronous(0)"

// sqlitePlace makes a database file of its own. TempDir comes before any handle, so its removal comes after they close.
func sqlitePlace(tb testing.TB) Opener {
	tb.Helper()
	dsn := filepath.Join(tb.TempDir(), "test.db") + sqlitePragmas
	return func(tb testing.TB, config ...*gorm.Config) *gorm.DB {
		tb.Helper()
		return openHandle(tb, sqlite.Open(dsn), config)
	}
}

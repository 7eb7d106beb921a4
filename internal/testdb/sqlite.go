package testdb

import (
	"path/filepath"
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
		return openHandle(tb, SQLite(dsn), config)
	}
}

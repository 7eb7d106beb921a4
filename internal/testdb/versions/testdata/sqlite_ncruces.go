package testdb

import (
	"strings"

	_ "github.com/ncruces/go-sqlite3/embed" // SQLite itself.
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"
)

// This takes the place of sqlite_driver.go.

// SQLiteModule is the driver's module.
const SQLiteModule = "github.com/ncruces/go-sqlite3/gormlite"

// SQLiteDSN names a file, each connection to which is set up by pragmas such as "busy_timeout(10000)".
func SQLiteDSN(file string, pragmas ...string) string {
	var set []string
	for _, pragma := range pragmas {
		set = append(set, "_pragma="+pragma)
	}
	return "file:" + strings.NewReplacer("%", "%25", "#", "%23", "?", "%3f").Replace(file) + "?" + strings.Join(set, "&")
}

// SQLite opens what a DSN names.
func SQLite(dsn string) gorm.Dialector { return gormlite.Open(dsn) }

// SQLiteOn makes another handle on open connections.
func SQLiteOn(pool gorm.ConnPool) gorm.Dialector { return gormlite.OpenDB(pool) }

const sqliteDriver = "sqlite3"

// sqliteBy opens what a DSN names by this driver: it has no other name. Nothing is recorded of it.
func sqliteBy(driver, dsn string) gorm.Dialector {
	return SQLite(dsn)
}

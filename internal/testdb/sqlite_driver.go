package testdb

import (
	"strings"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

// The driver of SQLite that tests use. This file alone knows it: versions/testdata has the same for other drivers, which take
// its place when the suite is run on them.

// SQLiteModule is the driver's module.
const SQLiteModule = "github.com/glebarez/sqlite"

// SQLiteDSN names a file, each connection to which is set up by pragmas such as "busy_timeout(10000)".
func SQLiteDSN(file string, pragmas ...string) string {
	var set []string
	for _, pragma := range pragmas {
		set = append(set, "_pragma="+pragma)
	}
	return file + "?" + strings.Join(set, "&")
}

// SQLite opens what a DSN names.
func SQLite(dsn string) gorm.Dialector { return sqlite.Open(dsn) }

// SQLiteOn makes another handle on open connections.
func SQLiteOn(pool gorm.ConnPool) gorm.Dialector { return &sqlite.Dialector{Conn: pool} }

const sqliteDriver = sqlite.DriverName

// sqliteBy opens what a DSN names by a driver of another name.
func sqliteBy(driver, dsn string) gorm.Dialector {
	return &sqlite.Dialector{DriverName: driver, DSN: dsn}
}

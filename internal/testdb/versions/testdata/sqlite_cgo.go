package testdb

import (
	"strings"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// This takes the place of sqlite_driver.go.

// SQLiteModule is the driver's module.
const SQLiteModule = "gorm.io/driver/sqlite"

// SQLiteDSN names a file, each connection to which is set up by pragmas such as "busy_timeout(10000)".
func SQLiteDSN(file string, pragmas ...string) string {
	var set []string
	for _, pragma := range pragmas {
		name, value, _ := strings.Cut(strings.TrimSuffix(pragma, ")"), "(")
		set = append(set, "_"+name+"="+value)
	}
	return "file:" + strings.NewReplacer("%", "%25", "#", "%23", "?", "%3f").Replace(file) + "?" + strings.Join(set, "&")
}

// SQLite opens what a DSN names.
func SQLite(dsn string) gorm.Dialector { return sqlite.Open(dsn) }

// SQLiteOn makes another handle on open connections.
func SQLiteOn(pool gorm.ConnPool) gorm.Dialector { return sqlite.New(sqlite.Config{Conn: pool}) }

const sqliteDriver = sqlite.DriverName

// sqliteBy opens what a DSN names by a driver of another name.
func sqliteBy(driver, dsn string) gorm.Dialector {
	return sqlite.New(sqlite.Config{DriverName: driver, DSN: dsn})
}

package testdb

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// The driver tells of each connection that breaks, those of a server that is still starting too: the errors say as much.
var _ = driver.SetLogger(&driver.NopLogger{})

// mysqlMode is what MySQL 8 and MariaDB are strict about by default, either of them, but for times that are zero: fields of
// tests are.
const mysqlMode = "'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"

// mysqlPlace makes a database of its own on a server that speaks MySQL's protocol.
func mysqlPlace(k *kind) func(testing.TB) Opener {
	return func(tb testing.TB) Opener {
		tb.Helper()
		return mysqlOpenerOf(k.name)(mysqlDatabase(tb, k))
	}
}

func mysqlOpenerOf(database string) func(dsn string) Opener {
	return func(dsn string) Opener { return mysqlOpener(database, mysql.Config{DSN: dsn}) }
}

func mysqlOpener(database string, settings mysql.Config) Opener {
	return func(tb testing.TB, config ...*gorm.Config) *gorm.DB {
		tb.Helper()
		pool, err := recordedPool(database, "mysql", settings.DSN)
		if err != nil {
			tb.Fatalf("testdb: opening mysql: %v", err)
		}
		own := settings
		own.Conn = pool
		dialector := mysql.New(own).(*mysql.Dialector)
		db := openHandle(tb, dialector, config)
		dialector.Conn = nil // who opens another handle by it gets a pool of its own
		if err := limitPool(db); err != nil {
			tb.Fatalf("testdb: opening mysql: %v", err)
		}
		return db
	}
}

// mysqlDatabase creates a database, sees to its removal, and returns a DSN that names it.
func mysqlDatabase(tb testing.TB, k *kind) string {
	tb.Helper()
	admin, dsn := shared(tb, k)
	name := "t_" + strings.ToLower(rand.Text())
	if err := admin.Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4").Error; err != nil {
		tb.Fatalf("testdb: creating a database: %v", err)
	}
	tb.Cleanup(func() {
		if err := admin.Exec("DROP DATABASE " + name).Error; err != nil {
			tb.Errorf("testdb: dropping the test's database: is a transaction still open? %v", err)
		}
	})
	dsn, err := changed(k.dsnEnv, dsn, func(config *driver.Config) {
		config.DBName = name
		setParam(config, "sql_mode", mysqlMode)
	})
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	return dsn
}

// mysqlAdmin opens the handle that creates and drops databases, by a DSN that a variable of the environment may have given.
func mysqlAdmin(dsnEnv string) func(dsn string) (*gorm.DB, error) {
	return func(dsn string) (*gorm.DB, error) {
		dsn, err := changed(dsnEnv, dsn, func(config *driver.Config) {
			setParam(config, "lock_wait_timeout", strconv.Itoa(int(dropLockTimeout.Seconds())))
		})
		if err != nil {
			return nil, err
		}
		pool, err := waitingPool("mysql", dsn)
		if err != nil {
			return nil, err
		}
		db, err := gorm.Open(mysql.New(mysql.Config{Conn: pool, DSN: dsn}), Config())
		if err != nil {
			return nil, err
		}
		return db, limitPool(db)
	}
}

// changed returns dsn with a change made. Times are always parsed: nothing that GORM reads would work otherwise.
func changed(dsnEnv, dsn string, change func(config *driver.Config)) (string, error) {
	config, err := driver.ParseDSN(dsn)
	if err != nil {
		return "", fmt.Errorf("%s can't be read: it is like user:password@tcp(host:3306)/name", dsnEnv) // The parser's error may print the password.
	}
	config.ParseTime = true
	change(config)
	return config.FormatDSN(), nil
}

// setParam sets a variable of the sessions that a config opens.
func setParam(config *driver.Config, name, value string) {
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	config.Params[name] = value
}

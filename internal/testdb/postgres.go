package testdb

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

const (
	maxOpenConns = 8
	maxIdleConns = 2

	// dropLockTimeout bounds the wait for locks of a transaction that a test left open, in milliseconds.
	dropLockTimeout = "10000"
)

// WithoutReturning makes a fresh PostgreSQL place whose handles never use RETURNING, as on a database that has none. It
// skips or fails the test as [OpenerFor] does.
func WithoutReturning(tb testing.TB) Opener {
	tb.Helper()
	if !slices.Contains(Names(), "postgres") {
		tb.Skipf("testdb: postgres is left out by %s", databasesEnv)
	}
	return postgresOpener(postgresSchema(tb), true)
}

// postgresPlace makes a schema of its own.
func postgresPlace(tb testing.TB) Opener {
	tb.Helper()
	return postgresOpener(postgresSchema(tb), false)
}

func postgresOpener(dsn string, withoutReturning bool) Opener {
	return func(tb testing.TB, config ...*gorm.Config) *gorm.DB {
		tb.Helper()
		dialector := postgres.Open(dsn)
		if withoutReturning {
			dialector = postgres.New(postgres.Config{DSN: dsn, WithoutReturning: true})
		}
		db := openHandle(tb, dialector, config)
		if err := limitPool(db); err != nil {
			tb.Fatalf("testdb: opening postgres: %v", err)
		}
		return db
	}
}

// postgresSchema creates a schema, sees to its removal, and returns a DSN whose search path is that schema alone.
func postgresSchema(tb testing.TB) string {
	tb.Helper()
	admin, dsn, err := shared.use()
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") != "true" {
		tb.Skipf("testdb: %v", err)
	}
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	schema := "t_" + strings.ToLower(rand.Text())
	if err := admin.Exec("CREATE SCHEMA " + schema).Error; err != nil {
		tb.Fatalf("testdb: creating a schema: %v", err)
	}
	tb.Cleanup(func() {
		if err := admin.Exec("DROP SCHEMA " + schema + " CASCADE").Error; err != nil {
			tb.Errorf("testdb: dropping the test's schema: is a transaction still open? %v", err)
		}
	})
	dsn, err = withSetting(dsn, "search_path", schema)
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	return dsn
}

// openAdmin opens the handle that creates and drops schemas.
func openAdmin(dsn string) (*gorm.DB, error) {
	dsn, err := withSetting(dsn, "lock_timeout", dropLockTimeout)
	if err != nil {
		return nil, err
	}
	db, err := gorm.Open(postgres.Open(dsn), Config())
	if err != nil {
		return nil, err
	}
	return db, limitPool(db)
}

func limitPool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(maxOpenConns)
	pool.SetMaxIdleConns(maxIdleConns)
	return nil
}

// withSetting adds a run-time setting to a DSN of either form, URL or keywords.
func withSetting(dsn, name, value string) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return dsn + " " + name + "=" + value, nil
	}
	address, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("%s is not a URL that can be read", dsnEnv) // The parser's error would print the password.
	}
	query := address.Query()
	query.Set(name, value)
	address.RawQuery = query.Encode()
	return address.String(), nil
}

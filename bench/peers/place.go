package main

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// place is where one side works: a schema of PostgreSQL, or a file of SQLite, with tables of its own.
type place struct {
	database string
	gorm     *gorm.DB // a handle of GORM's, on the pool below
	pool     *sql.DB
	simple   *sql.DB // the same by PostgreSQL's simple protocol, for who puts the values into the SQL by himself; nil on SQLite
	rows     rows
}

// openPlace makes a fresh place.
func openPlace(tb testing.TB, database string, by marker) (place, error) {
	tb.Helper()
	open := testdb.OpenerFor(tb, database)
	in := place{database: database, gorm: open(tb)}
	aside, err := open(tb).DB()
	if err != nil {
		return place{}, err
	}
	if in.pool, err = in.gorm.DB(); err != nil {
		return place{}, err
	}
	if dialector, ok := in.gorm.Dialector.(*postgres.Dialector); ok {
		config, err := pgx.ParseConfig(dialector.DSN)
		if err != nil {
			return place{}, errors.New("the data source cannot be read") // the parser's error would print the password
		}
		config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
		in.simple = stdlib.OpenDB(*config)
		tb.Cleanup(func() {
			if err := in.simple.Close(); err != nil {
				tb.Errorf("closing: %v", err)
			}
		})
		limit(in.simple)
	}
	limit(in.pool)
	in.rows = rows{db: aside, database: database, words: wordsOf[database], marker: by}
	return in, nil
}

// limit gives all pools the same settings. Each side sends one statement at a time.
func limit(pool *sql.DB) {
	pool.SetMaxOpenConns(2)
	pool.SetMaxIdleConns(2)
	pool.SetConnMaxIdleTime(0)
}

// versionOf asks a database for its version.
func versionOf(database string) (version string, err error) {
	err = harness.Within(func(tb testing.TB) error {
		tb.Helper()
		return testdb.Open(tb, database).Raw(wordsOf[database].version).Scan(&version).Error
	})
	return version, err
}

// properName is what people call a database.
var properName = map[string]string{"postgres": "PostgreSQL", "sqlite": "SQLite"}

func unknown(database string) error {
	return fmt.Errorf("there is no %s here, there are postgres and sqlite", database)
}

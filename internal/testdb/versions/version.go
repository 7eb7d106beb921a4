package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

const (
	// mysqlName is MySQL itself, whose server no package registry has: a database has to be named.
	mysqlName = "mysql"
	mysqlEnv  = "SOFTDELETE_TEST_MYSQL_DSN"

	mariadbEnv = "SOFTDELETE_TEST_MARIADB_DSN"

	sqlitePrefix = "sqlite-"
)

// promised are the versions that docs/databases.md has.
func promised() []string {
	return []string{
		"sqlite-glebarez", "sqlite-ncruces", "sqlite-cgo",
		"postgres-13", "postgres-14", "postgres-15", "postgres-16", "postgres-17", "postgres-18",
		"mariadb", mysqlName, "tidb",
	}
}

// prepare gets what a version needs. It returns the settings by which tests run on it, and what go test is told.
func (o *options) prepare(name string, r *result) (settings, flags []string, err error) {
	driver, isSQLite := strings.CutPrefix(name, sqlitePrefix)
	switch {
	case isSQLite:
		if settings, err = testdb.Ready("sqlite"); driver == cgoDriver {
			if !hasCompiler() {
				return nil, nil, fmt.Errorf("no C compiler found, which that driver needs: %w", testdb.ErrNoServer)
			}
			settings = append(settings, "CGO_ENABLED=1")
		}
	case name == mysqlName:
		dsn := os.Getenv(mysqlEnv)
		if dsn == "" {
			return nil, nil, fmt.Errorf("no MySQL found: %w: set %s to a database of one", testdb.ErrNoServer, mysqlEnv)
		}
		settings, err = testdb.Ready("mariadb")
		settings = append(settings, mariadbEnv+"="+dsn)
	default:
		settings, err = testdb.Ready(name)
	}
	if err != nil {
		return nil, nil, err
	}
	flags, err = o.modfile(name, driver, r)
	return settings, flags, err
}

// hasCompiler tells if there is a C compiler, by the names that go knows.
func hasCompiler() bool {
	return slices.ContainsFunc([]string{os.Getenv("CC"), "gcc", "cc", "clang"}, func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	})
}

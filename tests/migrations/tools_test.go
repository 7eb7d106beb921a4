package migrations_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang-migrate/migrate/v4"
	migratedb "github.com/golang-migrate/migrate/v4/database"
	migratemysql "github.com/golang-migrate/migrate/v4/database/mysql"
	migratepgx "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	migratesqlite "github.com/golang-migrate/migrate/v4/database/sqlite3"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/migrations/files"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// tool takes a database forth and back by a list of statements.
type tool struct {
	name     string
	up, down func(t *testing.T, db *gorm.DB, list []softdelete.Statement)
}

func tools() []func(t *testing.T) tool {
	return []func(t *testing.T) tool{plainSQL, gooseFiles, golangMigrate}
}

func plainSQL(*testing.T) tool {
	run := func(t *testing.T, db *gorm.DB, list []softdelete.Statement, of func(softdelete.Statement) string) {
		t.Helper()
		for _, s := range list {
			if text := of(s); text != "" {
				require.NoError(t, db.Exec(text).Error, text)
			}
		}
	}
	return tool{
		name: "plain SQL",
		up: func(t *testing.T, db *gorm.DB, list []softdelete.Statement) {
			t.Helper()
			var script bytes.Buffer
			require.NoError(t, files.Plain(&script, list))
			for _, s := range list {
				require.Contains(t, script.String(), s.Up+";\n")
			}
			run(t, db, list, func(s softdelete.Statement) string { return s.Up })
		},
		down: func(t *testing.T, db *gorm.DB, list []softdelete.Statement) {
			t.Helper()
			for i := range list {
				run(t, db, list[len(list)-1-i:len(list)-i], func(s softdelete.Statement) string { return s.Down })
			}
		},
	}
}

func pool(t *testing.T, db *gorm.DB) *sql.DB {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	return pool
}

func gooseFiles(t *testing.T) tool {
	t.Helper()
	dir := t.TempDir()
	provider := func(t *testing.T, db *gorm.DB) *goose.Provider {
		t.Helper()
		p, err := goose.NewProvider(map[string]goose.Dialect{
			"postgres": goose.DialectPostgres, "mysql": goose.DialectMySQL, "sqlite": goose.DialectSQLite3,
		}[db.Name()], pool(t, db), os.DirFS(dir))
		require.NoError(t, err)
		return p
	}
	return tool{
		name: "goose",
		up: func(t *testing.T, db *gorm.DB, list []softdelete.Statement) {
			t.Helper()
			var text bytes.Buffer
			require.NoError(t, files.Goose(&text, list))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "00001_softdelete.sql"), text.Bytes(), 0o600))
			_, err := provider(t, db).Up(context.Background())
			require.NoError(t, err, text.String())
		},
		down: func(t *testing.T, db *gorm.DB, _ []softdelete.Statement) {
			t.Helper()
			_, err := provider(t, db).Down(context.Background())
			require.NoError(t, err)
		},
	}
}

func golangMigrate(t *testing.T) tool {
	t.Helper()
	dir := t.TempDir()
	run := func(t *testing.T, db *gorm.DB, step func(*migrate.Migrate) error) {
		t.Helper()
		var (
			driver migratedb.Driver
			err    error
		)
		switch db.Name() {
		case "postgres":
			driver, err = migratepgx.WithInstance(pool(t, db), &migratepgx.Config{})
		case "mysql":
			driver, err = migratemysql.WithInstance(pool(t, db), &migratemysql.Config{})
		default:
			driver, err = migratesqlite.WithInstance(pool(t, db), &migratesqlite.Config{})
		}
		require.NoError(t, err)
		source, err := iofs.New(os.DirFS(dir), ".")
		require.NoError(t, err)
		m, err := migrate.NewWithInstance("iofs", source, db.Name(), driver)
		require.NoError(t, err)
		require.NoError(t, step(m))
	}
	return tool{
		name: "golang-migrate",
		up: func(t *testing.T, db *gorm.DB, list []softdelete.Statement) {
			t.Helper()
			_, err := files.GolangMigrate(dir, 1, "softdelete", list)
			require.NoError(t, err)
			run(t, db, func(m *migrate.Migrate) error { return m.Up() })
		},
		down: func(t *testing.T, db *gorm.DB, _ []softdelete.Statement) {
			t.Helper()
			run(t, db, func(m *migrate.Migrate) error {
				err := m.Down()
				if errors.Is(err, migrate.ErrNoChange) {
					return nil
				}
				return err
			})
		},
	}
}

// catalogue is what the database has, but for what the tools keep there.
func catalogue(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	var list []string
	for _, line := range tables.Catalogue(t, db) {
		if !strings.Contains(line, "goose_db_version") && !strings.Contains(line, "schema_migrations") && !strings.Contains(line, "version_unique") {
			list = append(list, line)
		}
	}
	return list
}

// manyStatements opens a database on which MySQL's driver takes several statements at a time, as golang-migrate wants it.
func manyStatements(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	if db.Name() == "mysql" {
		return severalAtOnce(t, db)
	}
	return db
}

// TestDDLByTools says that GORM's schema with what a tool makes of DDL's statements is that of AutoMigrate, and that the
// tool finds the way back.
func TestDDLByTools(t *testing.T) {
	t.Parallel()
	for _, make := range tools() {
		testdb.Each(t, func(t *testing.T, open testdb.Opener) {
			tool := make(t)
			whole := open(t)
			require.NoError(t, whole.Use(softdelete.New(softdelete.Config{Models: models()})))
			require.NoError(t, softdelete.AutoMigrate(whole))
			want := catalogue(t, whole)

			db := manyStatements(t, testdb.OpenerFor(t, databaseOf(whole)))
			require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models()})))
			require.NoError(t, db.AutoMigrate(models()...))
			before := catalogue(t, db)
			list, err := softdelete.DDL(db)
			require.NoError(t, err)
			tool.up(t, db, list)
			require.Equal(t, want, catalogue(t, db), tool.name)
			tool.down(t, db, list)
			require.Equal(t, before, catalogue(t, db), tool.name)
		})
	}
}

// TestPlanByTools says so of a database that is in use: on PostgreSQL its indexes are made beside writers.
func TestPlanByTools(t *testing.T) {
	t.Parallel()
	for _, make := range tools() {
		testdb.Each(t, func(t *testing.T, open testdb.Opener) {
			tool := make(t)
			start := func(db *gorm.DB) *gorm.DB {
				require.NoError(t, db.AutoMigrate(&plainUser{}))
				require.NoError(t, db.Exec("INSERT INTO users (tenant, login, email, team_id) VALUES ('a', 'a', 'a', 1), ('a', 'b', 'b', 1)").Error)
				require.NoError(t, db.Use(softdelete.New()))
				return db
			}
			whole := start(open(t))
			require.NoError(t, softdelete.AutoMigrate(whole, &user{}))
			db := start(manyStatements(t, testdb.OpenerFor(t, databaseOf(whole))))
			before := catalogue(t, db)
			list, err := softdelete.PlanMigration(db, &user{})
			require.NoError(t, err)
			tool.up(t, db, list)
			require.Equal(t, catalogue(t, whole), catalogue(t, db), tool.name)
			tool.down(t, db, list)
			require.Equal(t, before, catalogue(t, db), tool.name)
		})
	}
}

func databaseOf(db *gorm.DB) string {
	if db.Name() == "mysql" {
		return "mariadb"
	}
	return db.Name()
}

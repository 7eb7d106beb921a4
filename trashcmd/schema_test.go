package trashcmd

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestDoctor says what findings are as, and when they are code 1.
func TestDoctor(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.Contains(t, s.run(t, "doctor", "--fail-on", "never").out, "inding")
		require.NoError(t, s.db.Migrator().DropIndex(&Customer{}, "idx_customers_email"))
		for failOn, code := range map[string]int{"error": 1, "warning": 1, "info": 1, "never": 0} {
			require.Equal(t, code, s.run(t, "doctor", "--fail-on", failOn).code, failOn)
		}
		a := s.run(t, "doctor", "--json", "--model", "customers")
		require.Equal(t, exitFound, a.code)
		require.Empty(t, a.err)
		findings := fields(t, document(t, a.out), "findings")["findings"].([]any)
		require.NotEmpty(t, findings)
		f := fields(t, findings[0], "code", "severity", "table", "model", "message", "remedy", "index", "columns", "tag")
		require.Equal(t, softdelete.CodeUniqueMissing, f["code"])
		require.Contains(t, s.run(t, "doctor").out, strings.TrimSpace(f["remedy"].(string)))
		require.Equal(t, exitDone, s.run(t, "doctor", "--model", "orders").code)
	})
}

// TestDoctorsWarnings says that what could be better is no failure, unless it is to be one.
func TestDoctorsWarnings(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, "sqlite"))
	require.Equal(t, "No findings.\n", s.ok(t, "doctor"))
	require.NoError(t, s.db.Exec("CREATE INDEX plain ON customers (deleted_at)").Error)
	require.Contains(t, s.ok(t, "doctor"), "1 finding: 1 info\n")
	for failOn, code := range map[string]int{"error": 0, "warning": 0, "info": 1, "never": 0} {
		require.Equal(t, code, s.run(t, "doctor", "--fail-on", failOn).code, failOn)
	}
}

// TestMigrateWhatWasShown says that the statements that were shown are those that are run, or
// none.
func TestMigrateWhatWasShown(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Migrator().DropIndex(&Customer{}, "idx_customers_email"))
		in := &answering{text: "1\n", s: func() { require.NoError(t, s.db.Migrator().DropTable(&Setting{})) }}
		a := s.askedBy(t, in, "migrate")
		require.Equal(t, exitRefused, a.code, a.out+a.err)
		require.Contains(t, a.err, "the schema has changed since, nothing was done\n  trash migrate\n")
		require.False(t, s.db.Migrator().HasTable(&Setting{}))
		require.False(t, s.db.Migrator().HasIndex(&Customer{}, "idx_customers_email"))
	})
}

// TestMigrate says that the schema is brought to what the models say, and printed for tools.
func TestMigrate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Account{}, &Invoice{}}})))
		s := &shop{db: db}
		o := options{models: []any{&Account{}, &Invoice{}, &Setting{}}}
		run := func(args ...string) answer { return s.runWith(t, o, append([]string{"migrate"}, args...)...) }
		a := run("--print")
		require.Equal(t, exitDone, a.code, a.err)
		require.Contains(t, a.out, "CREATE TABLE")
		require.Contains(t, a.out, "settings")
		require.NotContains(t, run("--print", "--model", "accounts").out, "settings")
		a = run("--print", "--json")
		list := fields(t, document(t, a.out), "statements", "done")["statements"].([]any)
		require.Greater(t, len(list), 3)
		fields(t, list[0], "table", "up", "down", "why", "no_transaction")

		a = run("--format", "goose")
		require.Contains(t, a.out, "-- +goose Up\n")
		require.Contains(t, a.out, "-- +goose Down\n")
		dir := filepath.Join(t.TempDir(), "migrations")
		a = run("--format", "goose", "--dir", dir)
		require.Equal(t, filepath.Join(dir, "00001_softdelete.sql")+"\n", a.out)
		require.Equal(t, filepath.Join(dir, "00002_softdelete.sql")+"\n", run("--format", "goose", "--dir", dir).out, "numbers go on")
		other := filepath.Join(t.TempDir(), "migrations")
		a = run("--format", "golang-migrate", "--dir", other, "--json")
		files := fields(t, document(t, a.out), "statements", "done", "files")["files"].([]any)
		require.Equal(t, filepath.Join(other, "000001_softdelete.up.sql"), files[0])
		require.Equal(t, filepath.Join(other, "000001_softdelete.down.sql"), files[1])
		up, err := os.ReadFile(files[0].(string))
		require.NoError(t, err)
		require.Contains(t, string(up), "CREATE TABLE")
		require.NoError(t, os.WriteFile(filepath.Join(other, "20260101000000_x.up.sql"), nil, 0o600))
		require.Contains(t, run("--format", "golang-migrate", "--dir", other).out, "20260314120000_softdelete.up.sql")
		plain := t.TempDir()
		require.Equal(t, exitDone, run("--print", "--dir", plain).code)
		a = run("--print", "--dir", plain)
		require.Equal(t, exitRefused, a.code, "none is written over")
		require.Contains(t, a.err, "softdelete.sql")

		require.Equal(t, exitRefused, run().code)
		require.False(t, db.Migrator().HasTable("accounts"))
		o.asks, o.in = true, fmt.Sprintln(len(list))
		a = run()
		require.Equal(t, exitDone, a.code, a.out+a.err)
		require.Contains(t, a.out, fmt.Sprintf("Type %d to run %d statements: ", len(list), len(list)))
		require.True(t, db.Migrator().HasTable("accounts"))
		o.asks = false
		require.Contains(t, run().out, "nothing is to be done")
		require.Contains(t, run("--print").out, "-- nothing is to be done")
		a = run("--yes", "--json")
		require.Equal(t, map[string]any{"statements": []any{}, "done": true}, document(t, a.out))
		findings, err := softdelete.Doctor(db)
		require.NoError(t, err)
		require.Empty(t, findings)
	})
}

// TestSchemaHalfDone says what is told where a change of a schema ends in the middle: not that
// nothing was done, and no code that means it.
func TestSchemaHalfDone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		for _, test := range []struct {
			args, sql, look string
			err             error
		}{
			{"migrate --yes", "CREATE TABLE", "trash migrate", gorm.ErrForeignKeyViolated}, // as of a constraint that rows break
			{"guard install --yes", "TRIGGER", "trash doctor", errors.New("disk full")},
			{"guard remove --yes", "DROP TRIGGER", "trash doctor", errors.New("disk full")},
		} {
			switch guards := strings.HasPrefix(test.args, "guard "); {
			case guards && !s.hasGuards(t):
				continue // it is refused, as TestGuard says
			case guards:
				s.ok(t, "guard", "install", "--yes")
			default:
				require.NoError(t, s.db.Migrator().DropTable(&Setting{}))
			}
			if test.args == "guard install --yes" {
				s.ok(t, "guard", "remove", "--yes")
			}
			for _, interrupted := range []bool{true, false} {
				ctx, cancel := context.WithCancel(t.Context())
				require.NoError(t, s.db.Callback().Raw().Before("gorm:raw").Register("test:stop", func(tx *gorm.DB) {
					switch tx.Statement.ConnPool.(type) { // what plans has one of its own, or a copy
					case *sql.DB, *sql.Tx, *sql.Conn:
					default:
						return
					}
					if !strings.Contains(tx.Statement.SQL.String(), test.sql) || strings.Contains(tx.Statement.SQL.String(), "customers") {
						return
					}
					cancel()
					if _ = tx.AddError(test.err); interrupted {
						tx.Error = ctx.Err()
					}
				}))
				o := options{ctx: ctx}
				if !interrupted {
					o.ctx = t.Context()
				}
				a := s.runWith(t, o, strings.Fields(test.args)...)
				require.NoError(t, s.db.Callback().Raw().Remove("test:stop"))
				require.Error(t, ctx.Err(), "%s: it has come to the statement", test.args)
				want := map[bool]int{true: exitFound, false: exitDatabase}[interrupted]
				require.Equal(t, want, a.code, "%s: %s", test.args, a.err)
				require.NotContains(t, a.err, "nothing was done")
				require.Contains(t, a.err, "part of it may be done")
				require.Contains(t, a.err, "\n  "+test.look+"\n")
			}
		}
	})
}

// TestGuard says that guards are made and taken off.
func TestGuard(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		if !s.hasGuards(t) {
			for _, args := range [][]string{{"print"}, {"install", "--yes"}, {"remove", "--yes"}, {"install"}} {
				a := s.run(t, append([]string{"guard"}, args...)...)
				require.Equal(t, exitRefused, a.code)
				require.Contains(t, a.err, "has no triggers")
			}
			return
		}
		require.Contains(t, s.ok(t, "guard", "print", "--model", "orders"), "TRIGGER")
		remove := func() error {
			return s.db.Transaction(func(tx *gorm.DB) error {
				if err := tx.Exec("DELETE FROM invoices WHERE id = 5").Error; err != nil {
					return err
				}
				return context.Canceled
			})
		}
		require.NoError(t, s.db.Create(&Invoice{ID: 5, CustomerID: 1}).Error)
		require.ErrorIs(t, remove(), context.Canceled)
		require.Equal(t, "Guarded: 5 tables.\n", s.ok(t, "guard", "install", "--yes"))
		require.ErrorIs(t, remove(), softdelete.ErrGuarded)
		a := s.runWith(t, options{asks: true, in: "1\n"}, "guard", "remove", "--model", "Invoice")
		require.Equal(t, exitDone, a.code, a.err)
		require.ErrorIs(t, remove(), context.Canceled)
		require.Equal(t, map[string]any{"tables": []any{"invoices"}, "done": true}, document(t, s.ok(t, "guard", "install", "--yes", "--json", "--model", "invoices")))
		require.ErrorIs(t, remove(), softdelete.ErrGuarded)
		s.ok(t, "guard", "remove", "--yes")
	})
}

package command_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// writer is a command that writes: what it is without anything that lets it, and what becomes of the shop with it.
type writer struct {
	args     string
	previews string // the preview whose fingerprint binds it; empty where there is none
	code     int    // with --yes
	rows     int    // rows that are then not as they were
	schema   bool   // it changes the schema, and no row
	guarded  bool   // there are guards before
	triggers bool
}

// writers are all of them.
func writers() map[string]writer {
	return map[string]writer{
		"restore":       {args: "restore orders 13", previews: "preview restore orders 13", rows: 3},
		"undo":          {args: "undo " + shop.Mistake, previews: "preview undo " + shop.Mistake, rows: 16},
		"purge":         {args: "purge customers 3", previews: "preview purge customers 3", rows: 16},
		"empty":         {args: "empty --older-than 30d --except customers,orders", rows: 42},
		"empty, held":   {args: "empty --older-than 30d", code: 1, rows: 63},
		"migrate":       {args: "migrate", schema: true},
		"guard install": {args: "guard install", schema: true, triggers: true},
		"guard remove":  {args: "guard remove", schema: true, triggers: true, guarded: true},
	}
}

// TestWriters runs each command that writes, on each database: without a terminal it does nothing unless it is told to.
func TestWriters(t *testing.T) {
	t.Parallel()
	table := &outcomes{lines: map[string]string{}}
	t.Cleanup(func() { t.Log("\n" + table.String()) })
	for name, w := range writers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				s := newShop(t, open)
				if w.triggers {
					database.Needs(t, database.FlavourOf(s.db).NoTriggers)
				}
				table.add(name, s.db.Name(), w.try(t, s))
			})
		})
	}
}

// try runs one in each way. The last one does it.
func (w writer) try(t *testing.T, s aShop) (cells []string) {
	t.Helper()
	w.prepare(t, s)
	before := w.look(t, s)
	args := strings.Fields(w.args)
	unchanged := func(more ...string) {
		t.Helper()
		r := s.must(t, 2, slices.Concat(args, more)...)
		require.Equal(t, before, w.look(t, s), "%v\n%s", more, r.out)
		cells = append(cells, "2, 0")
	}
	unchanged()
	unchanged("--json")
	if w.previews != "" {
		unchanged("--expect", "0000000000000000")
		unchanged("--expect", "0000000000000000", "--yes")
		args = append(args, "--expect", s.fingerprint(t, strings.Fields(w.previews)...))
	} else {
		cells = append(cells, "", "")
	}
	s.must(t, w.code, append(args, "--yes")...)
	after := w.look(t, s)
	if w.schema {
		require.NotEqual(t, before.schema, after.schema)
	} else {
		require.Equal(t, before.schema, after.schema)
	}
	n := changed(before.rows, after.rows)
	require.Equal(t, w.rows, n)
	if w.schema {
		return append(cells, fmt.Sprintf("%d, the schema", w.code))
	}
	return append(cells, fmt.Sprintf("%d, %d", w.code, n))
}

// prepare makes work for what changes the schema.
func (w writer) prepare(t *testing.T, s aShop) {
	t.Helper()
	if w.guarded {
		require.NoError(t, softdelete.Guard(s.db, shop.Models()...))
	}
	if w.args == "migrate" {
		require.NoError(t, s.db.Migrator().DropIndex(&shop.Customer{}, "idx_customers_email"))
	}
}

// state is all that a command could change.
type state struct {
	rows   map[string][]map[string]any
	schema []string
}

func (w writer) look(t *testing.T, s aShop) state {
	t.Helper()
	now := state{s.everything(t), tables.Catalogue(t, s.db)}
	if w.triggers {
		now.schema = append(now.schema, fmt.Sprint("guarded: ", s.guarded(t)))
	}
	return now
}

// guarded tells if the database refuses to remove a live row.
func (s aShop) guarded(t *testing.T) bool {
	t.Helper()
	tx := s.db.Begin()
	require.NoError(t, tx.Error)
	err := tx.Exec("DELETE FROM vouchers WHERE id = 1").Error
	require.NoError(t, tx.Rollback().Error)
	return err != nil
}

// fingerprint is that of a preview.
func (s aShop) fingerprint(t *testing.T, args ...string) string {
	t.Helper()
	var plan struct{ Fingerprint string }
	s.must(t, 0, append(args, "--json")...).document(t, &plan)
	require.NotEmpty(t, plan.Fingerprint)
	return plan.Fingerprint
}

// outcomes are the table of what came of it.
type outcomes struct {
	mu    sync.Mutex
	lines map[string]string
}

func (o *outcomes) add(command, database string, cells []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines[command+"\n"+database] = fmt.Sprintf("| `%s` | %s | %s |", command, database, strings.Join(cells, " | "))
}

func (o *outcomes) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := "Without a terminal: exit code, rows changed.\n\n" +
		"| command | database | as it is | `--json` | `--expect` another | `--expect` another `--yes` | `--yes`, with the fingerprint if there is one |\n|---|---|---|---|---|---|---|\n"
	for _, key := range slices.Sorted(func(yield func(string) bool) {
		for key := range o.lines {
			if !yield(key) {
				return
			}
		}
	}) {
		text += o.lines[key] + "\n"
	}
	return text
}

// TestExitCodes are those of commands that write nothing, or are refused.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newShop(t, open)
		before := s.everything(t)
		for line, code := range map[string]int{
			"":                                    2,
			"help":                                0,
			"--help":                              0,
			"purge --help":                        0,
			"help purge":                          0,
			"stats":                               0,
			"list":                                0,
			"deletions":                           0,
			"show customers 3":                    0,
			"show customers/3":                    0,
			"show customers 1":                    2, // live
			"show customers 99":                   2,
			"show customers three":                2,
			"show customers":                      2,
			"show nowhere 3":                      2,
			"lisst":                               2,
			"list --no-such-flag":                 2,
			"list --model nowhere":                2,
			"list --limit none":                   2,
			"list --since whenever":               2,
			"list --after nothing":                2,
			"deletions --yes":                     2,
			"empty":                               2, // of no age
			"empty --yes":                         2,
			"empty --older-than 0 --yes":          2,
			"empty --older-than 30 --yes":         2, // of no unit
			"preview restore customers 3":         0,
			"preview restore customers 5":         1,
			"preview purge orders 11":             1,
			"preview undo " + shop.Mistake:        0,
			"preview undo 01234567":               2,
			"preview nothing customers 3":         2,
			"restore customers 5 --yes":           2, // its e-mail is taken
			"restore orders 5 --yes":              2, // its customer is in the trash
			"restore orders 13 customers 5 --yes": 2,
			"restore --yes":                       2,
			"purge orders 11 --yes":               2, // it has an invoice
			"purge orders 1 --yes":                2, // live
			"undo --yes":                          2,
			"undo nothing --yes":                  2,
			"undo 019acc7e-0000-7000-8000-000000000000":       2,
			"undo 019acc7e-0000-7000-8000-000000000000 --yes": 2,
			"migrate --print":            0,
			"guard print":                0,
			"guard":                      2,
			"guard something":            2,
			"migrate --format nothing":   2,
			"list --timeout 0s":          2,
			"list --timeout 1h":          0,
			"stats --show-sql":           0,
			"stats --model Customer":     0,
			"stats --except orders":      0,
			"list --actor ana --limit 1": 0,
		} {
			if strings.HasPrefix(line, "guard print") && database.FlavourOf(s.db).NoTriggers != "" {
				code = 2
			}
			r := s.run(t, strings.Fields(line)...)
			require.Equal(t, code, r.code, "%s\nstdout:\n%s\nstderr:\n%s", line, r.out, r.err)
			if code == 2 {
				require.Empty(t, r.out, line)
				require.NotEmpty(t, r.err, line)
			}
			require.NotContains(t, r.out+r.err, "\x1b", line)
		}
		require.Equal(t, before, s.everything(t))
	})
}

// TestDoctorExits with 1 for findings as bad as it is told, on each database what that finds.
func TestDoctorExits(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newShop(t, open)
		worst := func() string {
			findings, err := softdelete.Doctor(s.db, shop.Models()...)
			require.NoError(t, err)
			for _, severity := range []string{softdelete.SeverityError, softdelete.SeverityWarning, softdelete.SeverityInfo} {
				if slices.ContainsFunc(findings, func(f softdelete.Finding) bool { return f.Severity == severity }) {
					return severity
				}
			}
			return ""
		}
		seen := map[string]bool{}
		look := func() {
			now := worst()
			seen[now] = true
			for _, failOn := range []string{"", "error", "warning", "info", "never"} {
				code := 0
				switch {
				case now == softdelete.SeverityError && failOn != "never", now == softdelete.SeverityWarning && (failOn == "" || failOn == "warning" || failOn == "info"),
					now == softdelete.SeverityInfo && failOn == "info":
					code = 1
				}
				args := []string{"doctor"}
				if failOn != "" {
					args = append(args, "--fail-on", failOn)
				}
				s.must(t, code, args...)
			}
		}
		look()
		require.NoError(t, s.db.Migrator().DropIndex(&shop.Customer{}, "idx_customers_email"))
		require.NoError(t, s.db.Exec("CREATE UNIQUE INDEX idx_customers_email ON customers (email, id)").Error)
		look()
		require.NoError(t, s.db.Migrator().DropIndex(&shop.Voucher{}, "idx_vouchers_code"))
		require.NoError(t, s.db.Exec("CREATE UNIQUE INDEX idx_vouchers_code ON vouchers (code)").Error)
		look()
		require.True(t, seen[softdelete.SeverityError], "%v", seen)
		require.NotEmpty(t, s.everything(t))
	})
}

// TestDatabaseFails are commands that reach no database, or one that is not as they need it.
func TestDatabaseFails(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newShop(t, open)
		nowhere := map[string]string{
			"sqlite":   filepath.Join(t.TempDir(), "no", "such", "shop.db"),
			"postgres": "host=127.0.0.1 port=1 user=nobody dbname=none sslmode=disable",
			"mysql":    "nobody@tcp(127.0.0.1:1)/none",
		}[s.db.Name()]
		away := program{os.Args[0], []string{placeEnv + "=" + s.db.Name() + "\n" + nowhere}}
		writes := []string{"restore orders 13 --yes", "undo " + shop.Mistake + " --yes", "purge customers 3 --yes", "empty --older-than 1d --yes"}
		reads := []string{"stats", "list", "deletions", "show customers 3", "preview restore customers 3", "preview empty --older-than 1d", "doctor", "migrate"}
		for _, line := range slices.Concat(reads, writes) {
			r := away.must(t, 3, append(strings.Fields(line), "--json")...)
			require.Empty(t, r.out, line)
			require.NotEmpty(t, r.err, line)
		}

		// A table that is gone, in the midst of it: all or nothing.
		require.NoError(t, s.db.Exec("DROP TABLE "+s.db.Statement.Quote("lines")).Error)
		before := tables.Stored(t, s.db, "orders", "id")
		for _, line := range writes[:3] {
			s.must(t, 3, strings.Fields(line)...)
			require.Equal(t, before, tables.Stored(t, s.db, "orders", "id"), line)
		}
	})
}

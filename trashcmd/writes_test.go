package trashcmd

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// picture is all that is in the database.
func (s *shop) picture(t *testing.T) string {
	t.Helper()
	picture := map[string]any{}
	for table, key := range map[string]string{"customers": "id", "orders": "id", "lines": "order_id, sku", "invoices": "id", "accounts": "login"} {
		rows := []map[string]any{}
		require.NoError(t, s.db.Raw("SELECT * FROM ? ORDER BY "+key, clause.Table{Name: table}).Scan(&rows).Error)
		picture[table] = rows
	}
	list, err := softdelete.PlanMigration(s.db, shopModels...)
	require.NoError(t, err)
	picture["schema"] = list
	text, err := json.MarshalIndent(picture, "", " ")
	require.NoError(t, err)
	return string(text)
}

func (s *shop) count(t *testing.T, table string, trashed bool) (n int) {
	t.Helper()
	where := "deleted_at IS NULL"
	if trashed {
		where = "deleted_at IS NOT NULL"
	}
	require.NoError(t, s.db.Raw("SELECT count(*) FROM ? WHERE "+where, clause.Table{Name: table}).Scan(&n).Error)
	return n
}

// TestDryByDefault says of each command that writes that it does not, unless it is told to: it
// says what it would do, what to type, and that is code 2.
func TestDryByDefault(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		id := s.night(t)
		require.NoError(t, s.db.Migrator().DropIndex(&Customer{}, "idx_customers_email"))
		before := s.picture(t)
		for _, test := range []struct{ args, says, next string }{
			{"restore customers 1", "Restoring customers 1 would make 7 rows live again, of 3 tables:", "trash restore customers 1 --yes --expect "},
			{"restore orders 10 --root-only --reason x", "Restoring orders 10 would make 1 row live again:", "trash restore orders 10 --root-only --reason x --yes --expect "},
			{"restore lines/10,tea --with-parents", "would make 3 rows live again", "trash restore lines/10,tea --with-parents --yes --expect "},
			{"undo " + id, "would make 7 rows live again", "trash undo " + id + " --yes --expect "},
			{"purge orders 20 20", "Purging orders 20 would remove 3 rows for good", "trash purge orders 20 20 --yes --expect "},
			{"purge customers 1", "would remove 7 rows for good", "trash purge customers 1 --yes --expect "},
			{"empty --older-than 1d", "would remove 5 rows for good, trashed before 2026-03-13 13:00", "trash empty --older-than 1d --yes"},
			{"empty --older-than 1d --model lines", "would remove 3 rows for good", "trash empty --older-than 1d --model lines --yes"},
			{"empty --older-than 300d", "Nothing is to be removed", "trash empty --older-than 300d --yes"},
			{"migrate", "idx_customers_email", "trash migrate --yes"},
			{"guard install", "It would make the guards of 5 tables", "trash guard install --yes"},
			{"guard remove --model orders", "It would take the guards off of 1 table", "trash guard remove --model orders --yes"},
		} {
			a := s.run(t, strings.Fields(test.args)...)
			require.Equal(t, exitRefused, a.code, test.args)
			require.Contains(t, a.out, test.says)
			require.Contains(t, a.err, "nothing was done: nobody is there to ask, so say --yes\n  "+test.next)
			a = s.run(t, append(strings.Fields(test.args), "--json")...)
			require.Equal(t, exitRefused, a.code, test.args)
			document(t, a.out)
			require.Contains(t, a.err, "nothing was done")
			for _, answer := range []string{"", "\n", "n\n", "yes\n", "y\n", "99\n", "-1\n", "0\n"} {
				a = s.runWith(t, options{asks: true, in: answer}, strings.Fields(test.args)...)
				if strings.Contains(a.out, "Nothing is to be removed") {
					require.Equal(t, exitDone, a.code)
					continue
				}
				require.Equal(t, exitRefused, a.code, test.args)
				require.Contains(t, a.out, "Type ")
				require.Equal(t, "trash: nothing was done\n", a.err)
			}
			a = s.runWith(t, options{asks: true, in: "7\n"}, append(strings.Fields(test.args), "--json")...)
			require.Equal(t, exitRefused, a.code, "under --json nobody is asked")
			require.Equal(t, before, s.picture(t), test.args)
		}
		for _, args := range []string{"preview restore customers 1", "preview purge customers 1", "preview undo " + id, "preview empty --older-than 1d", "migrate --print", "guard print", "show customers 1"} {
			require.NotEmpty(t, s.ok(t, strings.Fields(args)...))
		}
		require.Equal(t, exitFound, s.run(t, "doctor").code)
		require.Equal(t, before, s.picture(t))
	})
}

// TestWrites says that --yes, and the number that a person types, do what was shown.
func TestWrites(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		for _, test := range []struct {
			args      string // %s is the operation
			rows      map[string]any
			says      string
			customers int // that live then
		}{
			{"restore customers 1", map[string]any{"customers": 1.0, "orders": 2.0, "lines": 4.0}, "Restored 7 rows: lines 4, orders 2, customers 1.", 3},
			{"undo %s", map[string]any{"customers": 1.0, "orders": 2.0, "lines": 4.0}, "Undone 7 rows: lines 4, orders 2, customers 1.", 3},
			{"restore orders 10 --root-only", map[string]any{"orders": 1.0}, "Restored 1 row: orders 1.", 2},
			{"restore orders 10 --with-parents", map[string]any{"orders": 1.0, "customers": 1.0, "lines": 2.0}, "Restored 4 rows: lines 2, customers 1, orders 1.", 3},
			{"restore orders/10 customers/1 lines/20,tea --with-parents", map[string]any{"orders": 3.0, "customers": 1.0, "lines": 5.0}, "", 3},
			{"purge customers 1", map[string]any{"customers": 1.0, "orders": 2.0, "lines": 4.0}, "Removed for good 7 rows: lines 4, orders 2, customers 1.", 2},
			{"purge orders 20 10", map[string]any{"orders": 2.0, "lines": 4.0}, "Removed for good 6 rows: lines 4, orders 2.", 2},
			{"empty --older-than 2d", map[string]any{"orders": 1.0, "lines": 2.0, "invoices": 1.0}, "Removed for good 4 rows: lines 2, invoices 1, orders 1.", 2},
		} {
			t.Run(test.args, func(t *testing.T) {
				for _, how := range []string{"--yes", "--json", "--expect", "typed"} {
					s.clear(t)
					s.fill(t)
					id := s.night(t)
					args := strings.Fields(strings.ReplaceAll(test.args, "%s", id))
					if test.says == "" && how != "--json" {
						continue
					}
					var a answer
					switch how {
					case "typed":
						total := 0.0
						for _, n := range test.rows {
							total += n.(float64)
						}
						a = s.runWith(t, options{asks: true, in: fmt.Sprintf("%.0f\n", total)}, args...)
						require.Contains(t, a.out, fmt.Sprintf("Type %.0f to ", total))
					case "--expect":
						if args[0] == "empty" {
							continue
						}
						plan := document(t, s.run(t, append([]string{"preview"}, append(args, "--json")...)...).out)
						require.Equal(t, test.rows, plan["rows"])
						a = s.run(t, append(args, "--yes", "--expect", plan["fingerprint"].(string))...)
					default:
						a = s.run(t, append(args, "--yes", how)...)
					}
					require.Equal(t, exitDone, a.code, "%s %s", a.out, a.err)
					require.Empty(t, a.err)
					if how == "--json" {
						done := fields(t, document(t, a.out), "rows", "failed")
						require.Equal(t, test.rows, done["rows"])
						require.Equal(t, []any{}, done["failed"])
					} else {
						require.True(t, strings.HasSuffix(a.out, test.says+"\n"), a.out)
					}
					require.Equal(t, test.customers, s.count(t, "customers", false))
				}
			})
		}
	})
}

// TestPlanChanged says that what was confirmed is what happens, or nothing.
func TestPlanChanged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		for _, test := range []string{"restore customers 1", "undo %s", "purge customers 1"} {
			s.clear(t)
			s.fill(t)
			id := s.night(t)
			args := strings.Fields(strings.ReplaceAll(test, "%s", id))
			fingerprint := document(t, s.ok(t, append([]string{"preview"}, append(args, "--json")...)...))["fingerprint"].(string)
			require.Len(t, fingerprint, 26)
			require.Equal(t, fingerprint, document(t, s.run(t, append(args, "--json")...).out)["fingerprint"])

			// Somebody else takes a line away.
			require.NoError(t, softdelete.Purge(s.db, &Line{OrderID: 10, SKU: "tea"}).Error)
			before := s.picture(t)
			for _, how := range [][]string{{"--yes"}, {}, {"--json", "--yes"}} {
				a := s.run(t, append(append(args, "--expect", fingerprint), how...)...)
				require.Equal(t, exitRefused, a.code)
				require.Contains(t, a.err, "the plan has changed")
				require.Contains(t, a.err, "trash preview "+strings.Join(args, " "))
				require.Equal(t, before, s.picture(t))
			}
			// Or while the question is on the screen.
			in := &answering{s: func() {
				require.NoError(t, softdelete.Purge(s.db, &Line{OrderID: 10, SKU: "cup,red"}).Error)
				before = s.picture(t)
			}, text: "6\n"}
			a := s.askedBy(t, in, args...)
			require.Equal(t, exitRefused, a.code, a.out+a.err)
			require.Contains(t, a.err, "the plan has changed")
			require.Equal(t, before, s.picture(t))

			fingerprint = document(t, s.ok(t, append([]string{"preview"}, append(args, "--json")...)...))["fingerprint"].(string)
			s.ok(t, append(args, "--yes", "--expect", fingerprint)...)
			for _, nonsense := range []string{"x", "", fingerprint} {
				a := s.run(t, append(args, "--yes", "--expect", nonsense)...)
				require.Equal(t, exitRefused, a.code, nonsense)
			}
		}
	})
}

// answering is a reader that does something before somebody answers.
type answering struct {
	s    func()
	text string
}

func (a *answering) Read(b []byte) (int, error) {
	a.s()
	return copy(b, a.text), nil
}

func (s *shop) askedBy(t *testing.T, in *answering, args ...string) answer {
	t.Helper()
	return s.runWith(t, options{asks: true, reader: in}, args...)
}

// TestForbidden says what forbids an operation, with what to do: preview is code 1, the
// operation 2, and nothing is done.
func TestForbidden(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		s.at = noon
		require.NoError(t, s.db.Create(&Customer{ID: 8, Email: "ana@example.com"}).Error) // what customer 1 had
		require.NoError(t, s.db.Create(&Invoice{ID: 70, CustomerID: 1}).Error)            // live, of customer 1
		s.trash(t, time.Minute, "ana", "", &Customer{ID: 2})                              // order 21 with it, without a line
		require.NoError(t, s.db.Create(&Line{OrderID: 11, SKU: "new"}).Error)             // live, of a trashed order
		before := s.picture(t)
		for _, test := range []struct{ op, args, says, next string }{
			{"restore", "customers 1", "A live row has a value that Customer has only once", "trash preview restore customers 1"},
			{"restore", "orders 21", "Its Customer is in the trash, too.", "trash preview restore orders 21 --with-parents"},
			{"restore", "lines 10,tea", "Its Order is in the trash, too.", "trash preview restore lines 10,tea --with-parents"},
			{"purge", "customers 1", "A live row hangs on it by ", "trash preview purge customers 1"},
			{"purge", "orders 11", "A live row hangs on it by Order.Lines. Delete it first.", "trash preview purge orders 11"},
		} {
			words := strings.Fields(test.op + " " + test.args)
			a := s.run(t, append([]string{"preview"}, words...)...)
			require.Equal(t, exitFound, a.code, words)
			require.Empty(t, a.err)
			require.Contains(t, flat(a.out), test.says, words)
			require.Contains(t, a.out, "\n  "+test.next+"\n")
			require.NotContains(t, a.out, "--yes")
			a = s.run(t, append([]string{"preview", "--json"}, words...)...)
			require.Equal(t, exitFound, a.code)
			plan := fields(t, document(t, a.out), planFields...)
			require.NotEmpty(t, append(append(plan["restricted"].([]any), plan["conflicts"].([]any)...), plan["trashed_parents"].([]any)...))
			for _, r := range plan["restricted"].([]any) {
				fields(t, r, "model", "relation", "count")
			}
			for _, c := range plan["conflicts"].([]any) {
				fields(t, c, "model", "constraint")
			}
			for _, how := range []options{{}, {asks: true, in: "7\n"}} {
				a = s.runWith(t, how, words...)
				require.Equal(t, exitRefused, a.code, words)
				require.Contains(t, a.err, test.op+" is forbidden, nothing was done")
				require.Contains(t, a.err, test.says)
				require.NotContains(t, a.out, "Type ")
			}
			a = s.run(t, append(words, "--yes")...)
			require.Equal(t, exitRefused, a.code, words)
			require.Empty(t, a.out)
			require.Contains(t, strings.ToLower(a.err), "nothing was done", words)
			require.Contains(t, a.err, "\n  trash ", words)
			require.Equal(t, before, s.picture(t), words)
		}
		a := s.run(t, "restore", "orders", "21", "--yes")
		require.Contains(t, a.err, "trash restore orders 21 --with-parents\n")
		require.Contains(t, a.err, "trash restore orders 21 --root-only\n")
	})
}

// TestForeignKey says that a purge is refused, not failed, where a foreign key holds the row of
// which no model tells.
func TestForeignKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		require.NoError(t, s.db.Create(&Invoice{ID: 8, CustomerID: 1}).Error)
		s.trash(t, time.Minute, "", "", &Invoice{ID: 8})
		before := s.picture(t)
		a := s.run(t, "purge", "customers", "1", "--yes")
		require.Equal(t, exitRefused, a.code, a.err)
		require.Contains(t, a.err, "the database refuses it, nothing was done")
		require.Contains(t, a.err, "trash preview purge customers 1")
		require.Equal(t, before, s.picture(t))
	})
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestGoneSince says what is told of a row that somebody else has taken meanwhile.
func TestGoneSince(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		id := s.night(t)
		for _, args := range []string{"restore lines 21,cup%2Cred", "purge lines 20,cup%2Cred", "undo " + id} {
			words := strings.Fields(args)
			in := &answering{text: "1\n", s: func() { s.ok(t, append(words, "--yes")...) }}
			if words[0] == "undo" {
				in.text = "7\n"
			}
			a := s.askedBy(t, in, words...)
			require.Equal(t, exitRefused, a.code, args+a.out+a.err)
			require.Regexp(t, "plan has changed|not in the trash any more|no row is in the trash", a.err)
		}
	})
}

// TestActor says who does it: the operating system's user, unless another is named.
func TestActor(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		var events []string
		observe := func(_ context.Context, _ *gorm.DB, e softdelete.Event) error {
			events = append(events, fmt.Sprint(e.Operation, " ", e.Table, " ", e.Actor, " ", e.Reason))
			return nil
		}
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Account{}}, Observers: []softdelete.Observer{observe}})))
		require.NoError(t, softdelete.AutoMigrate(db, &Account{}))
		for _, login := range []string{"a", "b", "c"} {
			require.NoError(t, db.Create(&Account{Login: login}).Error)
			require.NoError(t, db.Delete(&Account{Login: login}).Error)
		}
		s := &shop{db: db}
		o := options{models: []any{&Account{}}}
		events = nil
		require.Equal(t, exitDone, s.runWith(t, o, "restore", "accounts", "a", "--yes").code)
		require.Equal(t, exitDone, s.runWith(t, o, "purge", "accounts", "b", "--yes", "--actor", "ana", "--reason", "ticket 7").code)
		require.Equal(t, exitDone, s.runWith(t, o, "empty", "--older-than", "1ns", "--yes", "--actor", "cron", "--reason", "nightly").code)
		require.NotEmpty(t, systemUser())
		require.Equal(t, []string{"restore accounts " + systemUser() + " ", "purge accounts ana ticket 7", "purge accounts cron nightly"}, events)
	})
}

// TestKeysOfTwoReadings says that where a text may be two rows neither is taken.
func TestKeysOfTwoReadings(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		logins := []string{"a/b", "a%2Fb", "-5", "a,b", ".", "100%", "日本 語", "x'y", "7"}
		for _, login := range logins {
			require.NoError(t, s.db.Create(&Account{Login: login}).Error)
			s.trash(t, time.Hour, "ana", "", &Account{Login: login})
		}
		a := s.run(t, "show", "accounts", "a%2Fb")
		require.Equal(t, exitRefused, a.code)
		require.Contains(t, a.err, "a%2Fb may be two rows of accounts")
		require.Contains(t, a.err, "trash show accounts a%252Fb")
		for word, want := range map[string]string{
			"a/b": "a/b", "a%252Fb": "a%2Fb", "-5": "-5", "a,b": "a,b", "a%2Cb": "a,b", ".": ".", "%252E": ".", "100%": "100%", "100%25": "100%", "日本 語": "日本 語", "x'y": "x'y", "%37": "7",
		} {
			item := document(t, s.ok(t, "show", "accounts", word, "--json"))["item"].(map[string]any)
			require.Equal(t, []any{want}, item["key"], word)
		}
		// What is listed can be given back.
		for line := range strings.Lines(s.ok(t, "list", "--model", "accounts")) {
			if key := strings.TrimSpace(line[len("TABLE     "):]); !strings.HasPrefix(line, "TABLE") {
				key = regexp.MustCompile(`  .*`).ReplaceAllString(key, "")
				s.ok(t, "restore", "accounts", key, "--yes")
			}
		}
		require.Zero(t, s.count(t, "accounts", true))
	})
}

// TestEmpty says that an empty goes on after a model that fails, and reports it.
func TestEmpty(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		require.NoError(t, s.db.Create(&Line{OrderID: 11, SKU: "new"}).Error) // holds order 11, and so customer 1
		for _, args := range [][]string{{"preview", "empty", "--older-than", "1m", "--json"}, {"empty", "--older-than", "1m", "--json", "--yes"}} {
			a := s.run(t, args...)
			require.Equal(t, exitFound, a.code, args)
			require.Empty(t, a.err)
			doc := document(t, a.out)
			failed := doc["failed"].([]any)
			require.NotEmpty(t, failed)
			tables := map[string]bool{}
			for _, row := range failed {
				f := fields(t, row, "table", "model", "key", "error")
				tables[f["table"].(string)] = true
				require.NotEmpty(t, f["error"])
			}
			require.Equal(t, map[string]bool{"orders": true, "customers": true}, tables)
		}
		a := s.run(t, "empty", "--older-than", "1m", "--yes")
		require.Equal(t, exitFound, a.code)
		require.Contains(t, a.out, "These stay:")
		require.Regexp(t, `(?m)^orders +11 +.*live`, a.out)
		require.Equal(t, 1, s.count(t, "customers", true))
		require.Zero(t, s.count(t, "accounts", true))

		// A model of which the table is away.
		s.clear(t)
		s.fill(t)
		s.night(t)
		require.NoError(t, s.db.Migrator().DropTable("accounts"))
		for _, args := range [][]string{{"preview", "empty", "--older-than", "1m", "--json"}, {"empty", "--older-than", "1m", "--json", "--yes"}} {
			a = s.run(t, args...)
			require.Equal(t, exitFound, a.code, args)
			doc := document(t, a.out)
			require.Equal(t, map[string]any{"customers": 1.0, "orders": 3.0, "lines": 7.0, "invoices": 1.0}, doc["rows"], args)
			require.Len(t, doc["failed"], 1)
			f := doc["failed"].([]any)[0].(map[string]any)
			require.Equal(t, "accounts", f["table"])
			require.Equal(t, []any{}, f["key"], "all of it")
		}
		require.Zero(t, s.count(t, "orders", true))
	})
}

// TestEmptyByParts says how an empty ends early, and how it goes on.
func TestEmptyByParts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		a := s.run(t, "empty", "--older-than", "1m", "--yes", "--max-rows", "4", "--batch-size", "3")
		require.Equal(t, exitDone, a.code)
		require.Contains(t, a.out, "Removed for good 4 rows")
		require.Contains(t, a.out, "That is as much as --max-rows lets go. To go on:\n  trash empty --older-than 1m --max-rows 4 --batch-size 3 --yes\n")
		left := s.count(t, "lines", true) + s.count(t, "orders", true) + s.count(t, "customers", true) + s.count(t, "invoices", true) + s.count(t, "accounts", true)
		require.Equal(t, 13-4, left)

		ctx, cancel := context.WithCancel(t.Context())
		batches := 0
		require.NoError(t, s.db.Callback().Raw().Before("gorm:raw").Register("test:count", func(tx *gorm.DB) {}))
		require.NoError(t, s.db.Callback().Delete().Before("gorm:delete").Register("test:count", func(tx *gorm.DB) {
			if batches++; batches == 2 {
				cancel()
			}
		}))
		a = s.runWith(t, options{ctx: ctx}, "empty", "--older-than", "1m", "--yes", "--batch-size", "1", "--json")
		if batches < 2 { // some databases remove batches by statements of their own
			cancel()
			a = s.runWith(t, options{ctx: ctx}, "empty", "--older-than", "1m", "--yes", "--batch-size", "1", "--json")
		}
		require.Equal(t, exitFound, a.code, a.err)
		fields(t, document(t, a.out), "rows", "failed")
		require.Contains(t, a.err, "interrupted")
		require.Contains(t, a.err, "trash empty --older-than 1m --batch-size 1 --yes\n")
		require.NoError(t, s.db.Callback().Delete().Remove("test:count"))
		require.NoError(t, s.db.Callback().Raw().Remove("test:count"))
		s.ok(t, "empty", "--older-than", "1m", "--yes")
		require.Zero(t, s.count(t, "customers", true))
	})
}

// TestEmptyHoldsTheMoment says that what is trashed while the question is on the screen is not
// removed, though it is old enough when that is answered.
func TestEmptyHoldsTheMoment(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.trash(t, 2*time.Hour, "ana", "", &Line{}, "order_id = ?", 10)
	s.at = noon
	now := noon
	in := &answering{text: "2\n", s: func() {
		s.trash(t, 59*time.Minute, "ana", "", &Line{}, "order_id = ?", 11)
		now = noon.Add(10 * time.Minute)
		s.at = now
	}}
	a := s.runWith(t, options{asks: true, reader: in, now: func() time.Time { return now }}, "empty", "--older-than", "1h")
	require.Equal(t, exitDone, a.code, a.out+a.err)
	require.Contains(t, a.out, "Removed for good 2 rows")
	require.Equal(t, 2, s.count(t, "lines", true))
	require.Contains(t, s.ok(t, "empty", "--older-than", "1h", "--yes"), "Removed for good 2 rows")
}

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

// TestGuard says that guards are made and taken off.
func TestGuard(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
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

package trashcmd

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

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

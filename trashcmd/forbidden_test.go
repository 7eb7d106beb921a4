package trashcmd

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

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
		a := s.run(t, "preview", "restore", "customers", "1")
		require.Contains(t, flat(a.out), ": customers 8 has that of 1. Change or delete that one first.")
		s.trash(t, time.Minute, "ana", "", &Customer{ID: 8})
		a = s.run(t, "preview", "restore", "customers", "1", "8")
		require.Contains(t, flat(a.out), "Two rows that would come back have a value that Customer has only once")
		require.Contains(t, flat(a.out), ": customers 8 has that of 1. Restore one of them.")
		a = s.run(t, "restore", "orders", "21", "--yes")
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

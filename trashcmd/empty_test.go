package trashcmd

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

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

		for _, args := range [][]string{{"preview", "empty", "--older-than", "1m"}, {"empty", "--older-than", "1m"}} {
			a = s.runWith(t, options{asks: true}, args...)
			require.Contains(t, a.out, "Nothing is to be removed")
			require.Contains(t, a.out, "These stay:")
			require.Equal(t, exitFound, a.code, "%s: there is nothing to agree to, but rows stay", args)
		}

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

// TestEmptyOfWhatIsKeptLonger says that a model's own word of how long its trash is kept stands in the preview of an empty by age.
func TestEmptyOfWhatIsKeptLonger(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		const warning = "! Account says that its trash is kept for 30d. To leave it as it is, add"
		require.Contains(t, s.ok(t, "preview", "empty", "--older-than", "1m"), warning)
		require.Contains(t, s.run(t, "empty", "--older-than", "1m").out, warning)
		require.NotContains(t, s.ok(t, "preview", "empty", "--older-than", "1m", "--except", "accounts"), warning)
		require.NotContains(t, s.ok(t, "preview", "empty", "--older-than", "31d"), warning)
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
		// The bar is drawn after the first batch.
		a = s.runWith(t, options{ctx: ctx, bar: func(string) { cancel() }}, "empty", "--older-than", "1m", "--yes", "--batch-size", "1", "--json")
		require.Equal(t, exitFound, a.code, a.err)
		removed := 0.0
		for _, n := range fields(t, document(t, a.out), "rows", "failed")["rows"].(map[string]any) {
			removed += n.(float64)
		}
		require.Positive(t, removed)
		require.Less(t, removed, float64(left))
		require.Regexp(t, "^\r\x1b\\[K[a-z]+ [█░]+ +[0-9]+ %  [0-9]+ of [0-9]+", a.err)
		require.Contains(t, a.err, "\r\x1b[Ktrash: interrupted", "the bar is taken off")
		require.Contains(t, a.err, "trash empty --older-than 1m --batch-size 1 --yes\n")
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

// TestEmptyWhatWasShown says that no more goes than was on the screen, though a row that was
// held may go when the question is answered; and that less is no reason to stop.
func TestEmptyWhatWasShown(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		require.NoError(t, s.db.Create(&Line{OrderID: 11, SKU: "new"}).Error) // holds order 11, and so customer 1
		before := ""
		in := &answering{text: "11\n", s: func() {
			s.trash(t, time.Second, "ana", "", &Line{OrderID: 11, SKU: "new"})
			before = s.picture(t)
		}}
		a := s.askedBy(t, in, "empty", "--older-than", "1m")
		require.Contains(t, a.out, "would remove 11 rows")
		require.Equal(t, exitRefused, a.code, a.out+a.err)
		require.Contains(t, a.err, "more would go by now than was shown, nothing was done\n  trash empty --older-than 1m\n")
		require.Equal(t, before, s.picture(t))

		in = &answering{text: "14\n", s: func() { require.Equal(t, exitDone, s.run(t, "purge", "--yes", "invoices", "7").code) }}
		a = s.askedBy(t, in, "empty", "--older-than", "1m")
		require.Equal(t, exitDone, a.code, a.out+a.err)
		require.Contains(t, a.out, "Removed for good 13 rows")
	})
}

//go:build unix

package command_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// stops are the ways in which an emptying is ended early.
var stops = map[string]struct {
	signal syscall.Signal
	args   string
}{
	"SIGINT":  {signal: syscall.SIGINT},
	"SIGTERM": {signal: syscall.SIGTERM},
	"timeout": {args: " --timeout 2s"},
}

// TestStopped ends an emptying between two batches: it says what it has done and how to go on, and that is so.
func TestStopped(t *testing.T) {
	t.Parallel()
	for name, stop := range stops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, asJSON := range []string{"", " --json"} {
				t.Run("as"+asJSON, func(t *testing.T) {
					t.Parallel()
					testdb.Each(t, func(t *testing.T, open testdb.Opener) { stopped(t, newShop(t, open), stop.signal, stop.args, asJSON) })
				})
			}
		})
	}
}

func stopped(t *testing.T, s aShop, signal syscall.Signal, args, asJSON string) {
	t.Helper()
	before := s.lines(t)
	// After the first batch it waits for longer than any test runs.
	process := s.start(t, strings.Fields("empty --older-than 30d --model lines --batch-size 10 --pause 5h --yes"+args+asJSON)...)
	if signal != 0 {
		process.until(t, func() bool { return s.lines(t) == before-10 })
		require.NoError(t, process.cmd.Process.Signal(signal))
	}
	r := process.wait(t)
	require.Equal(t, 1, r.code, r.err)
	gone := int(before - s.lines(t))
	require.Contains(t, []int{0, 10}, gone, "whole batches")
	if signal != 0 {
		require.Equal(t, 10, gone)
	}
	if asJSON != "" {
		var done struct{ Rows map[string]int }
		r.document(t, &done)
		require.Equal(t, gone, done.Rows["lines"], r.out)
	} else {
		require.Contains(t, r.out, strconv.Itoa(gone))
	}
	require.Contains(t, r.err, "empty --older-than 30d", "how to go on")
	// The rest goes as it says.
	s.must(t, 0, strings.Fields("empty --older-than 30d --model lines --yes")...)
	require.Equal(t, before-41, s.lines(t))
}

// lines is how many lines of orders there are.
func (s aShop) lines(t *testing.T) (n int64) {
	t.Helper()
	require.NoError(t, s.db.Raw("SELECT count(*) FROM "+s.db.Statement.Quote("lines")).Scan(&n).Error)
	return n
}

// TestStoppedInABatch ends it while a batch waits for a row that another transaction has locked: nothing of the batch is done.
func TestStoppedInABatch(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newShop(t, open)
		// Nothing else is in its way: a batch in which a row stays is tried again in halves.
		require.NoError(t, softdelete.ForceDelete(s.db, &shop.Invoice{}, "order_id = ?", shop.HeldID).Error)
		before := s.everything(t)
		tx := s.db.Begin()
		require.NoError(t, tx.Error)
		require.NoError(t, tx.Exec("UPDATE "+s.db.Statement.Quote("lines")+" SET quantity = quantity WHERE order_id = 10").Error)
		process := s.start(t, strings.Fields("empty --older-than 30d --model orders --yes --show-sql")...)
		process.until(t, func() bool {
			if s.db.Name() == "sqlite" {
				return strings.Contains(process.err.String(), "orders") // The lock is on the whole file, and nothing tells who waits for it.
			}
			return s.waiting(t)
		})
		require.NoError(t, process.cmd.Process.Signal(syscall.SIGINT))
		r := process.wait(t)
		require.Equal(t, 1, r.code, r.err)
		require.NoError(t, tx.Rollback().Error)
		require.Equal(t, before, s.everything(t))
	})
}

// waiting tells if something waits for a row's lock.
func (s aShop) waiting(t *testing.T) bool {
	t.Helper()
	query := map[string]string{
		"postgres": "SELECT count(*) FROM pg_locks AS l JOIN pg_class AS c ON c.relnamespace = current_schema()::regnamespace AND c.relname = 'lines' JOIN pg_locks AS r ON r.relation = c.oid AND r.pid = l.pid WHERE NOT l.granted",
		"mysql":    "SELECT count(*) FROM information_schema.innodb_trx AS x JOIN information_schema.processlist AS p ON p.id = x.trx_mysql_thread_id WHERE p.db = DATABASE() AND x.trx_state = 'LOCK WAIT'",
	}[s.db.Name()]
	var n int
	require.NoError(t, s.db.Raw(query).Scan(&n).Error)
	return n > 0
}

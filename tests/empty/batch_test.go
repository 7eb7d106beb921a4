package empty_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// orderOf is the keys of each event.
func orderOf(list []purged) [][]string {
	order := [][]string{}
	for _, p := range list {
		order = append(order, p.keys)
	}
	return order
}

// TestEmptyOldestFirst says that the batches go by age, whatever the keys, and the keys among rows of one time.
func TestEmptyOldestFirst(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := models.OpenDepot(t, open, log.observe)
		models.Boxes(t, db, 47)
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's choices
		order := random.Perm(47)
		for i, id := range order {
			models.Age(t, db, "depot_boxes", uint(id+1), 200*models.Day-time.Duration(i/3)*database.FlavourOf(db).Step) //nolint:gosec // small
		}
		sent := record.Record(t, db)
		emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * models.Day, BatchSize: 6}, depotTables...)
		var want [][]string
		for batch := range slices.Chunk(order, 6) { // of two times, of three rows each
			keys := []string{}
			for _, id := range batch {
				keys = append(keys, fmt.Sprint(id+1))
			}
			slices.Sort(keys)
			want = append(want, keys)
		}
		require.Equal(t, want, orderOf(log.take()))
		require.GreaterOrEqual(t, record.Starting(sent.Take(), "COMMIT"), 8, "each batch is a transaction of its own")
	})
}

// TestEmptyBatchSize says that a batch is no larger than told, 1000 by default, and no smaller than it needs to be.
func TestEmptyBatchSize(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := models.OpenDepot(t, open, log.observe)
		sizes := func() []int {
			list := []int{}
			for _, p := range log.take() {
				list = append(list, len(p.keys))
			}
			return list
		}
		for _, c := range []struct {
			rows, size int
			want       []int
		}{
			{25, 10, []int{10, 10, 5}},
			{20, 10, []int{10, 10}},
			{3, 1, []int{1, 1, 1}},
			{7, 1_000_000, []int{7}},
			{2001, 0, []int{1000, 1000, 1}},
		} {
			if c.size == 0 && database.FlavourOf(db).SmallClaims {
				c.rows, c.want = 401, []int{200, 200, 1}
			}
			models.Boxes(t, db, c.rows)
			emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: c.size}, depotTables...)
			require.Equal(t, c.want, sizes(), "%d rows by %d", c.rows, c.size)
			models.Boxes(t, db, c.rows)
			emptied(t, db, softdelete.Of[models.DepotBox](db).Empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: c.size}, depotTables...)
			require.Equal(t, c.want, sizes(), "%d rows by %d", c.rows, c.size)
		}
	})
}

// TestEmptyRowsOfOneTime says that batches pass on within rows of one and the same time, also those that stay.
func TestEmptyRowsOfOneTime(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 300)
		ageAll(t, db, "depot_boxes", 50*models.Day)
		database.Referring(t, db, "depot_strangers", "box_id key depot_boxes")
		require.NoError(t, db.Exec("INSERT INTO depot_strangers SELECT id FROM depot_boxes WHERE id % 50 = 7").Error)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 7}, depotTables...)
		held := []string{"depot_boxes 107", "depot_boxes 157", "depot_boxes 207", "depot_boxes 257", "depot_boxes 57", "depot_boxes 7"}
		require.Equal(t, held, failedKeys(report))
		require.Equal(t, []int{7, 57, 107, 157, 207, 257}, tables.IDsOf(t, db, "depot_boxes"))
	})
}

// TestEmptyMaxRows says that the run ends when so many rows are gone, those that were taken along included.
func TestEmptyMaxRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 50)
		for _, c := range []struct{ maxRows, size, left int }{{20, 10, 30}, {5, 10, 25}, {10, 7, 15}, {14, 0, 1}, {2, 0, 0}} {
			options := softdelete.EmptyOptions{All: true, BatchSize: c.size, MaxRows: int64(c.maxRows)}
			emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
			require.Len(t, tables.IDsOf(t, db, "depot_boxes"), c.left, "at most %d", c.maxRows)
		}
		furnished(t, db)
		options := softdelete.EmptyOptions{All: true, BatchSize: 2, MaxRows: 8}
		report := emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 4, "depot_labels": 4}, report.Rows, "labels go along and count")
		report = emptied(t, db, softdelete.Of[models.DepotBox](db).Empty, options, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 4, "depot_labels": 4}, report.Rows)
		boxes := len(tables.IDsOf(t, db, "depot_boxes"))
		options = softdelete.EmptyOptions{All: true, MaxRows: int64(2*boxes + 3)}
		report = emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
		require.EqualValues(t, 3, report.Rows["depot_shelves"], "the bound is over all tables: %v", report.Rows)
		require.Zero(t, report.Rows["depot_halls"])
	})
}

// TestEmptyContext says that Empty stops between batches when its context ends: with what it did, each batch whole.
func TestEmptyContext(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 30)
		for name, empty := range map[string]emptier{"trash": models.OpenTrash(t, db).Empty, "bin": softdelete.Of[models.DepotBox](db).Empty} {
			before := len(tables.IDsOf(t, db, "depot_boxes"))
			for _, cause := range []error{nil, errors.New("a cause")} {
				ended, cancel := context.WithCancelCause(t.Context())
				cancel(cause)
				report, err := countedBy(t, ended, db, empty, softdelete.EmptyOptions{All: true}, depotTables...)
				require.ErrorIs(t, err, context.Canceled, name)
				require.Empty(t, report.Failed, name)
			}
			late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Hour))
			_, err := countedBy(t, late, db, empty, softdelete.EmptyOptions{All: true}, depotTables...)
			cancelLate()
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
			require.Len(t, tables.IDsOf(t, db, "depot_boxes"), before, name)

			ctx, cancel := context.WithCancel(t.Context())
			batches := 0
			options := softdelete.EmptyOptions{All: true, BatchSize: 4, Progress: func(softdelete.Progress) {
				if batches++; batches == 3 {
					cancel()
				}
			}}
			report, err := countedBy(t, ctx, db, empty, options, depotTables...)
			require.ErrorIs(t, err, context.Canceled, name)
			require.Equal(t, map[string]int64{"depot_boxes": 12}, report.Rows, "%s: three batches, each whole", name)
			require.Empty(t, report.Failed, "%s: what is left was not tried", name)
			require.Equal(t, 3, batches, name)
		}
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 4}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 6}, report.Rows, "another run does the rest")
	})
}

// TestEmptyContextWithinABatch ends the context at each statement of a run in turn: the batch is whole or absent.
func TestEmptyContextWithinABatch(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		for at := 1; ; at++ {
			for _, table := range []string{"depot_labels", "depot_boxes"} {
				require.NoError(t, db.Exec("DELETE FROM "+table).Error)
			}
			models.Boxes(t, db, 9)
			require.NoError(t, db.Exec("INSERT INTO depot_labels (id, box_id) SELECT id, id FROM depot_boxes").Error)
			ctx, cancel := context.WithCancel(t.Context())
			seen := 0
			handle := concurrent.Pause(db, func(string) {
				if seen++; seen == at {
					cancel()
				}
			})
			options := softdelete.EmptyOptions{All: true, BatchSize: 3}
			report, err := countedBy(t, ctx, db, softdelete.Of[models.DepotBox](handle).Empty, options, depotTables...)
			cancel()
			if seen < at {
				require.NoError(t, err)
				require.Greater(t, at, 6, "it was interrupted at each of its statements")
				return
			}
			require.ErrorIs(t, err, context.Canceled, "at statement %d", at)
			require.Empty(t, report.Failed, "at statement %d: rows did not fail", at)
			require.Zero(t, report.Rows["depot_boxes"]%3, "at statement %d: %v", at, report.Rows)
			require.Equal(t, report.Rows["depot_boxes"], report.Rows["depot_labels"], "at statement %d", at)
		}
	})
}

package empty_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestEmptyProgress says that Done grows batch by batch to the total, and what else there is to see.
func TestEmptyProgress(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		list := map[string]string{"depot_halls": "DepotHall", "depot_shelves": "DepotShelf", "depot_boxes": "DepotBox", "depot_tokens": "DepotToken"}
		for _, c := range []struct{ size, batches int }{{10, 5}, {1, 32}, {0, 3}} {
			furnished(t, db)
			var seen []softdelete.Progress
			var left []int
			options := softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: c.size, Progress: func(p softdelete.Progress) {
				seen = append(seen, p)
				n := 0
				for _, table := range depotTables {
					n += int(tables.Column[int64](t, db, "SELECT count(*) FROM "+table)[0])
				}
				left = append(left, n)
			}}
			report := emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
			require.Len(t, seen, c.batches, "one for each batch")
			var all, done int64
			for _, n := range report.Rows {
				all += n
			}
			require.EqualValues(t, 2+6+24+24, all)
			for i, p := range seen {
				require.Greater(t, p.Done, done)
				require.EqualValues(t, all-p.Done, left[i], "the batch is committed, and counted with what went along")
				done = p.Done
				require.EqualValues(t, 2+6+24, p.Total, "those that were due when it began")
				require.Equal(t, list[p.Table], p.Model)
				require.NotEmpty(t, p.Model)
				require.GreaterOrEqual(t, p.Rate, 0.0)
				require.GreaterOrEqual(t, p.Elapsed, time.Duration(0))
			}
			require.Equal(t, all, done)
			require.Equal(t, []string{"depot_boxes", "depot_halls"}, []string{seen[0].Table, seen[len(seen)-1].Table})
		}
		models.Boxes(t, db, 25)
		var seen []int64
		options := softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 10, Progress: func(p softdelete.Progress) {
			require.EqualValues(t, 25, p.Total)
			seen = append(seen, p.Done)
		}}
		emptied(t, db, softdelete.Of[models.DepotBox](db).Empty, options, depotTables...)
		require.Equal(t, []int64{10, 20, 25}, seen)
	})
}

// TestEmptyProgressPanics says that Progress is called by the goroutine that called Empty, with the batch committed and no
// transaction open: its panic goes up to the caller, and the handle stays usable.
func TestEmptyProgressPanics(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 10)
		pool, err := db.DB()
		require.NoError(t, err)
		for _, empty := range []emptier{models.OpenTrash(t, db).Empty, softdelete.Of[models.DepotBox](db).Empty} {
			options := softdelete.EmptyOptions{All: true, BatchSize: 3, Progress: func(softdelete.Progress) { panic("stop") }}
			require.PanicsWithValue(t, "stop", func() { _, _ = empty(t.Context(), options) })
			require.Zero(t, pool.Stats().InUse)
		}
		require.Equal(t, []int{7, 8, 9, 10}, tables.IDsOf(t, db, "depot_boxes"))
		emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
	})
}

// still runs fn in a bubble of which the clock goes on only while all wait, with a handle on SQLite in it.
func still(t *testing.T, fn func(t *testing.T, db *gorm.DB)) {
	t.Helper()
	open := testdb.OpenerFor(t, "sqlite")
	synctest.Test(t, func(t *testing.T) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models.DepotModels})))
		require.NoError(t, db.AutoMigrate(append([]any{&models.DepotLabel{}}, models.DepotModels...)...))
		fn(t, db)
	})
}

// TestEmptyPause says that the pause is between two batches, of two tables too, and neither before the first nor after the last.
func TestEmptyPause(t *testing.T) {
	t.Parallel()
	still(t, func(t *testing.T, db *gorm.DB) {
		for _, c := range []struct {
			rows, pauses int
		}{{0, 0}, {1, 0}, {10, 0}, {11, 1}, {20, 1}, {30, 2}} {
			trashNow(t, db, c.rows)
			begin := time.Now()
			emptied(t, db, softdelete.Of[models.DepotBox](db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 10, Pause: time.Hour}, depotTables...)
			require.Equal(t, time.Duration(c.pauses)*time.Hour, time.Since(begin), "%d rows", c.rows)
		}
		trashNow(t, db, 15)
		require.NoError(t, db.Create(&models.DepotHall{ID: 1}).Error)
		require.NoError(t, db.Delete(&models.DepotHall{ID: 1}).Error)
		begin := time.Now()
		emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 10, Pause: time.Hour}, depotTables...)
		require.Equal(t, 2*time.Hour, time.Since(begin))
	})
}

// trashNow trashes so many new boxes.
func trashNow(t *testing.T, db *gorm.DB, n int) {
	t.Helper()
	for id := range n {
		require.NoError(t, db.Create(&models.DepotBox{ID: uint(id + 1)}).Error) //nolint:gosec // small
	}
	require.NoError(t, db.Where("1 = 1").Delete(&models.DepotBox{}).Error)
}

// TestEmptyPauseEnds says that the context ends a pause too, at once.
func TestEmptyPauseEnds(t *testing.T) {
	t.Parallel()
	still(t, func(t *testing.T, db *gorm.DB) {
		trashNow(t, db, 30)
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		begin := time.Now()
		options := softdelete.EmptyOptions{All: true, BatchSize: 10, Pause: time.Hour}
		report, err := countedBy(t, ctx, db, models.OpenTrash(t, db).Empty, options, depotTables...)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 90*time.Minute, time.Since(begin))
		require.Equal(t, map[string]int64{"depot_boxes": 20}, report.Rows)
	})
}

// TestEmptyRate says that the rate is rows a second since the beginning.
func TestEmptyRate(t *testing.T) {
	t.Parallel()
	still(t, func(t *testing.T, db *gorm.DB) {
		trashNow(t, db, 30)
		var seen []softdelete.Progress
		options := softdelete.EmptyOptions{All: true, BatchSize: 10, Pause: 4 * time.Second, Progress: func(p softdelete.Progress) { seen = append(seen, p) }}
		emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
		require.Len(t, seen, 3)
		require.Equal(t, []time.Duration{0, 4 * time.Second, 8 * time.Second}, []time.Duration{seen[0].Elapsed, seen[1].Elapsed, seen[2].Elapsed})
		require.Zero(t, seen[0].Rate, "no time has passed, and no number is made of that")
		require.InDelta(t, 20.0/4, seen[1].Rate, 0.001)
		require.InDelta(t, 30.0/8, seen[2].Rate, 0.001)
	})
}

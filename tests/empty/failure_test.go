package empty_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestEmptyObserverFails says that an observer's error is that of a row: the batch is rolled back with what observers wrote,
// and the rows that it does not speak of go.
func TestEmptyObserverFails(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		broken := errors.New("broken")
		log := &purges{fail: func(p purged) error {
			if slices.Contains(p.keys, "5") || slices.Contains(p.keys, "18") {
				return broken
			}
			return nil
		}}
		db := models.OpenDepot(t, open, log.observe, traceKeys)
		require.NoError(t, db.AutoMigrate(&models.ATrace{}))
		models.Boxes(t, db, 20)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 6}, depotTables...)
		require.Equal(t, []string{"depot_boxes 18", "depot_boxes 5"}, failedKeys(report))
		for _, failed := range report.Failed {
			require.ErrorIs(t, failed, broken)
		}
		require.Equal(t, []int{5, 18}, tables.IDsOf(t, db, "depot_boxes"))
		gone := slices.DeleteFunc(tables.IDsOf(t, db, "a_traces"), func(id int) bool { return id == 5 || id == 18 })
		require.Len(t, gone, 18, "what observers wrote of a batch that failed is gone")
		require.Len(t, tables.IDsOf(t, db, "a_traces"), 18)
	})
}

// traceKeys writes a row for each purged one, in the same transaction.
func traceKeys(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil || event.Operation != softdelete.OpPurge {
		return err
	}
	for _, key := range keys {
		if err := tx.Create(&models.ATrace{ID: key.(uint), Hook: event.Table}).Error; err != nil {
			return err
		}
	}
	return nil
}

// TestEmptyObserverPanics says that a panic rolls the batch back and goes on up, and the handle stays usable.
func TestEmptyObserverPanics(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{fail: func(p purged) error {
			if slices.Contains(p.keys, "8") {
				panic("eight")
			}
			return nil
		}}
		db := models.OpenDepot(t, open, log.observe)
		models.Boxes(t, db, 12)
		pool, err := db.DB()
		require.NoError(t, err)
		for _, empty := range []emptier{models.OpenTrash(t, db).Empty, softdelete.Of[models.DepotBox](db).Empty} {
			require.PanicsWithValue(t, "eight", func() { _, _ = empty(t.Context(), softdelete.EmptyOptions{All: true, BatchSize: 3}) })
			require.Zero(t, pool.Stats().InUse)
			require.Equal(t, []int{7, 8, 9, 10, 11, 12}, tables.IDsOf(t, db, "depot_boxes"))
		}
		log.fail = nil
		emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Empty(t, tables.IDsOf(t, db, "depot_boxes"))
	})
}

// TestEmptyInATransaction says that Empty works in a transaction of the caller's, rows that are held included, and is undone
// with it.
func TestEmptyInATransaction(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		shelves(t, db, 20)
		holders["a foreign key"](t, db, []int{4, 15})
		before := dumped(t, db, depotTables...)
		undone := errors.New("undone")
		require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
			report := emptied(t, tx, models.OpenTrash(t, tx).Empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 6}, depotTables...)
			require.Equal(t, []string{"depot_shelves 15", "depot_shelves 4"}, failedKeys(report))
			require.Equal(t, []int{4, 15}, tables.IDsOf(t, tx, "depot_shelves"))
			return undone
		}), undone)
		require.Equal(t, before, dumped(t, db, depotTables...))
	})
}

// TestEmptyOnAnyHandle says that the handle's settings make no difference.
func TestEmptyOnAnyHandle(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		holders["a foreign key"](t, db, nil)
		for name, session := range map[string]*gorm.Session{
			"no transaction": {SkipDefaultTransaction: true}, "prepared": {PrepareStmt: true}, "global": {AllowGlobalUpdate: true},
			"fields": {QueryFields: true}, "no nested ones": {DisableNestedTransaction: true}, "no hooks": {SkipHooks: true},
		} {
			for of, empty := range map[string]emptier{
				"trash": models.OpenTrash(t, db.Session(session)).Empty, "bin": softdelete.Of[models.DepotShelf](db.Session(session)).Empty,
			} {
				require.NoError(t, db.Exec("DELETE FROM depot_strangers").Error)
				require.NoError(t, db.Exec("DELETE FROM depot_shelves").Error)
				shelves(t, db, 20)
				require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (4), (15)").Error)
				report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 6}, depotTables...)
				require.Equal(t, []string{"depot_shelves 15", "depot_shelves 4"}, failedKeys(report), "%s, %s", name, of)
				require.Equal(t, []int{4, 15}, tables.IDsOf(t, db, "depot_shelves"), "%s, %s", name, of)
			}
		}
	})
}

// TestEmptySkipsLockedRows says that a row that another transaction has locked is left for the next run, without waiting.
func TestEmptySkipsLockedRows(t *testing.T) {
	t.Parallel()
	db := models.OpenDepot(t, testdb.OpenerFor(t, "postgres"))
	models.Boxes(t, db, 20)
	for name, lock := range map[string]func(tx *gorm.DB) error{
		"read for update": func(tx *gorm.DB) error {
			return tx.Exec("SELECT 1 FROM depot_boxes WHERE id IN (3, 4, 20) FOR UPDATE").Error
		},
		"updated": func(tx *gorm.DB) error {
			return tx.Exec("UPDATE depot_boxes SET tenant = 'x' WHERE id IN (3, 4, 20)").Error
		},
		"restored": func(tx *gorm.DB) error { return softdelete.Restore(tx, &models.DepotBox{}, []uint{3, 4, 20}).Error },
	} {
		for _, empty := range []emptier{models.OpenTrash(t, db).Empty, softdelete.Of[models.DepotBox](db).Empty} {
			require.NoError(t, db.Exec("DELETE FROM depot_boxes").Error)
			models.Boxes(t, db, 20)
			other := db.Begin()
			require.NoError(t, lock(other), name)
			report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 4}, depotTables...)
			require.Empty(t, report.Failed, name)
			require.Equal(t, []int{3, 4, 20}, tables.IDsOf(t, db, "depot_boxes"), name)
			require.NoError(t, other.Rollback().Error)
			emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 4}, depotTables...)
			require.Empty(t, tables.IDsOf(t, db, "depot_boxes"), name)
		}
	}
}

// TestEmptyAtOnce says that several at once remove each row once, and that none of them fails.
func TestEmptyAtOnce(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open, traceBoxes)
		require.NoError(t, db.AutoMigrate(&models.ATrace{}))
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		for round := range 3 {
			require.NoError(t, db.Exec("DELETE FROM a_traces").Error)
			furnished(t, db)
			require.NoError(t, db.Exec("INSERT INTO depot_boxes (id, deleted_at) SELECT a.id * 1000 + b.id, a.deleted_at FROM depot_boxes a, depot_boxes b").Error)
			var mu sync.Mutex
			sum := map[string]int64{}
			var group sync.WaitGroup
			for i := range 4 {
				random := rand.New(rand.NewPCG(seed, uint64(round*4+i))) //nolint:gosec // a test's choices
				options := softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: random.IntN(20) + 1}
				group.Go(func() {
					report, err := models.OpenTrash(t, db).Empty(t.Context(), options)
					if err != nil || len(report.Failed) > 0 {
						t.Errorf("%v, %v", err, report.Failed)
					}
					mu.Lock()
					defer mu.Unlock()
					for table, n := range report.Rows {
						sum[table] += n
					}
				})
			}
			group.Wait()
			if database.FlavourOf(db).ScanLocks {
				// What others have only looked at is passed over too: the next run takes it.
				for table, n := range emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: models.Day}, depotTables...).Rows {
					sum[table] += n
				}
			}
			require.Equal(t, map[string]int64{"depot_halls": 2, "depot_shelves": 6, "depot_boxes": 24 + 24*24, "depot_labels": 24}, sum)
			for _, table := range depotTables {
				require.Empty(t, tables.IDsOf(t, db, table))
			}
			require.Len(t, tables.IDsOf(t, db, "a_traces"), 24+24*24)
		}
	})
}

// traceBoxes is traceKeys for boxes; a row that is removed twice fails, by its key.
func traceBoxes(ctx context.Context, tx *gorm.DB, event softdelete.Event) error {
	if event.Table != "depot_boxes" {
		return nil
	}
	return traceKeys(ctx, tx, event)
}

// TestEmptyLosesItsConnection says that a lost connection is no fault of the rows: what was removed is reported, and the
// error, or else the run goes on with another connection.
func TestEmptyLosesItsConnection(t *testing.T) {
	t.Parallel()
	admin := models.OpenDepot(t, testdb.OpenerFor(t, "postgres"))
	name := fmt.Sprintf("cut-%d", rand.Uint64())
	for at := 1; at <= 20; at++ {
		require.NoError(t, admin.Exec("DELETE FROM depot_boxes").Error)
		models.Boxes(t, admin, 12)
		db := named(t, admin, name, softdelete.Config{Models: models.DepotModels})
		seen := 0
		handle := concurrent.Pause(db, func(string) {
			if seen++; seen == at {
				cut(t, admin, name)
			}
		})
		bin := softdelete.Of[models.DepotBox](handle)
		report, err := counted(t, admin, bin.Empty, softdelete.EmptyOptions{All: true, BatchSize: 4}, depotTables...)
		require.Empty(t, report.Failed, "cut at statement %d: %v", at, strings.Join(failedKeys(report), ", "))
		if err == nil && len(report.Rows) == 0 {
			require.Less(t, seen, at, "cut at statement %d: not a word of it", at)
		}
		require.Eventually(t, func() bool { // the server may still hold locks for a connection that it has cut
			emptied(t, admin, softdelete.Of[models.DepotBox](admin).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
			return len(tables.IDsOf(t, admin, "depot_boxes")) == 0
		}, time.Minute, time.Millisecond)
	}
}

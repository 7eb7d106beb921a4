package softdelete_test

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
)

// holders are the ways in which a shelf can be held: each takes what it needs to hold the shelves of some ids.
var holders = map[string]func(t *testing.T, db *gorm.DB, ids []int){
	"a live child": func(t *testing.T, db *gorm.DB, ids []int) {
		t.Helper()
		for _, id := range ids {
			require.NoError(t, db.Create(&depotBox{ID: uint(1000 + id), ShelfID: ptr(uint(id))}).Error) //nolint:gosec // small
		}
	},
	"a foreign key": func(t *testing.T, db *gorm.DB, ids []int) {
		t.Helper()
		hold(t, db, "REFERENCES depot_shelves (id)", ids)
	},
	"a foreign key at the commit": func(t *testing.T, db *gorm.DB, ids []int) {
		t.Helper()
		hold(t, db, "REFERENCES depot_shelves (id) DEFERRABLE INITIALLY DEFERRED", ids)
	},
}

// hold makes a table that the plugin knows nothing of, and that refers to some shelves.
func hold(t *testing.T, db *gorm.DB, reference string, ids []int) {
	t.Helper()
	require.NoError(t, db.Exec("CREATE TABLE depot_strangers (shelf_id integer "+reference+")").Error)
	for _, id := range ids {
		require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (?)", id).Error)
	}
}

// shelves makes n shelves, all trashed, each a second later than the one before.
func shelves(t *testing.T, db *gorm.DB, n int) {
	t.Helper()
	rows := make([]depotShelf, n)
	for i := range rows {
		rows[i].ID = uint(i + 1) //nolint:gosec // small
		rows[i].DeletedAt = gorm.DeletedAt{Time: depotNow.Add(-100*day + time.Duration(i)*time.Second), Valid: true}
	}
	require.NoError(t, db.Create(&rows).Error)
}

// TestEmptyHeldRows says that rows that something holds stay and are reported, each with its key and the reason, and that
// all others go, wherever the held ones are.
func TestEmptyHeldRows(t *testing.T) {
	t.Parallel()
	all := make([]int, 40)
	for i := range all {
		all[i] = i + 1
	}
	for way, holder := range holders {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			for name, held := range map[string][]int{
				"the first": {1}, "the last": {40}, "in the middle": {17}, "some": {3, 4, 10, 11, 28, 40}, "a batch": {11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, "all": all,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					eachPath(t, func(t *testing.T, open testdb.Opener) {
						db := openDepot(t, open)
						if way == "a foreign key at the commit" && db.Name() == "sqlite" {
							t.Skip("the driver leaves the transaction open")
						}
						shelves(t, db, 40)
						holder(t, db, held)
						checkHeld(t, db, held, way == "a live child")
					})
				})
			}
		})
	}
}

// checkHeld empties the trash in batches of several sizes, of which each run finds what the one before left.
func checkHeld(t *testing.T, db *gorm.DB, held []int, restricted bool) {
	t.Helper()
	want := []string{}
	for _, id := range held {
		want = append(want, fmt.Sprintf("depot_shelves %d", id))
	}
	slices.Sort(want)
	for i, empty := range []emptier{trashOf(t, db).Empty, softdelete.Of[depotShelf](db).Empty, trashOf(t, db).Empty} {
		report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: []int{10, 7, 0}[i]}, "depot_shelves")
		require.Equal(t, held, idsOf(t, db, "depot_shelves"))
		require.Equal(t, want, failedKeys(report))
		for _, failed := range report.Failed {
			require.Error(t, failed.Err)
			require.Equal(t, "depotShelf", failed.Model)
			require.Len(t, failed.Key, 1)
			require.IsType(t, uint(0), failed.Key[0])
			require.Equal(t, restricted, errors.Is(failed, softdelete.ErrRestricted), "%v", failed.Err)
		}
	}
}

// TestEmptyHeldBelow says that a row is held by what holds a row that goes along with it.
func TestEmptyHeldBelow(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		furnished(t, db)
		require.NoError(t, db.Exec("CREATE TABLE depot_strangers (box_id integer REFERENCES depot_boxes (id), label_id integer REFERENCES depot_labels (id))").Error)
		require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (2, NULL), (NULL, 9)").Error)
		require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 24").Error)
		for _, empty := range []emptier{trashOf(t, db).Empty, trashOf(t, db, &depotHall{}, &depotShelf{}, &depotBox{}).Empty} {
			report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 5}, depotTables...)
			require.Equal(t, []string{
				"depot_boxes 2", "depot_boxes 9", "depot_halls 1", "depot_halls 2", "depot_shelves 1", "depot_shelves 3", "depot_shelves 6",
			}, failedKeys(report))
			require.Equal(t, []int{2, 9, 24}, idsOf(t, db, "depot_boxes"))
			require.Equal(t, []int{2, 9, 24}, idsOf(t, db, "depot_labels"), "what goes along with a row that stays, stays")
			for _, failed := range report.Failed {
				live := slices.Contains([]string{"depot_halls 2", "depot_shelves 6"}, fmt.Sprintf("%s %v", failed.Table, failed.Key[0]))
				require.Equal(t, live, errors.Is(failed, softdelete.ErrRestricted), "%s %v: %v", failed.Table, failed.Key, failed.Err)
			}
		}
	})
}

// TestEmptyHalves says what a held row costs: halves of its batch, and not a transaction for each row.
func TestEmptyHalves(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 1000)
		require.NoError(t, db.Exec("CREATE TABLE depot_strangers (box_id integer REFERENCES depot_boxes (id))").Error)
		require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (321)").Error)
		sent := record(t, db)
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: day}, depotTables...)
		require.Equal(t, []string{"depot_boxes 321"}, failedKeys(report))
		all := sent.take()
		require.Less(t, starting(all, "BEGIN"), 40, "a thousand rows are ten halves of halves")
		require.Greater(t, starting(all, "BEGIN"), 10)
	})
}

// TestEmptyStatements says that what a batch costs does not depend on its rows, nor on the batches before it.
func TestEmptyStatements(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		count := func(rows, size int) int {
			boxes(t, db, rows)
			n := 0
			bin := softdelete.Of[depotBox](pause(db, func(string) { n++ }))
			emptied(t, db, bin.Empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: size}, depotTables...)
			return n
		}
		one := count(9, 10)
		require.Equal(t, one, count(899, 900), "one batch")
		two := count(19, 10)
		require.Equal(t, 9*(two-one), count(99, 10)-one, "ten batches")
		require.LessOrEqual(t, two-one, 5)
	})
}

// TestEmptyObserverFails says that an observer's error is that of a row: the batch is rolled back with what observers wrote,
// and the rows that it does not speak of go.
func TestEmptyObserverFails(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		broken := errors.New("broken")
		log := &purges{fail: func(p purged) error {
			if slices.Contains(p.keys, "5") || slices.Contains(p.keys, "18") {
				return broken
			}
			return nil
		}}
		db := openDepot(t, open, log.observe, traceKeys)
		require.NoError(t, db.AutoMigrate(&aTrace{}))
		boxes(t, db, 20)
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 6}, depotTables...)
		require.Equal(t, []string{"depot_boxes 18", "depot_boxes 5"}, failedKeys(report))
		for _, failed := range report.Failed {
			require.ErrorIs(t, failed, broken)
		}
		require.Equal(t, []int{5, 18}, idsOf(t, db, "depot_boxes"))
		gone := slices.DeleteFunc(idsOf(t, db, "a_traces"), func(id int) bool { return id == 5 || id == 18 })
		require.Len(t, gone, 18, "what observers wrote of a batch that failed is gone")
		require.Len(t, idsOf(t, db, "a_traces"), 18)
	})
}

// traceKeys writes a row for each purged one, in the same transaction.
func traceKeys(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil || event.Operation != softdelete.OpPurge {
		return err
	}
	for _, key := range keys {
		if err := tx.Create(&aTrace{ID: key.(uint), Hook: event.Table}).Error; err != nil {
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
		db := openDepot(t, open, log.observe)
		boxes(t, db, 12)
		pool, err := db.DB()
		require.NoError(t, err)
		for _, empty := range []emptier{trashOf(t, db).Empty, softdelete.Of[depotBox](db).Empty} {
			require.PanicsWithValue(t, "eight", func() { _, _ = empty(t.Context(), softdelete.EmptyOptions{All: true, BatchSize: 3}) })
			require.Zero(t, pool.Stats().InUse)
			require.Equal(t, []int{7, 8, 9, 10, 11, 12}, idsOf(t, db, "depot_boxes"))
		}
		log.fail = nil
		emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Empty(t, idsOf(t, db, "depot_boxes"))
	})
}

// TestEmptyInATransaction says that Empty works in a transaction of the caller's, rows that are held included, and is undone
// with it.
func TestEmptyInATransaction(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		shelves(t, db, 20)
		holders["a foreign key"](t, db, []int{4, 15})
		before := dumped(t, db, depotTables...)
		undone := errors.New("undone")
		require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
			report := emptied(t, tx, trashOf(t, tx).Empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 6}, depotTables...)
			require.Equal(t, []string{"depot_shelves 15", "depot_shelves 4"}, failedKeys(report))
			require.Equal(t, []int{4, 15}, idsOf(t, tx, "depot_shelves"))
			return undone
		}), undone)
		require.Equal(t, before, dumped(t, db, depotTables...))
	})
}

// TestEmptyOnAnyHandle says that the handle's settings make no difference.
func TestEmptyOnAnyHandle(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		holders["a foreign key"](t, db, nil)
		for name, session := range map[string]*gorm.Session{
			"no transaction": {SkipDefaultTransaction: true}, "prepared": {PrepareStmt: true}, "global": {AllowGlobalUpdate: true},
			"fields": {QueryFields: true}, "no nested ones": {DisableNestedTransaction: true}, "no hooks": {SkipHooks: true},
		} {
			for of, empty := range map[string]emptier{
				"trash": trashOf(t, db.Session(session)).Empty, "bin": softdelete.Of[depotShelf](db.Session(session)).Empty,
			} {
				require.NoError(t, db.Exec("DELETE FROM depot_strangers").Error)
				require.NoError(t, db.Exec("DELETE FROM depot_shelves").Error)
				shelves(t, db, 20)
				require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (4), (15)").Error)
				report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 6}, depotTables...)
				require.Equal(t, []string{"depot_shelves 15", "depot_shelves 4"}, failedKeys(report), "%s, %s", name, of)
				require.Equal(t, []int{4, 15}, idsOf(t, db, "depot_shelves"), "%s, %s", name, of)
			}
		}
	})
}

// TestEmptySkipsLockedRows says that a row that another transaction has locked is left for the next run, without waiting.
func TestEmptySkipsLockedRows(t *testing.T) {
	t.Parallel()
	db := openDepot(t, testdb.OpenerFor(t, "postgres"))
	boxes(t, db, 20)
	for name, lock := range map[string]func(tx *gorm.DB) error{
		"read for update": func(tx *gorm.DB) error {
			return tx.Exec("SELECT 1 FROM depot_boxes WHERE id IN (3, 4, 20) FOR UPDATE").Error
		},
		"updated": func(tx *gorm.DB) error {
			return tx.Exec("UPDATE depot_boxes SET tenant = 'x' WHERE id IN (3, 4, 20)").Error
		},
		"restored": func(tx *gorm.DB) error { return softdelete.Restore(tx, &depotBox{}, []uint{3, 4, 20}).Error },
	} {
		for _, empty := range []emptier{trashOf(t, db).Empty, softdelete.Of[depotBox](db).Empty} {
			require.NoError(t, db.Exec("DELETE FROM depot_boxes").Error)
			boxes(t, db, 20)
			other := db.Begin()
			require.NoError(t, lock(other), name)
			report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 4}, depotTables...)
			require.Empty(t, report.Failed, name)
			require.Equal(t, []int{3, 4, 20}, idsOf(t, db, "depot_boxes"), name)
			require.NoError(t, other.Rollback().Error)
			emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 4}, depotTables...)
			require.Empty(t, idsOf(t, db, "depot_boxes"), name)
		}
	}
}

// TestEmptyAtOnce says that several at once remove each row once, and that none of them fails.
func TestEmptyAtOnce(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open, traceBoxes)
		require.NoError(t, db.AutoMigrate(&aTrace{}))
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
				options := softdelete.EmptyOptions{OlderThan: day, BatchSize: random.IntN(20) + 1}
				group.Go(func() {
					report, err := trashOf(t, db).Empty(t.Context(), options)
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
			require.Equal(t, map[string]int64{"depot_halls": 2, "depot_shelves": 6, "depot_boxes": 24 + 24*24, "depot_labels": 24}, sum)
			for _, table := range depotTables {
				require.Empty(t, idsOf(t, db, table))
			}
			require.Len(t, idsOf(t, db, "a_traces"), 24+24*24)
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
	admin := openDepot(t, testdb.OpenerFor(t, "postgres"))
	name := fmt.Sprintf("cut-%d", rand.Uint64())
	for at := 1; at <= 20; at++ {
		require.NoError(t, admin.Exec("DELETE FROM depot_boxes").Error)
		boxes(t, admin, 12)
		db := named(t, admin, name, softdelete.Config{Models: depotModels})
		seen := 0
		handle := pause(db, func(string) {
			if seen++; seen == at {
				cut(t, admin, name)
			}
		})
		bin := softdelete.Of[depotBox](handle)
		report, err := counted(t, admin, bin.Empty, softdelete.EmptyOptions{All: true, BatchSize: 4}, depotTables...)
		require.Empty(t, report.Failed, "cut at statement %d: %v", at, strings.Join(failedKeys(report), ", "))
		if err == nil && len(report.Rows) == 0 {
			require.Less(t, seen, at, "cut at statement %d: not a word of it", at)
		}
		require.Eventually(t, func() bool { // the server may still hold locks for a connection that it has cut
			emptied(t, admin, softdelete.Of[depotBox](admin).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
			return len(idsOf(t, admin, "depot_boxes")) == 0
		}, time.Minute, time.Millisecond)
	}
}

package empty_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestEmptyReservedNames says that columns may be called as they like.
func TestEmptyReservedNames(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.APair{})
		for i := range 9 {
			require.NoError(t, db.Create(&models.APair{Left: i / 3, Right: string(rune('a' + i%3)), Group: i}).Error)
		}
		require.NoError(t, db.Where("1 = 1").Delete(&models.APair{}).Error)
		options := softdelete.EmptyOptions{All: true, BatchSize: 2, Where: func(db *gorm.DB) *gorm.DB { return db.Where(map[string]any{"group": []int{1, 4, 5, 8}}) }}
		emptied(t, db, softdelete.Of[models.APair](db).Empty, options, "a_pairs")
		require.Equal(t, []int{0, 2, 3, 6, 7}, tables.Column[int](t, db, database.Quoted(db, `SELECT "group" FROM a_pairs ORDER BY "group"`)))
		options.Where = nil
		emptied(t, db, models.OpenTrash(t, db, &models.APair{}).Empty, options, "a_pairs")
	})
}

// TestEmptyWithoutATime says that a model that keeps no time cannot be emptied by age: a bin of it fails, a trash goes on
// with the others and says so, if there is anything to say it of.
func TestEmptyWithoutATime(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 3)
		byAge := softdelete.EmptyOptions{OlderThan: models.Day}
		require.NoError(t, db.Create(&[]models.DepotToken{{ID: 1}, {ID: 2}, {ID: 3}}).Error)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, byAge, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 3}, report.Rows)
		require.Empty(t, report.Failed, "no token is trashed")

		require.NoError(t, db.Delete(&models.DepotToken{}, []uint{1, 3}).Error)
		for _, dry := range []bool{true, false} {
			byAge.DryRun = dry
			var wrong *softdelete.ModelError
			report, err := softdelete.Of[models.DepotToken](db).Empty(t.Context(), byAge)
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, "DepotToken", wrong.Model)
			require.Empty(t, report.Rows)

			models.Boxes(t, db, 3)
			report, err = models.OpenTrash(t, db).Empty(t.Context(), byAge)
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"depot_boxes": 3}, report.Rows)
			require.Len(t, report.Failed, 1)
			failed := report.Failed[0]
			require.Equal(t, []any{"depot_tokens", "DepotToken"}, []any{failed.Table, failed.Model})
			require.Nil(t, failed.Key)
			require.ErrorAs(t, failed, &wrong)
			require.NoError(t, db.Exec("DELETE FROM depot_boxes").Error)
		}
		require.Equal(t, []int{1, 2, 3}, tables.IDsOf(t, db, "depot_tokens"))
		report = emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 1}, depotTables...)
		require.Equal(t, map[string]int64{"depot_tokens": 2}, report.Rows)
		require.Empty(t, report.Failed)
		require.Equal(t, []int{2}, tables.IDsOf(t, db, "depot_tokens"))
	})
}

// TestEmptyUnknownTime says that of a model that keeps a time beside its flag rows may lack it: those are of no age.
func TestEmptyUnknownTime(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		config := softdelete.Config{Models: []any{&models.AFlagged{}}, Observers: []softdelete.Observer{log.observe}}
		db := models.OpenStill(t, open, config, &models.AFlagged{})
		for id := range uint(9) {
			require.NoError(t, db.Create(&models.AFlagged{ID: id + 1}).Error)
		}
		require.NoError(t, db.Exec("UPDATE a_flaggeds SET is_deleted = true WHERE id > 1").Error)
		require.NoError(t, db.Exec("UPDATE a_flaggeds SET at = ? WHERE id IN (1, 4, 6)", models.DepotNow.Add(-50*models.Day)).Error)
		require.NoError(t, db.Exec("UPDATE a_flaggeds SET at = ? WHERE id = 8", models.DepotNow.Add(-time.Hour)).Error)
		emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 2}, "a_flaggeds")
		require.Equal(t, []int{1, 2, 3, 5, 7, 8, 9}, tables.IDsOf(t, db, "a_flaggeds"))
		log.take()
		emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 2}, "a_flaggeds")
		require.Equal(t, []int{1}, tables.IDsOf(t, db, "a_flaggeds"))
		seen := []string{}
		for _, keys := range orderOf(log.take()) {
			require.LessOrEqual(t, len(keys), 2)
			seen = append(seen, keys...)
		}
		slices.Sort(seen)
		require.Equal(t, []string{"2", "3", "5", "7", "8", "9"}, seen, "each once")
	})
}

// aKeyless has no primary key by which batches could be told.
type aKeyless struct {
	Name string
	softdelete.Timestamp
}

// TestEmptyWithoutAKey says that rows of a model without a primary key are reported, without a key, and left.
func TestEmptyWithoutAKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenStill(t, open, softdelete.Config{Models: []any{&aKeyless{}, &models.AStamped{}}}, &aKeyless{}, &models.AStamped{})
		for id := range uint(3) {
			require.NoError(t, db.Create(&aKeyless{Name: "a"}).Error)
			require.NoError(t, db.Create(&models.AStamped{ID: id + 1}).Error)
		}
		options := softdelete.EmptyOptions{OlderThan: models.Day}
		require.Empty(t, emptied(t, db, models.OpenTrash(t, db).Empty, options, "a_keylesses", "a_stampeds").Failed)
		ageAll(t, db, "a_keylesses", 50*models.Day)
		ageAll(t, db, "a_stampeds", 50*models.Day)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, options, "a_keylesses", "a_stampeds")
		require.Equal(t, map[string]int64{"a_stampeds": 3}, report.Rows)
		require.Len(t, report.Failed, 1)
		require.Nil(t, report.Failed[0].Key)
		require.Equal(t, "aKeyless", report.Failed[0].Model)
		require.ErrorAs(t, report.Failed[0], new(*softdelete.ModelError))
	})
}

// TestEmptyHooks says that hooks run on demand only, in the batch's transaction, once for each row.
func TestEmptyHooks(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		shelves := []any{&models.HookedShelf{}, &models.HookedBook{}, &models.HookedMagazine{}, &models.HookedPage{}}
		names := []string{"hooked_shelves", "hooked_books", "hooked_magazines", "hooked_pages"}
		db := handles.WithPlugin(t, open, softdelete.Config{Models: shelves}, shelves...)
		fill := func() {
			for _, table := range slices.Backward(names) {
				require.NoError(t, db.Exec("DELETE FROM "+table).Error)
			}
			require.NoError(t, db.Create(&models.HookedShelf{ID: 1}).Error)
			for id := range uint(5) {
				require.NoError(t, db.Create(&models.HookedBook{ID: id + 1, ShelfID: 1}).Error)
				require.NoError(t, db.Create(&models.HookedPage{ID: id + 1, BookID: id + 1}).Error)
				require.NoError(t, db.Create(&models.HookedMagazine{ID: id + 1, ShelfID: 1}).Error)
			}
			require.NoError(t, db.Delete(&models.HookedShelf{ID: 1}).Error)
		}
		for name, empty := range map[string]emptier{"trash": models.OpenTrash(t, db).Empty, "bin": softdelete.Of[models.HookedShelf](db).Empty, "books": softdelete.Of[models.HookedBook](db).Empty} {
			for _, hooks := range []bool{true, false} {
				fill()
				calls := &models.HookCalls{}
				ctx := context.WithValue(t.Context(), models.HookCallsKey{}, calls)
				options := softdelete.EmptyOptions{All: true, BatchSize: 2, Hooks: hooks, DryRun: true}
				_, err := empty(ctx, options)
				require.NoError(t, err)
				require.Empty(t, calls.Calls, "%s: a dry run runs none", name)
				options.DryRun = false
				_, err = countedBy(t, ctx, db, empty, options, names...)
				require.NoError(t, err)
				require.Empty(t, tables.IDsOf(t, db, "hooked_books"), name)
				var want []string
				for _, when := range []string{"AfterPurge", "BeforePurge"} {
					for _, id := range []string{"1", "2", "3", "4", "5"} {
						want = append(want, "book "+when+" "+id+": purge")
					}
				}
				if !hooks {
					want = nil
				}
				calls.Calls = slices.DeleteFunc(calls.Calls, func(call string) bool { return !slices.Contains(want, call) && hooks })
				slices.Sort(calls.Calls)
				require.Equal(t, want, calls.Calls, "%s, hooks: %t", name, hooks)
			}
		}
	})
}

// TestEmptyHookFails says that what a hook refuses stays, with the reason, and that what the hooks of its batch wrote is gone
// with the batch, and written by those of the rows that go.
func TestEmptyHookFails(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&depotKept{}}}, &depotKept{}, &models.ATrace{})
		for id := range uint(10) {
			require.NoError(t, db.Create(&depotKept{ID: id + 1}).Error)
		}
		require.NoError(t, db.Where("1 = 1").Delete(&depotKept{}).Error)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 4, Hooks: true}, "depot_kepts")
		require.Equal(t, []string{"depot_kepts 3", "depot_kepts 6", "depot_kepts 9"}, failedKeys(report))
		for _, failed := range report.Failed {
			require.ErrorIs(t, failed, errKept)
			require.Equal(t, "depotKept", failed.Model)
			require.NotContains(t, failed.Error(), "3")
		}
		require.Equal(t, []int{1, 2, 4, 5, 7, 8, 10}, tables.IDsOf(t, db, "a_traces"))
	})
}

// TestEmptySecondsAndMillis empties by coarse times, of which many rows have the same.
func TestEmptySecondsAndMillis(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := models.OpenStill(t, open, softdelete.Config{Observers: []softdelete.Observer{log.observe}}, &models.ASecond{}, &models.AMilli{}, &models.AMixed{}, &models.ANano{})
		for id := range uint(20) {
			for _, row := range []any{&models.ASecond{ID: id + 1}, &models.AMilli{ID: id + 1}, &models.AMixed{ID: id + 1}, &models.ANano{ID: id + 1}} {
				require.NoError(t, db.Create(row).Error)
			}
		}
		old := models.DepotNow.Add(-100 * models.Day)
		for id := range 20 {
			at := old.Add(time.Duration((20-id)/8) * time.Second)
			for table, value := range map[string]any{"a_seconds": at.Unix(), "a_millis": at.UnixMilli(), "a_nanos": at.UnixNano()} {
				require.NoError(t, db.Exec("UPDATE "+table+" SET deleted_at = ? WHERE id = ?", value, id+1).Error)
			}
			require.NoError(t, db.Exec("UPDATE a_mixeds SET deleted_at = ?, is_del = 1 WHERE id = ?", at, id+1).Error)
		}
		trash := models.OpenTrash(t, db, &models.ASecond{}, &models.AMilli{}, &models.AMixed{}, &models.ANano{})
		emptied(t, db, trash.Empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 4}, "a_seconds", "a_millis", "a_mixeds", "a_nanos")
		batches := [][]string{{"14", "15", "16", "17"}, {"18", "19", "20", "6"}, {"7", "8", "9", "10"}, {"11", "12", "13", "1"}, {"2", "3", "4", "5"}}
		seen := map[string][][]string{}
		for _, p := range log.take() {
			seen[p.table] = append(seen[p.table], p.keys)
		}
		for i := range batches {
			slices.Sort(batches[i])
		}
		for _, table := range []string{"a_seconds", "a_millis", "a_mixeds", "a_nanos"} {
			require.Equal(t, batches, seen[table], table)
		}
	})
}

package empty_test

import (
	"errors"
	"fmt"
	"slices"
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
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// holders are the ways in which a shelf can be held: each takes what it needs to hold the shelves of some ids.
var holders = map[string]func(t *testing.T, db *gorm.DB, ids []int){
	"a live child": func(t *testing.T, db *gorm.DB, ids []int) {
		t.Helper()
		for _, id := range ids {
			require.NoError(t, db.Create(&models.DepotBox{ID: uint(1000 + id), ShelfID: tables.Ptr(uint(id))}).Error) //nolint:gosec // small
		}
	},
	"a foreign key": func(t *testing.T, db *gorm.DB, ids []int) {
		t.Helper()
		hold(t, db, "shelf_id key depot_shelves", ids)
	},
	"a foreign key at the commit": func(t *testing.T, db *gorm.DB, ids []int) {
		t.Helper()
		hold(t, db, "shelf_id key depot_shelves DEFERRABLE INITIALLY DEFERRED", ids)
	},
}

// hold makes a table that the plugin knows nothing of, and that refers to some shelves.
func hold(t *testing.T, db *gorm.DB, reference string, ids []int) {
	t.Helper()
	database.Referring(t, db, "depot_strangers", reference)
	for _, id := range ids {
		require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (?)", id).Error)
	}
}

// shelves makes n shelves, all trashed, each a second later than the one before.
func shelves(t *testing.T, db *gorm.DB, n int) {
	t.Helper()
	rows := make([]models.DepotShelf, n)
	for i := range rows {
		rows[i].ID = uint(i + 1) //nolint:gosec // small
		rows[i].DeletedAt = gorm.DeletedAt{Time: models.DepotNow.Add(-100*models.Day + time.Duration(i)*time.Second), Valid: true}
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
					handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
						db := models.OpenDepot(t, open)
						if why := database.FlavourOf(db).NoDeferred; way == "a foreign key at the commit" && why != "" {
							t.Skip(why)
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
	for i, empty := range []emptier{models.OpenTrash(t, db).Empty, softdelete.Of[models.DepotShelf](db).Empty, models.OpenTrash(t, db).Empty} {
		report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: []int{10, 7, 0}[i]}, "depot_shelves")
		require.Equal(t, held, tables.IDsOf(t, db, "depot_shelves"))
		require.Equal(t, want, failedKeys(report))
		for _, failed := range report.Failed {
			require.Error(t, failed.Err)
			require.Equal(t, "DepotShelf", failed.Model)
			require.Len(t, failed.Key, 1)
			require.IsType(t, uint(0), failed.Key[0])
			require.Equal(t, restricted, errors.Is(failed, softdelete.ErrRestricted), "%v", failed.Err)
		}
	}
}

// TestEmptyHeldBelow says that a row is held by what holds a row that goes along with it.
func TestEmptyHeldBelow(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		furnished(t, db)
		database.Referring(t, db, "depot_strangers", "box_id key depot_boxes", "label_id key depot_labels")
		require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (2, NULL), (NULL, 9)").Error)
		require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 24").Error)
		for _, empty := range []emptier{models.OpenTrash(t, db).Empty, models.OpenTrash(t, db, &models.DepotHall{}, &models.DepotShelf{}, &models.DepotBox{}).Empty} {
			report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 5}, depotTables...)
			require.Equal(t, []string{
				"depot_boxes 2", "depot_boxes 9", "depot_halls 1", "depot_halls 2", "depot_shelves 1", "depot_shelves 3", "depot_shelves 6",
			}, failedKeys(report))
			require.Equal(t, []int{2, 9, 24}, tables.IDsOf(t, db, "depot_boxes"))
			require.Equal(t, []int{2, 9, 24}, tables.IDsOf(t, db, "depot_labels"), "what goes along with a row that stays, stays")
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
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 1000)
		database.Referring(t, db, "depot_strangers", "box_id key depot_boxes")
		require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (321)").Error)
		sent := record.Record(t, db)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: models.Day}, depotTables...)
		require.Equal(t, []string{"depot_boxes 321"}, failedKeys(report))
		all := sent.Take()
		require.Less(t, record.Starting(all, "BEGIN"), 40, "a thousand rows are ten halves of halves")
		require.Greater(t, record.Starting(all, "BEGIN"), 10)
	})
}

// TestEmptyStatements says that what a batch costs does not depend on its rows, nor on the batches before it.
func TestEmptyStatements(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		count := func(rows, size int) int {
			models.Boxes(t, db, rows)
			n := 0
			bin := softdelete.Of[models.DepotBox](concurrent.Pause(db, func(string) { n++ }))
			emptied(t, db, bin.Empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: size}, depotTables...)
			return n
		}
		count(1, 10) // the catalogue is read once only
		one := count(9, 10)
		require.Equal(t, one, count(899, 900), "one batch")
		two := count(19, 10)
		require.Equal(t, 9*(two-one), count(99, 10)-one, "ten batches")
		require.LessOrEqual(t, two-one, 5)
	})
}

package empty_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestEmptyWhere says that Where narrows down, on each model's table, and never widens.
func TestEmptyWhere(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		broken := errors.New("broken")
		for name, c := range map[string]struct {
			where func(*gorm.DB) *gorm.DB
			left  []int
		}{
			"one tenant":         {func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one") }, []int{2, 4, 6, 7, 8}},
			"an or":              {func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one").Or("1 = 1") }, []int{7, 8}},
			"an or first":        {func(db *gorm.DB) *gorm.DB { return db.Or("id = ?", 3).Or("id = 8") }, []int{1, 2, 4, 5, 6, 7, 8}},
			"an or of the young": {func(db *gorm.DB) *gorm.DB { return db.Where("id = 3").Or("id = 8") }, []int{1, 2, 4, 5, 6, 7, 8}},
			"an or in a scope": {
				func(db *gorm.DB) *gorm.DB {
					return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("id = 3").Or("id = 8") })
				}, []int{1, 2, 4, 5, 6, 7, 8},
			},
			"the live": {func(db *gorm.DB) *gorm.DB { return softdelete.WithTrashed(db).Where("1 = 1") }, []int{7, 8}},
			"unscoped": {func(db *gorm.DB) *gorm.DB { return db.Unscoped() }, []int{7, 8}},
			"a scope":  {softdelete.TrashedBefore(models.DepotNow.Add(-100*models.Day + 2*time.Second)), []int{3, 4, 5, 6, 7, 8}},
			"a scope in it": {
				func(db *gorm.DB) *gorm.DB {
					return db.Scopes(softdelete.TrashedAfter(models.DepotNow.Add(-100*models.Day + 2*time.Second)))
				},
				[]int{1, 2, 3, 7, 8},
			},
			"by actor":    {softdelete.TrashedBy("ana"), []int{1, 2, 4, 5, 6, 7, 8}},
			"nothing":     {func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0") }, []int{1, 2, 3, 4, 5, 6, 7, 8}},
			"no scope":    {func(db *gorm.DB) *gorm.DB { return db }, []int{7, 8}},
			"a subquery":  {func(db *gorm.DB) *gorm.DB { return db.Where("id IN (?)", gorm.Expr("SELECT 1 UNION SELECT 7")) }, []int{2, 3, 4, 5, 6, 7, 8}},
			"not trashed": {softdelete.WithoutTrashed, nil},
			"an error":    {func(db *gorm.DB) *gorm.DB { _ = db.AddError(broken); return db }, nil},
		} {
			t.Run(name, func(t *testing.T) {
				for _, empty := range []emptier{softdelete.Of[models.DepotBox](db).Empty, models.OpenTrash(t, db, &models.DepotBox{}).Empty} {
					whereBoxes(t, db)
					report, err := counted(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 2, Where: c.where}, depotTables...)
					if name == "an error" {
						require.ErrorIs(t, err, broken)
					}
					if c.left == nil {
						require.Empty(t, report.Rows)
						require.Len(t, tables.IDsOf(t, db, "depot_boxes"), 8)
						continue
					}
					require.NoError(t, err)
					require.Equal(t, c.left, tables.IDsOf(t, db, "depot_boxes"))
				}
			})
		}
	})
}

// whereBoxes makes boxes anew, 3, 7 and 8 trashed by ana, but for 7, which is live; 8 is young.
func whereBoxes(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, db.Exec("DELETE FROM depot_boxes").Error)
	models.Boxes(t, db, 8)
	require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_by = 'ana' WHERE id IN (3, 7, 8)").Error)
	require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 7").Error)
	models.Age(t, db, "depot_boxes", 8, time.Hour)
}

// TestEmptyOrOfTheHandle says that the conditions of the handle and of the bin stay in force, and never widen either.
func TestEmptyOrOfTheHandle(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		either := func(db *gorm.DB) *gorm.DB { return db.Where("id = 3").Or("id = 8").Or("id = 7") }
		for name, empty := range map[string]emptier{
			"trash":          models.OpenTrash(t, either(db), &models.DepotBox{}).Empty,
			"scopes":         models.OpenTrash(t, db.Scopes(either), &models.DepotBox{}).Empty,
			"bin":            softdelete.Of[models.DepotBox](either(db)).Empty,
			"scopes and bin": softdelete.Of[models.DepotBox](db.Scopes(either)).Empty,
			"bin's":          softdelete.Of[models.DepotBox](db).Scopes(either).Empty,
			"bin's Where":    softdelete.Of[models.DepotBox](db).Where("id = 3 OR id = 8 OR id = 7").Empty,
			"several":        softdelete.Of[models.DepotBox](db).Where("id < 3 OR id = 3").Scopes(either).Where("id > 1").Empty,
		} {
			t.Run(name, func(t *testing.T) {
				whereBoxes(t, db)
				emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 2}, depotTables...)
				require.Equal(t, []int{1, 2, 4, 5, 6, 7, 8}, tables.IDsOf(t, db, "depot_boxes"))
				whereBoxes(t, db)
				dry, err := empty(t.Context(), softdelete.EmptyOptions{OlderThan: models.Day, DryRun: true})
				require.NoError(t, err)
				require.Equal(t, map[string]int64{"depot_boxes": 1}, dry.Rows)
			})
		}
	})
}

// TestEmptyOddScopes says that a scope may sort, join and preload: each row goes all the same.
func TestEmptyOddScopes(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		for name, where := range map[string]func(*gorm.DB) *gorm.DB{
			"sorted": func(db *gorm.DB) *gorm.DB { return db.Order("id DESC") },
			"joined": func(db *gorm.DB) *gorm.DB {
				return db.Joins("JOIN depot_shelves s ON s.id = depot_boxes.shelf_id").Where("s.hall_id < 9")
			},
			"preloads": func(db *gorm.DB) *gorm.DB { return db.Preload("Labels") },
			"debug":    func(db *gorm.DB) *gorm.DB { return db.Session(&gorm.Session{}) },
		} {
			t.Run(name, func(t *testing.T) {
				for _, hooks := range []bool{false, true} {
					furnished(t, db)
					options := softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 5, Where: where, Hooks: hooks, DryRun: true}
					dry, err := softdelete.Of[models.DepotBox](db).Empty(t.Context(), options)
					require.NoError(t, err)
					options.DryRun = false
					report := emptied(t, db, softdelete.Of[models.DepotBox](db).Empty, options, depotTables...)
					require.Empty(t, report.Failed)
					require.Equal(t, map[string]int64{"depot_boxes": 24, "depot_labels": 24}, report.Rows)
					require.Equal(t, report.Rows, dry.Rows)
				}
			})
		}
	})
}

// TestEmptyWhereOnEachTable says that one scope serves for all models, each time with that model's statement.
func TestEmptyWhereOnEachTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		furnished(t, db)
		first := func(db *gorm.DB) *gorm.DB { return db.Where("id <= ?", 4) }
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: models.Day, Where: first}, depotTables...)
		require.Equal(t, map[string]int64{"depot_halls": 2, "depot_shelves": 6, "depot_boxes": 24, "depot_labels": 24}, report.Rows,
			"what hangs on the addressed rows goes along, whatever Where says")
	})
}

// TestEmptyBin says that a bin empties its own part, and that the conditions of its handle stay in force.
func TestEmptyBin(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 10)
		furnishing := []models.DepotShelf{{ID: 1, Tracked: softdelete.Tracked{DeletedAt: gorm.DeletedAt{Time: models.DepotNow.Add(-100 * models.Day), Valid: true}}}}
		require.NoError(t, db.Create(&furnishing).Error)
		options := softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 2}
		bin := softdelete.Of[models.DepotBox](db)
		emptied(t, db, bin.Where("tenant = ?", "one").Where("id < 6").Empty, options, depotTables...)
		require.Equal(t, []int{2, 4, 6, 7, 8, 9, 10}, tables.IDsOf(t, db, "depot_boxes"))
		emptied(t, db, bin.Scopes(softdelete.TrashedBefore(models.DepotNow.Add(-100*models.Day+2*time.Second))).Empty, options, depotTables...)
		require.Equal(t, []int{4, 6, 7, 8, 9, 10}, tables.IDsOf(t, db, "depot_boxes"))
		emptied(t, db, softdelete.Of[models.DepotBox](db.Where("tenant = ?", "two")).Where("id < 7 OR id = 9").Empty, options, depotTables...)
		require.Equal(t, []int{7, 8, 9, 10}, tables.IDsOf(t, db, "depot_boxes"))
		options.Where = func(db *gorm.DB) *gorm.DB { return db.Where("id = 10").Or("id = 7") }
		emptied(t, db, bin.Where("tenant = 'one'").Empty, options, depotTables...)
		require.Equal(t, []int{8, 9, 10}, tables.IDsOf(t, db, "depot_boxes"))
		options.Where = nil
		emptied(t, db, bin.Scopes(softdelete.WithTrashed).Empty, options, depotTables...)
		require.Empty(t, tables.IDsOf(t, db, "depot_boxes"))
		require.Equal(t, []int{1}, tables.IDsOf(t, db, "depot_shelves"), "other models are left alone")
	})
}

// TestEmptyWhereBesideTheHandle says that an OR in Where does not reach the conditions of the handle, and that a limit holds,
// whether hooks run or not.
func TestEmptyWhereBesideTheHandle(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		one := db.Where("tenant = ?", "one")
		for name, empty := range map[string]emptier{
			"trash": models.OpenTrash(t, one, &models.DepotBox{}).Empty, "bin": softdelete.Of[models.DepotBox](one).Empty,
			"scope": models.OpenTrash(t, db, &models.DepotBox{}).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one") }).Empty,
		} {
			for _, hooks := range []bool{false, true} {
				for where, c := range map[string]struct {
					scope func(*gorm.DB) *gorm.DB
					rows  int64
				}{
					"or":       {func(db *gorm.DB) *gorm.DB { return db.Where("id = 1").Or("1 = 1") }, 3},
					"or first": {func(db *gorm.DB) *gorm.DB { return db.Or("1 = 1").Or("id = 2") }, 3},
					"limit":    {func(db *gorm.DB) *gorm.DB { return db.Order("id").Limit(2) }, 2},
				} {
					whereBoxes(t, db)
					options := softdelete.EmptyOptions{OlderThan: models.Day, Hooks: hooks, Where: c.scope}
					dry := options
					dry.DryRun = true
					report, err := empty(t.Context(), dry)
					require.NoError(t, err)
					require.Equal(t, map[string]int64{"depot_boxes": c.rows}, report.Rows, "%s, %s, a dry run", name, where)
					report, err = empty(t.Context(), options)
					require.NoError(t, err)
					require.Equal(t, map[string]int64{"depot_boxes": c.rows}, report.Rows, "%s, %s, hooks %v", name, where, hooks)
				}
			}
		}
	})
}

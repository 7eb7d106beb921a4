package empty_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestEmptyChildrenFirst says that tables go children first, whatever the order of the models, and each oldest first.
func TestEmptyChildrenFirst(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := models.OpenDepot(t, open, log.observe)
		for _, list := range [][]any{nil, {&models.DepotHall{}, &models.DepotShelf{}, &models.DepotBox{}}, {&models.DepotBox{}, &models.DepotHall{}, &models.DepotShelf{}}} {
			furnished(t, db)
			models.Age(t, db, "depot_boxes", 20, 300*models.Day)
			models.Age(t, db, "depot_halls", 2, 400*models.Day)
			models.Age(t, db, "depot_boxes", 3, 350*models.Day)
			report := emptied(t, db, models.OpenTrash(t, db, list...).Empty, softdelete.EmptyOptions{OlderThan: 30 * models.Day, BatchSize: 1}, depotTables...)
			require.Equal(t, map[string]int64{"depot_halls": 2, "depot_shelves": 6, "depot_boxes": 24, "depot_labels": 24}, report.Rows)
			var tables, order []string
			for _, p := range log.take() {
				if !p.cascaded {
					tables = append(tables, p.table)
					order = append(order, p.keys...)
				}
			}
			require.Equal(t, []string{"depot_boxes", "depot_shelves", "depot_halls"}, slices.Compact(tables))
			require.Equal(t, []string{"3", "20", "1", "2"}, order[:4])
			require.Equal(t, []string{"2", "1"}, order[len(order)-2:])
		}
	})
}

// TestEmptyYoungChildren says that young rows go only along with old ones that they hang on.
func TestEmptyYoungChildren(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := models.OpenDepot(t, open, log.observe)
		furnished(t, db)
		models.Age(t, db, "depot_halls", 1, models.Day) // young, with old shelves
		for _, id := range []uint{1, 2, 13} {
			models.Age(t, db, "depot_boxes", id, models.Day) // young, on old shelves
		}
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * models.Day}, depotTables...)
		require.Equal(t, map[string]int64{"depot_halls": 1, "depot_shelves": 6, "depot_boxes": 24, "depot_labels": 24}, report.Rows)
		require.Empty(t, report.Failed)
		require.Equal(t, []int{1}, tables.IDsOf(t, db, "depot_halls"))
		along := map[string][]string{}
		for _, p := range log.take() {
			if p.cascaded {
				along[p.table] = append(along[p.table], p.keys...)
			}
		}
		slices.Sort(along["depot_boxes"])
		require.Equal(t, []string{"1", "13", "2"}, along["depot_boxes"])
	})
}

// TestEmptyTree empties a self-referencing tree, of which parents are of any age.
func TestEmptyTree(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenStill(t, open, softdelete.Config{Models: []any{&testmodels.BlogFolder{}}}, &testmodels.BlogFolder{})
		plant := func() {
			database.ClearTable(t, db, "blog_folders")
			folders := []testmodels.BlogFolder{{ID: 1}, {ID: 100}} // 2 and 3 hang on 1, 4 and 5 on 2, and so on; 100 is alone
			for id := uint(2); id < 64; id++ {
				folders = append(folders, testmodels.BlogFolder{ID: id, ParentID: tables.Ptr(id / 2)})
			}
			require.NoError(t, db.Create(&folders).Error)
			ageAll(t, db, "blog_folders", 100*models.Day)
		}
		for _, size := range []int{1, 7, 0} {
			for name, empty := range map[string]emptier{"trash": models.OpenTrash(t, db).Empty, "bin": softdelete.Of[testmodels.BlogFolder](db).Empty} {
				options := softdelete.EmptyOptions{OlderThan: 30 * models.Day, BatchSize: size}
				plant()
				report := emptied(t, db, empty, options, "blog_folders")
				require.Equal(t, map[string]int64{"blog_folders": 64}, report.Rows, name)
				require.Empty(t, report.Failed, name)

				plant() // the inner ones are young: they go with 1
				require.NoError(t, db.Exec("UPDATE blog_folders SET deleted_at = ? WHERE id > 1 AND id < 32", models.DepotNow).Error)
				options.DryRun = true
				dry, err := empty(t.Context(), options)
				require.NoError(t, err, name)
				require.Len(t, tables.IDsOf(t, db, "blog_folders"), 64, name)
				options.DryRun = false
				report = emptied(t, db, empty, options, "blog_folders")
				require.Empty(t, tables.IDsOf(t, db, "blog_folders"), name)
				require.Equal(t, report.Rows, dry.Rows, name)

				plant() // 40 is live: all above it is held, all else goes
				require.NoError(t, db.Exec("UPDATE blog_folders SET deleted_at = NULL WHERE id = 40").Error)
				report = emptied(t, db, empty, options, "blog_folders")
				require.Equal(t, []int{1, 2, 5, 10, 20, 40}, tables.IDsOf(t, db, "blog_folders"), "%s by %d", name, size)
				require.Equal(t, []string{"blog_folders 1", "blog_folders 10", "blog_folders 2", "blog_folders 20", "blog_folders 5"}, failedKeys(report), "%s by %d", name, size)
				for _, failed := range report.Failed {
					require.ErrorIs(t, failed, softdelete.ErrRestricted, name)
				}
			}
		}
	})
}

// TestEmptyCompositeKeys says that keyset, cascade and report work with keys of several columns.
func TestEmptyCompositeKeys(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		tablesOf := []any{&models.ZooOrder{}, &models.ZooLine{}, &models.ZooPart{}}
		names := []string{"zoo_orders", "zoo_lines", "zoo_parts"}
		log := &purges{}
		db := models.OpenStill(t, open, softdelete.Config{Models: tablesOf, Observers: []softdelete.Observer{log.observe}}, tablesOf...)
		for tenant := range int64(3) {
			for no := range int64(4) {
				require.NoError(t, db.Create(&models.ZooOrder{Tenant: tenant, No: no}).Error)
				for line := range int64(2) {
					require.NoError(t, db.Create(&models.ZooLine{Tenant: tenant, OrderNo: no, Line: line}).Error)
					part := models.ZooPart{ID: tenant*100 + no*10 + line, Tenant: tables.Ptr(tenant), OrderNo: tables.Ptr(no), LineNo: tables.Ptr(line)}
					require.NoError(t, db.Create(&part).Error)
				}
			}
		}
		for _, table := range names {
			ageAll(t, db, table, 100*models.Day) // all of one time: it is the key that the batches go by
		}
		require.NoError(t, db.Exec("UPDATE zoo_parts SET deleted_at = NULL WHERE id IN (121, 200)").Error)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * models.Day, BatchSize: 5}, names...)
		require.Equal(t, map[string]int64{"zoo_orders": 10, "zoo_lines": 22, "zoo_parts": 22}, report.Rows)
		require.Equal(t, []string{"zoo_lines 1 2 1", "zoo_lines 2 0 0", "zoo_orders 1 2", "zoo_orders 2 0"}, failedKeys(report))
		for _, failed := range report.Failed {
			require.ErrorIs(t, failed, softdelete.ErrRestricted)
			require.IsType(t, int64(0), failed.Key[0], "as the model's field")
		}
		var lines []string
		for _, p := range log.take() {
			if p.table == "zoo_lines" {
				require.LessOrEqual(t, len(p.keys), 5)
				lines = append(lines, p.keys...)
			}
		}
		require.True(t, slices.IsSorted(lines), "%v", lines)
	})
}

// A team hangs on its captain, and a captain on the team: circles of models.
func TestEmptyModelsInCircles(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		list := []any{&models.ZooTeam{}, &models.ZooPlayer{}, &models.ZooMatch{}}
		names := []string{"zoo_teams", "zoo_players", "zoo_matches"}
		db := open(t)
		db.DisableForeignKeyConstraintWhenMigrating = true
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: list})))
		require.NoError(t, db.AutoMigrate(list...))
		for _, size := range []int{1, 4, 0} {
			for id := range int64(6) {
				require.NoError(t, db.Create(&models.ZooTeam{ID: id + 1, CaptainID: tables.Ptr(id*2 + 1)}).Error)
				require.NoError(t, db.Create(&models.ZooPlayer{ID: id*2 + 1, TeamID: tables.Ptr(id + 1)}).Error)
				require.NoError(t, db.Create(&models.ZooPlayer{ID: id*2 + 2, TeamID: tables.Ptr((id+1)%6 + 1)}).Error)
				require.NoError(t, db.Create(&models.ZooMatch{ID: id + 1, HomeID: tables.Ptr((id+3)%6 + 1), AwayID: tables.Ptr(id + 1)}).Error)
			}
			for id := range int64(6) {
				require.NoError(t, db.Delete(&models.ZooMatch{ID: id + 1}).Error)
			}
			for id := range int64(6) {
				require.NoError(t, db.Delete(&models.ZooTeam{ID: id + 1}).Error)
			}
			require.NoError(t, db.Where("1 = 1").Delete(&models.ZooPlayer{}).Error)
			report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: size}, names...)
			require.Equal(t, map[string]int64{"zoo_teams": 6, "zoo_players": 12, "zoo_matches": 6}, report.Rows)
			require.Empty(t, report.Failed)
		}
	})
}

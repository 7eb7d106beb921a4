package softdelete_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestEmptyChildrenFirst says that tables go children first, whatever the order of the models, and each oldest first.
func TestEmptyChildrenFirst(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := openDepot(t, open, log.observe)
		for _, models := range [][]any{nil, {&depotHall{}, &depotShelf{}, &depotBox{}}, {&depotBox{}, &depotHall{}, &depotShelf{}}} {
			furnished(t, db)
			age(t, db, "depot_boxes", 20, 300*day)
			age(t, db, "depot_halls", 2, 400*day)
			age(t, db, "depot_boxes", 3, 350*day)
			report := emptied(t, db, trashOf(t, db, models...).Empty, softdelete.EmptyOptions{OlderThan: 30 * day, BatchSize: 1}, depotTables...)
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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := openDepot(t, open, log.observe)
		furnished(t, db)
		age(t, db, "depot_halls", 1, day) // young, with old shelves
		for _, id := range []uint{1, 2, 13} {
			age(t, db, "depot_boxes", id, day) // young, on old shelves
		}
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * day}, depotTables...)
		require.Equal(t, map[string]int64{"depot_halls": 1, "depot_shelves": 6, "depot_boxes": 24, "depot_labels": 24}, report.Rows)
		require.Empty(t, report.Failed)
		require.Equal(t, []int{1}, idsOf(t, db, "depot_halls"))
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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openStill(t, open, softdelete.Config{Models: []any{&blogFolder{}}}, &blogFolder{})
		plant := func() {
			clearTable(t, db, "blog_folders")
			folders := []blogFolder{{ID: 1}, {ID: 100}} // 2 and 3 hang on 1, 4 and 5 on 2, and so on; 100 is alone
			for id := uint(2); id < 64; id++ {
				folders = append(folders, blogFolder{ID: id, ParentID: ptr(id / 2)})
			}
			require.NoError(t, db.Create(&folders).Error)
			ageAll(t, db, "blog_folders", 100*day)
		}
		for _, size := range []int{1, 7, 0} {
			for name, empty := range map[string]emptier{"trash": trashOf(t, db).Empty, "bin": softdelete.Of[blogFolder](db).Empty} {
				options := softdelete.EmptyOptions{OlderThan: 30 * day, BatchSize: size}
				plant()
				report := emptied(t, db, empty, options, "blog_folders")
				require.Equal(t, map[string]int64{"blog_folders": 64}, report.Rows, name)
				require.Empty(t, report.Failed, name)

				plant() // the inner ones are young: they go with 1
				require.NoError(t, db.Exec("UPDATE blog_folders SET deleted_at = ? WHERE id > 1 AND id < 32", depotNow).Error)
				options.DryRun = true
				dry, err := empty(t.Context(), options)
				require.NoError(t, err, name)
				require.Len(t, idsOf(t, db, "blog_folders"), 64, name)
				options.DryRun = false
				report = emptied(t, db, empty, options, "blog_folders")
				require.Empty(t, idsOf(t, db, "blog_folders"), name)
				require.Equal(t, report.Rows, dry.Rows, name)

				plant() // 40 is live: all above it is held, all else goes
				require.NoError(t, db.Exec("UPDATE blog_folders SET deleted_at = NULL WHERE id = 40").Error)
				report = emptied(t, db, empty, options, "blog_folders")
				require.Equal(t, []int{1, 2, 5, 10, 20, 40}, idsOf(t, db, "blog_folders"), "%s by %d", name, size)
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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		tables := []any{&zooOrder{}, &zooLine{}, &zooPart{}}
		names := []string{"zoo_orders", "zoo_lines", "zoo_parts"}
		log := &purges{}
		db := openStill(t, open, softdelete.Config{Models: tables, Observers: []softdelete.Observer{log.observe}}, tables...)
		for tenant := range int64(3) {
			for no := range int64(4) {
				require.NoError(t, db.Create(&zooOrder{Tenant: tenant, No: no}).Error)
				for line := range int64(2) {
					require.NoError(t, db.Create(&zooLine{Tenant: tenant, OrderNo: no, Line: line}).Error)
					part := zooPart{ID: tenant*100 + no*10 + line, Tenant: ptr(tenant), OrderNo: ptr(no), LineNo: ptr(line)}
					require.NoError(t, db.Create(&part).Error)
				}
			}
		}
		for _, table := range names {
			ageAll(t, db, table, 100*day) // all of one time: it is the key that the batches go by
		}
		require.NoError(t, db.Exec("UPDATE zoo_parts SET deleted_at = NULL WHERE id IN (121, 200)").Error)
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * day, BatchSize: 5}, names...)
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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		models := []any{&zooTeam{}, &zooPlayer{}, &zooMatch{}}
		names := []string{"zoo_teams", "zoo_players", "zoo_matches"}
		db := open(t)
		db.DisableForeignKeyConstraintWhenMigrating = true
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
		require.NoError(t, db.AutoMigrate(models...))
		for _, size := range []int{1, 4, 0} {
			for id := range int64(6) {
				require.NoError(t, db.Create(&zooTeam{ID: id + 1, CaptainID: ptr(id*2 + 1)}).Error)
				require.NoError(t, db.Create(&zooPlayer{ID: id*2 + 1, TeamID: ptr(id + 1)}).Error)
				require.NoError(t, db.Create(&zooPlayer{ID: id*2 + 2, TeamID: ptr((id+1)%6 + 1)}).Error)
				require.NoError(t, db.Create(&zooMatch{ID: id + 1, HomeID: ptr((id+3)%6 + 1), AwayID: ptr(id + 1)}).Error)
			}
			for id := range int64(6) {
				require.NoError(t, db.Delete(&zooMatch{ID: id + 1}).Error)
			}
			for id := range int64(6) {
				require.NoError(t, db.Delete(&zooTeam{ID: id + 1}).Error)
			}
			require.NoError(t, db.Where("1 = 1").Delete(&zooPlayer{}).Error)
			report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: size}, names...)
			require.Equal(t, map[string]int64{"zoo_teams": 6, "zoo_players": 12, "zoo_matches": 6}, report.Rows)
			require.Empty(t, report.Failed)
		}
	})
}

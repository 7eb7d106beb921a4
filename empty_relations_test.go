package softdelete_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

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
			require.NoError(t, db.Exec("DELETE FROM blog_folders").Error)
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

// TestEmptyReservedNames says that columns may be called as they like.
func TestEmptyReservedNames(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aPair{})
		for i := range 9 {
			require.NoError(t, db.Create(&aPair{Left: i / 3, Right: string(rune('a' + i%3)), Group: i}).Error)
		}
		require.NoError(t, db.Where("1 = 1").Delete(&aPair{}).Error)
		options := softdelete.EmptyOptions{All: true, BatchSize: 2, Where: func(db *gorm.DB) *gorm.DB { return db.Where(map[string]any{"group": []int{1, 4, 5, 8}}) }}
		emptied(t, db, softdelete.Of[aPair](db).Empty, options, "a_pairs")
		require.Equal(t, []int{0, 2, 3, 6, 7}, column[int](t, db, `SELECT "group" FROM a_pairs ORDER BY "group"`))
		options.Where = nil
		emptied(t, db, trashOf(t, db, &aPair{}).Empty, options, "a_pairs")
	})
}

// TestEmptyWithoutATime says that a model that keeps no time cannot be emptied by age: a bin of it fails, a trash goes on
// with the others and says so, if there is anything to say it of.
func TestEmptyWithoutATime(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 3)
		byAge := softdelete.EmptyOptions{OlderThan: day}
		require.NoError(t, db.Create(&[]depotToken{{ID: 1}, {ID: 2}, {ID: 3}}).Error)
		report := emptied(t, db, trashOf(t, db).Empty, byAge, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 3}, report.Rows)
		require.Empty(t, report.Failed, "no token is trashed")

		require.NoError(t, db.Delete(&depotToken{}, []uint{1, 3}).Error)
		for _, dry := range []bool{true, false} {
			byAge.DryRun = dry
			var wrong *softdelete.ModelError
			report, err := softdelete.Of[depotToken](db).Empty(t.Context(), byAge)
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, "depotToken", wrong.Model)
			require.Empty(t, report.Rows)

			boxes(t, db, 3)
			report, err = trashOf(t, db).Empty(t.Context(), byAge)
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"depot_boxes": 3}, report.Rows)
			require.Len(t, report.Failed, 1)
			failed := report.Failed[0]
			require.Equal(t, []any{"depot_tokens", "depotToken"}, []any{failed.Table, failed.Model})
			require.Nil(t, failed.Key)
			require.ErrorAs(t, failed, &wrong)
			require.NoError(t, db.Exec("DELETE FROM depot_boxes").Error)
		}
		require.Equal(t, []int{1, 2, 3}, idsOf(t, db, "depot_tokens"))
		report = emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 1}, depotTables...)
		require.Equal(t, map[string]int64{"depot_tokens": 2}, report.Rows)
		require.Empty(t, report.Failed)
		require.Equal(t, []int{2}, idsOf(t, db, "depot_tokens"))
	})
}

// TestEmptyUnknownTime says that of a model that keeps a time beside its flag rows may lack it: those are of no age.
func TestEmptyUnknownTime(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		config := softdelete.Config{Models: []any{&aFlagged{}}, Observers: []softdelete.Observer{log.observe}}
		db := openStill(t, open, config, &aFlagged{})
		for id := range uint(9) {
			require.NoError(t, db.Create(&aFlagged{ID: id + 1}).Error)
		}
		require.NoError(t, db.Exec("UPDATE a_flaggeds SET is_deleted = true WHERE id > 1").Error)
		require.NoError(t, db.Exec("UPDATE a_flaggeds SET at = ? WHERE id IN (1, 4, 6)", depotNow.Add(-50*day)).Error)
		require.NoError(t, db.Exec("UPDATE a_flaggeds SET at = ? WHERE id = 8", depotNow.Add(-time.Hour)).Error)
		emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 2}, "a_flaggeds")
		require.Equal(t, []int{1, 2, 3, 5, 7, 8, 9}, idsOf(t, db, "a_flaggeds"))
		log.take()
		emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 2}, "a_flaggeds")
		require.Equal(t, []int{1}, idsOf(t, db, "a_flaggeds"))
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
		db := openStill(t, open, softdelete.Config{Models: []any{&aKeyless{}, &aStamped{}}}, &aKeyless{}, &aStamped{})
		for id := range uint(3) {
			require.NoError(t, db.Create(&aKeyless{Name: "a"}).Error)
			require.NoError(t, db.Create(&aStamped{ID: id + 1}).Error)
		}
		options := softdelete.EmptyOptions{OlderThan: day}
		require.Empty(t, emptied(t, db, trashOf(t, db).Empty, options, "a_keylesses", "a_stampeds").Failed)
		ageAll(t, db, "a_keylesses", 50*day)
		ageAll(t, db, "a_stampeds", 50*day)
		report := emptied(t, db, trashOf(t, db).Empty, options, "a_keylesses", "a_stampeds")
		require.Equal(t, map[string]int64{"a_stampeds": 3}, report.Rows)
		require.Len(t, report.Failed, 1)
		require.Nil(t, report.Failed[0].Key)
		require.Equal(t, "aKeyless", report.Failed[0].Model)
		require.ErrorAs(t, report.Failed[0], new(*softdelete.ModelError))
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

// TestEmptyHooks says that hooks run on demand only, in the batch's transaction, once for each row.
func TestEmptyHooks(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		shelves := []any{&hookedShelf{}, &hookedBook{}, &hookedMagazine{}, &hookedPage{}}
		names := []string{"hooked_shelves", "hooked_books", "hooked_magazines", "hooked_pages"}
		db := withPlugin(t, open, softdelete.Config{Models: shelves}, shelves...)
		fill := func() {
			for _, table := range slices.Backward(names) {
				require.NoError(t, db.Exec("DELETE FROM "+table).Error)
			}
			require.NoError(t, db.Create(&hookedShelf{ID: 1}).Error)
			for id := range uint(5) {
				require.NoError(t, db.Create(&hookedBook{ID: id + 1, ShelfID: 1}).Error)
				require.NoError(t, db.Create(&hookedPage{ID: id + 1, BookID: id + 1}).Error)
				require.NoError(t, db.Create(&hookedMagazine{ID: id + 1, ShelfID: 1}).Error)
			}
			require.NoError(t, db.Delete(&hookedShelf{ID: 1}).Error)
		}
		for name, empty := range map[string]emptier{"trash": trashOf(t, db).Empty, "bin": softdelete.Of[hookedShelf](db).Empty, "books": softdelete.Of[hookedBook](db).Empty} {
			for _, hooks := range []bool{true, false} {
				fill()
				calls := &hookCalls{}
				ctx := context.WithValue(t.Context(), hookCallsKey{}, calls)
				options := softdelete.EmptyOptions{All: true, BatchSize: 2, Hooks: hooks, DryRun: true}
				_, err := empty(ctx, options)
				require.NoError(t, err)
				require.Empty(t, calls.calls, "%s: a dry run runs none", name)
				options.DryRun = false
				_, err = countedBy(t, ctx, db, empty, options, names...)
				require.NoError(t, err)
				require.Empty(t, idsOf(t, db, "hooked_books"), name)
				var want []string
				for _, when := range []string{"AfterPurge", "BeforePurge"} {
					for _, id := range []string{"1", "2", "3", "4", "5"} {
						want = append(want, "book "+when+" "+id+": purge")
					}
				}
				if !hooks {
					want = nil
				}
				calls.calls = slices.DeleteFunc(calls.calls, func(call string) bool { return !slices.Contains(want, call) && hooks })
				slices.Sort(calls.calls)
				require.Equal(t, want, calls.calls, "%s, hooks: %t", name, hooks)
			}
		}
	})
}

// TestEmptyHookFails says that what a hook refuses stays, with the reason, and that what the hooks of its batch wrote is gone
// with the batch, and written by those of the rows that go.
func TestEmptyHookFails(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{Models: []any{&depotKept{}}}, &depotKept{}, &aTrace{})
		for id := range uint(10) {
			require.NoError(t, db.Create(&depotKept{ID: id + 1}).Error)
		}
		require.NoError(t, db.Where("1 = 1").Delete(&depotKept{}).Error)
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 4, Hooks: true}, "depot_kepts")
		require.Equal(t, []string{"depot_kepts 3", "depot_kepts 6", "depot_kepts 9"}, failedKeys(report))
		for _, failed := range report.Failed {
			require.ErrorIs(t, failed, errKept)
			require.Equal(t, "depotKept", failed.Model)
			require.NotContains(t, failed.Error(), "3")
		}
		require.Equal(t, []int{1, 2, 4, 5, 7, 8, 10}, idsOf(t, db, "a_traces"))
	})
}

// TestEmptySecondsAndMillis empties by coarse times, of which many rows have the same.
func TestEmptySecondsAndMillis(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := openStill(t, open, softdelete.Config{Observers: []softdelete.Observer{log.observe}}, &aSecond{}, &aMilli{}, &aMixed{}, &aNano{})
		for id := range uint(20) {
			for _, row := range []any{&aSecond{ID: id + 1}, &aMilli{ID: id + 1}, &aMixed{ID: id + 1}, &aNano{ID: id + 1}} {
				require.NoError(t, db.Create(row).Error)
			}
		}
		old := depotNow.Add(-100 * day)
		for id := range 20 {
			at := old.Add(time.Duration((20-id)/8) * time.Second)
			for table, value := range map[string]any{"a_seconds": at.Unix(), "a_millis": at.UnixMilli(), "a_nanos": at.UnixNano()} {
				require.NoError(t, db.Exec("UPDATE "+table+" SET deleted_at = ? WHERE id = ?", value, id+1).Error)
			}
			require.NoError(t, db.Exec("UPDATE a_mixeds SET deleted_at = ?, is_del = 1 WHERE id = ?", at, id+1).Error)
		}
		trash := trashOf(t, db, &aSecond{}, &aMilli{}, &aMixed{}, &aNano{})
		emptied(t, db, trash.Empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 4}, "a_seconds", "a_millis", "a_mixeds", "a_nanos")
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

package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestEmptyNeedsAnAge says that zero or a negative age is no age, unless all is meant; nor are there other negative options.
func TestEmptyNeedsAnAge(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 4)
		before := dumped(t, db, depotTables...)
		for name, empty := range map[string]emptier{"trash": trashOf(t, db).Empty, "bin": softdelete.Of[depotBox](db).Empty} {
			for _, options := range []softdelete.EmptyOptions{
				{},
				{OlderThan: -1},
				{OlderThan: -time.Hour, BatchSize: 1},
				{DryRun: true},
				{All: true, BatchSize: -1},
				{All: true, MaxRows: -1},
				{All: true, Pause: -1},
				{Where: func(db *gorm.DB) *gorm.DB { return db.Where("id = 1") }},
			} {
				report, err := empty(t.Context(), options)
				require.ErrorIs(t, err, gorm.ErrInvalidValue, name)
				require.Empty(t, report.Rows, name)
				require.Empty(t, report.Failed, name)
				require.Equal(t, before, dumped(t, db, depotTables...), name)
			}
		}
		where := func(id uint) func(*gorm.DB) *gorm.DB {
			return func(db *gorm.DB) *gorm.DB { return db.Where("id = ?", id) }
		}
		bin := softdelete.Of[depotBox](db).Empty
		emptied(t, db, bin, softdelete.EmptyOptions{All: true, Where: where(1)}, depotTables...)
		emptied(t, db, bin, softdelete.EmptyOptions{All: true, OlderThan: -time.Hour, Where: where(2)}, depotTables...)
		emptied(t, db, bin, softdelete.EmptyOptions{All: true, OlderThan: 1000 * day, Where: where(3)}, depotTables...)
		require.Equal(t, []int{4}, idsOf(t, db, "depot_boxes"), "with All the age means nothing")
	})
}

// TestEmptyOfNothing says what there is to say of a nil handle, a nil context, a wrong model and a handle without the plugin.
func TestEmptyOfNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 1)
		everything := softdelete.EmptyOptions{All: true}
		_, err := softdelete.OpenTrash(nil)
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		_, err = softdelete.OpenTrash(open(t))
		require.ErrorIs(t, err, softdelete.ErrNotInstalled)
		_, err = softdelete.OpenTrash(db, &depotLabel{})
		require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable)
		_, err = softdelete.Of[depotBox](nil).Empty(t.Context(), everything)
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		_, err = softdelete.Of[depotBox](open(t)).Empty(t.Context(), everything)
		require.ErrorIs(t, err, softdelete.ErrNotInstalled)
		_, err = softdelete.Of[depotLabel](db).Empty(t.Context(), everything)
		require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable)
		for _, empty := range []emptier{trashOf(t, db).Empty, softdelete.Of[depotBox](db).Empty} {
			_, err = empty(nil, everything) //nolint:staticcheck // that is what is tested
			require.ErrorIs(t, err, gorm.ErrInvalidValue)
		}
		require.Len(t, idsOf(t, db, "depot_boxes"), 1)
		emptied(t, db, trashOf(t, db).Empty, everything, depotTables...)
		report := emptied(t, db, trashOf(t, db).Empty, everything, depotTables...)
		require.Empty(t, report.Failed, "an empty trash")
	})
}

// TestEmptyOlderThan says that live and younger rows stay, and nothing of the old ones but their rows is written.
func TestEmptyOlderThan(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 6)
		require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 2").Error)
		age(t, db, "depot_boxes", 4, 30*day-time.Second)
		age(t, db, "depot_boxes", 5, 0)
		require.NoError(t, db.Create(&depotToken{ID: 1}).Error)
		require.NoError(t, db.Create(&depotHall{ID: 1}).Error)
		rest := stored(t, db, "depot_boxes", "id")
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * day}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 3}, report.Rows)
		require.Empty(t, report.Failed)
		require.Equal(t, []map[string]any{rest[1], rest[3], rest[4]}, stored(t, db, "depot_boxes", "id"))
		report = emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 2}, report.Rows)
		require.Equal(t, []int{2}, idsOf(t, db, "depot_boxes"))
	})
}

// checkCutOff says that the row of the cut-off stays and that of one step before goes.
func checkCutOff[T any](t *testing.T, make func(id uint) *T, step func(db *gorm.DB) time.Duration) {
	t.Helper()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		cut := past()
		now := cut.Add(30 * day)
		config := testdb.Config()
		config.NowFunc = func() time.Time { return now }
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(new(T)))
		cut = cut.Truncate(step(db))
		for i := range 5 {
			at := cut.Add(time.Duration(i-2) * step(db))
			row := make(uint(i + 1)) //nolint:gosec // small
			require.NoError(t, db.Create(row).Error)
			tx := db.Session(&gorm.Session{NowFunc: func() time.Time { return at }}).Delete(row)
			require.NoError(t, tx.Error)
		}
		table := tableOf(t, db, new(T))
		bin := softdelete.Of[T](db).Empty
		for _, c := range []struct {
			cut  time.Time
			left []int
		}{
			{cut.Add(-2 * step(db)), []int{1, 2, 3, 4, 5}},
			{cut.Add(-step(db)), []int{2, 3, 4, 5}},
			{cut, []int{3, 4, 5}},
			{cut.Add(step(db)), []int{4, 5}},
		} {
			emptied(t, db, bin, softdelete.EmptyOptions{OlderThan: now.Sub(c.cut)}, table)
			require.Equal(t, c.left, idsOf(t, db, table), "%s before the time of the third", cut.Sub(c.cut))
		}
	})
}

// TestEmptyCutOff runs on each kind of marker that keeps a time.
func TestEmptyCutOff(t *testing.T) {
	t.Parallel()
	always := func(step time.Duration) func(*gorm.DB) time.Duration {
		return func(*gorm.DB) time.Duration { return step }
	}
	finest := func(db *gorm.DB) time.Duration {
		return map[string]time.Duration{"sqlite": time.Nanosecond, "postgres": time.Microsecond}[db.Name()]
	}
	for name, check := range map[string]func(t *testing.T){
		"time": func(t *testing.T) {
			checkCutOff(t, func(id uint) *aStamped { return &aStamped{ID: id} }, finest)
		},
		"pointer": func(t *testing.T) {
			checkCutOff(t, func(id uint) *aPointer { return &aPointer{ID: id} }, finest)
		},
		"zero value": func(t *testing.T) { checkCutOff(t, func(id uint) *aZero { return &aZero{ID: id} }, finest) },
		"milliseconds of a time": func(t *testing.T) {
			checkCutOff(t, func(id uint) *aClock3 { return &aClock3{ID: id} }, always(time.Millisecond))
		},
		"second": func(t *testing.T) {
			checkCutOff(t, func(id uint) *aSecond { return &aSecond{ID: id} }, always(time.Second))
		},
		"milli": func(t *testing.T) {
			checkCutOff(t, func(id uint) *aMilli { return &aMilli{ID: id} }, always(time.Millisecond))
		},
		"nano": func(t *testing.T) {
			checkCutOff(t, func(id uint) *aNano { return &aNano{ID: id} }, always(time.Nanosecond))
		},
		"mixed":   func(t *testing.T) { checkCutOff(t, func(id uint) *aMixed { return &aMixed{ID: id} }, finest) },
		"flagged": func(t *testing.T) { checkCutOff(t, func(id uint) *aFlagged { return &aFlagged{ID: id} }, finest) },
		"tracked": func(t *testing.T) { checkCutOff(t, func(id uint) *aTracked { return &aTracked{ID: id} }, finest) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t)
		})
	}
}

// TestEmptyByTheDatabasesClock says that the age is by the clock of the configuration: with that of the application, which
// is far ahead, all would go.
func TestEmptyByTheDatabasesClock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		config := testdb.Config()
		config.NowFunc = func() time.Time { return time.Now().AddDate(10, 0, 0) }
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&aStamped{}}, Clock: softdelete.DatabaseClock})))
		require.NoError(t, db.AutoMigrate(&aStamped{}))
		for id := range uint(2) {
			require.NoError(t, db.Create(&aStamped{ID: id + 1}).Error)
			require.NoError(t, db.Delete(&aStamped{ID: id + 1}).Error)
		}
		require.NoError(t, db.Exec("UPDATE a_stampeds SET deleted_at = ? WHERE id = 1", time.Now().Add(-2*time.Hour).UTC()).Error)
		emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: time.Hour}, "a_stampeds")
		require.Equal(t, []int{2}, idsOf(t, db, "a_stampeds"))
	})
}

// TestEmptyOfOtherZones empties what other programs trashed, in zones and forms of their own: by the time that they mean.
func TestEmptyOfOtherZones(t *testing.T) {
	t.Parallel()
	log := &purges{}
	db := openStill(t, testdb.OpenerFor(t, "sqlite"), softdelete.Config{Models: []any{&aStamped{}}, Observers: []softdelete.Observer{log.observe}}, &aStamped{})
	for i, text := range []string{
		"2024-05-01 13:59:59+02:00", "2024-05-01 12:00:01Z", "2024-05-01T06:30:00-05:30", "2024-05-01 11:59:58.5", "2024-05-01T12:00:00Z",
		"2024-05-01 20:00:00+09:00", "2024-05-02 00:00:00+13:00",
	} {
		require.NoError(t, db.Exec("INSERT INTO a_stampeds (id, deleted_at) VALUES (?, ?)", i+1, text).Error)
	}
	cut := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: depotNow.Sub(cut), BatchSize: 1}, "a_stampeds")
	require.Equal(t, []int{2, 3, 5}, idsOf(t, db, "a_stampeds"))
	require.Equal(t, [][]string{{"6"}, {"7"}, {"4"}, {"1"}}, orderOf(log.take()), "oldest first")
}

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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := openDepot(t, open, log.observe)
		boxes(t, db, 47)
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's choices
		order := random.Perm(47)
		for i, id := range order {
			age(t, db, "depot_boxes", uint(id+1), 200*day-time.Duration(i/3)*time.Microsecond) //nolint:gosec // small
		}
		sent := record(t, db)
		emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * day, BatchSize: 6}, depotTables...)
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
		require.GreaterOrEqual(t, starting(sent.take(), "COMMIT"), 8, "each batch is a transaction of its own")
	})
}

// TestEmptyBatchSize says that a batch is no larger than told, 1000 by default, and no smaller than it needs to be.
func TestEmptyBatchSize(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := openDepot(t, open, log.observe)
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
			boxes(t, db, c.rows)
			emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: c.size}, depotTables...)
			require.Equal(t, c.want, sizes(), "%d rows by %d", c.rows, c.size)
			boxes(t, db, c.rows)
			emptied(t, db, softdelete.Of[depotBox](db).Empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: c.size}, depotTables...)
			require.Equal(t, c.want, sizes(), "%d rows by %d", c.rows, c.size)
		}
	})
}

// TestEmptyRowsOfOneTime says that batches pass on within rows of one and the same time, also those that stay.
func TestEmptyRowsOfOneTime(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 300)
		ageAll(t, db, "depot_boxes", 50*day)
		require.NoError(t, db.Exec("CREATE TABLE depot_strangers (box_id integer REFERENCES depot_boxes (id))").Error)
		require.NoError(t, db.Exec("INSERT INTO depot_strangers SELECT id FROM depot_boxes WHERE id % 50 = 7").Error)
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 7}, depotTables...)
		held := []string{"depot_boxes 107", "depot_boxes 157", "depot_boxes 207", "depot_boxes 257", "depot_boxes 57", "depot_boxes 7"}
		require.Equal(t, held, failedKeys(report))
		require.Equal(t, []int{7, 57, 107, 157, 207, 257}, idsOf(t, db, "depot_boxes"))
	})
}

// TestEmptyMaxRows says that the run ends when so many rows are gone, those that were taken along included.
func TestEmptyMaxRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 50)
		for _, c := range []struct{ maxRows, size, left int }{{20, 10, 30}, {5, 10, 25}, {10, 7, 15}, {14, 0, 1}, {2, 0, 0}} {
			options := softdelete.EmptyOptions{All: true, BatchSize: c.size, MaxRows: int64(c.maxRows)}
			emptied(t, db, trashOf(t, db).Empty, options, depotTables...)
			require.Len(t, idsOf(t, db, "depot_boxes"), c.left, "at most %d", c.maxRows)
		}
		furnished(t, db)
		options := softdelete.EmptyOptions{All: true, BatchSize: 2, MaxRows: 8}
		report := emptied(t, db, trashOf(t, db).Empty, options, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 4, "depot_labels": 4}, report.Rows, "labels go along and count")
		report = emptied(t, db, softdelete.Of[depotBox](db).Empty, options, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 4, "depot_labels": 4}, report.Rows)
		boxes := len(idsOf(t, db, "depot_boxes"))
		options = softdelete.EmptyOptions{All: true, MaxRows: int64(2*boxes + 3)}
		report = emptied(t, db, trashOf(t, db).Empty, options, depotTables...)
		require.EqualValues(t, 3, report.Rows["depot_shelves"], "the bound is over all tables: %v", report.Rows)
		require.Zero(t, report.Rows["depot_halls"])
	})
}

// TestEmptyDryRun says that a dry run reports what the run then does, and does nothing: it writes no row, runs no hook and
// tells no observer.
func TestEmptyDryRun(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := openDepot(t, open, log.observe)
		for name, empty := range map[string]emptier{
			"bin": softdelete.Of[depotShelf](db).Empty, "trash": trashOf(t, db).Empty,
			"part": softdelete.Of[depotShelf](db).Where("id < 6").Empty, "top": softdelete.Of[depotHall](db).Empty,
		} {
			for _, options := range []softdelete.EmptyOptions{{}, {BatchSize: 1}, {BatchSize: 5, Hooks: true}, {BatchSize: 2, All: true}, {MaxRows: 5, BatchSize: 1}} {
				partlyOld(t, db)
				options.OlderThan = 30 * day
				options.DryRun = true
				before := dumped(t, db, depotTables...)
				dry, err := empty(t.Context(), options)
				require.NoError(t, err)
				require.True(t, dry.DryRun)
				require.Equal(t, before, dumped(t, db, depotTables...), name)
				require.Empty(t, log.take(), "%s: an observer was told", name)

				options.DryRun = false
				report := emptied(t, db, empty, options, depotTables...)
				require.Equal(t, report.Rows, dry.Rows, "%s, %+v", name, options)
				require.Equal(t, failedKeys(report), failedKeys(dry), "%s, %+v", name, options)
				for _, failed := range dry.Failed {
					require.ErrorIs(t, failed, softdelete.ErrRestricted)
				}
				if options.MaxRows == 0 {
					require.NotEmpty(t, dry.Failed, "%s, %+v", name, options)
				}
				log.take()
			}
		}
	})
}

// partlyOld is the depot furnished anew, with young rows below old ones, and a live box that holds shelf 5 and hall 2.
func partlyOld(t *testing.T, db *gorm.DB) {
	t.Helper()
	furnished(t, db)
	age(t, db, "depot_shelves", 3, 2*day) // goes with its hall, although it is young
	age(t, db, "depot_boxes", 11, 2*day)
	age(t, db, "depot_boxes", 22, 2*day)
	require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 17").Error)
}

// TestEmptyWhere says that Where narrows down, on each model's table, and never widens.
func TestEmptyWhere(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
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
			"a scope":  {softdelete.TrashedBefore(depotNow.Add(-100*day + 2*time.Second)), []int{3, 4, 5, 6, 7, 8}},
			"a scope in it": {
				func(db *gorm.DB) *gorm.DB {
					return db.Scopes(softdelete.TrashedAfter(depotNow.Add(-100*day + 2*time.Second)))
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
			t.Run(name, func(t *testing.T) { //nolint:tparallel // they share a table
				for _, empty := range []emptier{softdelete.Of[depotBox](db).Empty, trashOf(t, db, &depotBox{}).Empty} {
					whereBoxes(t, db)
					report, err := counted(t, db, empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 2, Where: c.where}, depotTables...)
					if name == "an error" {
						require.ErrorIs(t, err, broken)
					}
					if c.left == nil {
						require.Empty(t, report.Rows)
						require.Len(t, idsOf(t, db, "depot_boxes"), 8)
						continue
					}
					require.NoError(t, err)
					require.Equal(t, c.left, idsOf(t, db, "depot_boxes"))
				}
			})
		}
	})
}

// whereBoxes makes boxes anew, 3, 7 and 8 trashed by ana, but for 7, which is live; 8 is young.
func whereBoxes(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, db.Exec("DELETE FROM depot_boxes").Error)
	boxes(t, db, 8)
	require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_by = 'ana' WHERE id IN (3, 7, 8)").Error)
	require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 7").Error)
	age(t, db, "depot_boxes", 8, time.Hour)
}

// TestEmptyOrOfTheHandle says that the conditions of the handle and of the bin stay in force, and never widen either.
func TestEmptyOrOfTheHandle(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		either := func(db *gorm.DB) *gorm.DB { return db.Where("id = 3").Or("id = 8").Or("id = 7") }
		for name, empty := range map[string]emptier{
			"trash":          trashOf(t, either(db), &depotBox{}).Empty,
			"scopes":         trashOf(t, db.Scopes(either), &depotBox{}).Empty,
			"bin":            softdelete.Of[depotBox](either(db)).Empty,
			"scopes and bin": softdelete.Of[depotBox](db.Scopes(either)).Empty,
			"bin's":          softdelete.Of[depotBox](db).Scopes(either).Empty,
			"bin's Where":    softdelete.Of[depotBox](db).Where("id = 3 OR id = 8 OR id = 7").Empty,
			"several":        softdelete.Of[depotBox](db).Where("id < 3 OR id = 3").Scopes(either).Where("id > 1").Empty,
		} {
			t.Run(name, func(t *testing.T) { //nolint:tparallel // they share a table
				whereBoxes(t, db)
				emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: day, BatchSize: 2}, depotTables...)
				require.Equal(t, []int{1, 2, 4, 5, 6, 7, 8}, idsOf(t, db, "depot_boxes"))
				whereBoxes(t, db)
				dry, err := empty(t.Context(), softdelete.EmptyOptions{OlderThan: day, DryRun: true})
				require.NoError(t, err)
				require.Equal(t, map[string]int64{"depot_boxes": 1}, dry.Rows)
			})
		}
	})
}

// TestEmptyOddScopes says that a scope may sort, join and preload: each row goes all the same.
func TestEmptyOddScopes(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		for name, where := range map[string]func(*gorm.DB) *gorm.DB{
			"sorted": func(db *gorm.DB) *gorm.DB { return db.Order("id DESC") },
			"joined": func(db *gorm.DB) *gorm.DB {
				return db.Joins("JOIN depot_shelves s ON s.id = depot_boxes.shelf_id").Where("s.hall_id < 9")
			},
			"preloads": func(db *gorm.DB) *gorm.DB { return db.Preload("Labels") },
			"debug":    func(db *gorm.DB) *gorm.DB { return db.Session(&gorm.Session{}) },
		} {
			t.Run(name, func(t *testing.T) { //nolint:tparallel // they share tables
				for _, hooks := range []bool{false, true} {
					furnished(t, db)
					options := softdelete.EmptyOptions{OlderThan: day, BatchSize: 5, Where: where, Hooks: hooks, DryRun: true}
					dry, err := softdelete.Of[depotBox](db).Empty(t.Context(), options)
					require.NoError(t, err)
					options.DryRun = false
					report := emptied(t, db, softdelete.Of[depotBox](db).Empty, options, depotTables...)
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
		db := openDepot(t, open)
		furnished(t, db)
		first := func(db *gorm.DB) *gorm.DB { return db.Where("id <= ?", 4) }
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{OlderThan: day, Where: first}, depotTables...)
		require.Equal(t, map[string]int64{"depot_halls": 2, "depot_shelves": 6, "depot_boxes": 24, "depot_labels": 24}, report.Rows,
			"what hangs on the addressed rows goes along, whatever Where says")
	})
}

// TestEmptyBin says that a bin empties its own part, and that the conditions of its handle stay in force.
func TestEmptyBin(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 10)
		furnishing := []depotShelf{{ID: 1, Tracked: softdelete.Tracked{DeletedAt: gorm.DeletedAt{Time: depotNow.Add(-100 * day), Valid: true}}}}
		require.NoError(t, db.Create(&furnishing).Error)
		options := softdelete.EmptyOptions{OlderThan: day, BatchSize: 2}
		bin := softdelete.Of[depotBox](db)
		emptied(t, db, bin.Where("tenant = ?", "one").Where("id < 6").Empty, options, depotTables...)
		require.Equal(t, []int{2, 4, 6, 7, 8, 9, 10}, idsOf(t, db, "depot_boxes"))
		emptied(t, db, bin.Scopes(softdelete.TrashedBefore(depotNow.Add(-100*day+2*time.Second))).Empty, options, depotTables...)
		require.Equal(t, []int{4, 6, 7, 8, 9, 10}, idsOf(t, db, "depot_boxes"))
		emptied(t, db, softdelete.Of[depotBox](db.Where("tenant = ?", "two")).Where("id < 7 OR id = 9").Empty, options, depotTables...)
		require.Equal(t, []int{7, 8, 9, 10}, idsOf(t, db, "depot_boxes"))
		options.Where = func(db *gorm.DB) *gorm.DB { return db.Where("id = 10").Or("id = 7") }
		emptied(t, db, bin.Where("tenant = 'one'").Empty, options, depotTables...)
		require.Equal(t, []int{8, 9, 10}, idsOf(t, db, "depot_boxes"))
		options.Where = nil
		emptied(t, db, bin.Scopes(softdelete.WithTrashed).Empty, options, depotTables...)
		require.Empty(t, idsOf(t, db, "depot_boxes"))
		require.Equal(t, []int{1}, idsOf(t, db, "depot_shelves"), "other models are left alone")
	})
}

// TestEmptySomeModels says that a trash of some models addresses those only.
func TestEmptySomeModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		furnished(t, db)
		require.NoError(t, db.Create(&depotToken{ID: 1}).Error)
		require.NoError(t, db.Delete(&depotToken{ID: 1}).Error)
		report := emptied(t, db, trashOf(t, db, &depotBox{}, &depotToken{}).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 24, "depot_labels": 24, "depot_tokens": 1}, report.Rows)
		report = emptied(t, db, trashOf(t, db, &depotHall{}).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Equal(t, map[string]int64{"depot_halls": 2, "depot_shelves": 6}, report.Rows, "what hangs on them goes along")
	})
}

// TestEmptyContext says that Empty stops between batches when its context ends: with what it did, each batch whole.
func TestEmptyContext(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 30)
		for name, empty := range map[string]emptier{"trash": trashOf(t, db).Empty, "bin": softdelete.Of[depotBox](db).Empty} {
			before := len(idsOf(t, db, "depot_boxes"))
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
			require.Len(t, idsOf(t, db, "depot_boxes"), before, name)

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
		report := emptied(t, db, trashOf(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: 4}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 6}, report.Rows, "another run does the rest")
	})
}

// TestEmptyContextWithinABatch ends the context at each statement of a run in turn: the batch is whole or absent.
func TestEmptyContextWithinABatch(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		for at := 1; ; at++ {
			for _, table := range []string{"depot_labels", "depot_boxes"} {
				require.NoError(t, db.Exec("DELETE FROM "+table).Error)
			}
			boxes(t, db, 9)
			require.NoError(t, db.Exec("INSERT INTO depot_labels (id, box_id) SELECT id, id FROM depot_boxes").Error)
			ctx, cancel := context.WithCancel(t.Context())
			seen := 0
			handle := pause(db, func(string) {
				if seen++; seen == at {
					cancel()
				}
			})
			options := softdelete.EmptyOptions{All: true, BatchSize: 3}
			report, err := countedBy(t, ctx, db, softdelete.Of[depotBox](handle).Empty, options, depotTables...)
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

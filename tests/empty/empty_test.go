package empty_test

import (
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

// TestEmptyNeedsAnAge says that zero or a negative age is no age, unless all is meant; nor are there other negative options.
func TestEmptyNeedsAnAge(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 4)
		before := dumped(t, db, depotTables...)
		for name, empty := range map[string]emptier{"trash": models.OpenTrash(t, db).Empty, "bin": softdelete.Of[models.DepotBox](db).Empty} {
			for _, options := range []softdelete.EmptyOptions{
				{},
				{OlderThan: -1},
				{OlderThan: -time.Hour, BatchSize: 1},
				{DryRun: true},
				{All: true, BatchSize: -1},
				{All: true, MaxRows: -1},
				{All: true, Pause: -1},
				{OlderThan: time.Hour, Before: models.DepotNow},
				{Before: models.DepotNow, BatchSize: -1},
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
		bin := softdelete.Of[models.DepotBox](db).Empty
		emptied(t, db, bin, softdelete.EmptyOptions{All: true, Where: where(1)}, depotTables...)
		emptied(t, db, bin, softdelete.EmptyOptions{All: true, OlderThan: -time.Hour, Where: where(2)}, depotTables...)
		emptied(t, db, bin, softdelete.EmptyOptions{All: true, OlderThan: 1000 * models.Day, Where: where(3)}, depotTables...)
		require.Equal(t, []int{4}, tables.IDsOf(t, db, "depot_boxes"), "with All the age means nothing")
	})
}

// TestEmptyOfNothing says what there is to say of a nil handle, a nil context, a wrong model and a handle without the plugin.
func TestEmptyOfNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 1)
		everything := softdelete.EmptyOptions{All: true}
		_, err := softdelete.OpenTrash(nil)
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		_, err = softdelete.OpenTrash(open(t))
		require.ErrorIs(t, err, softdelete.ErrNotInstalled)
		_, err = softdelete.OpenTrash(db, &models.DepotLabel{})
		require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable)
		_, err = softdelete.Of[models.DepotBox](nil).Empty(t.Context(), everything)
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		_, err = softdelete.Of[models.DepotBox](open(t)).Empty(t.Context(), everything)
		require.ErrorIs(t, err, softdelete.ErrNotInstalled)
		_, err = softdelete.Of[models.DepotLabel](db).Empty(t.Context(), everything)
		require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable)
		for _, empty := range []emptier{models.OpenTrash(t, db).Empty, softdelete.Of[models.DepotBox](db).Empty} {
			_, err = empty(nil, everything)
			require.ErrorIs(t, err, gorm.ErrInvalidValue)
		}
		require.Len(t, tables.IDsOf(t, db, "depot_boxes"), 1)
		emptied(t, db, models.OpenTrash(t, db).Empty, everything, depotTables...)
		report := emptied(t, db, models.OpenTrash(t, db).Empty, everything, depotTables...)
		require.Empty(t, report.Failed, "an empty trash")
	})
}

// TestEmptyOlderThan says that live and younger rows stay, and nothing of the old ones but their rows is written.
func TestEmptyOlderThan(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 6)
		require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 2").Error)
		models.Age(t, db, "depot_boxes", 4, 30*models.Day-time.Second)
		models.Age(t, db, "depot_boxes", 5, 0)
		require.NoError(t, db.Create(&models.DepotToken{ID: 1}).Error)
		require.NoError(t, db.Create(&models.DepotHall{ID: 1}).Error)
		rest := tables.Stored(t, db, "depot_boxes", "id")
		report := emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: 30 * models.Day}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 3}, report.Rows)
		require.Empty(t, report.Failed)
		require.Equal(t, []map[string]any{rest[1], rest[3], rest[4]}, tables.Stored(t, db, "depot_boxes", "id"))
		report = emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 2}, report.Rows)
		require.Equal(t, []int{2}, tables.IDsOf(t, db, "depot_boxes"))
	})
}

// TestEmptyBefore says that what was trashed before a moment goes, of models that say when, whenever that is done.
func TestEmptyBefore(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 4)
		moment := models.DepotNow.Add(-30 * models.Day)
		models.Age(t, db, "depot_boxes", 3, 30*models.Day)
		models.Age(t, db, "depot_boxes", 4, 0)
		later := db.Session(&gorm.Session{NowFunc: func() time.Time { return models.DepotNow.Add(models.Day) }})
		options := softdelete.EmptyOptions{Before: moment.In(time.FixedZone("", 3*3600))}
		report := emptied(t, later, models.OpenTrash(t, later).Empty, options, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 2}, report.Rows)
		require.Equal(t, []int{3, 4}, tables.IDsOf(t, db, "depot_boxes"), "one of the moment stays, also when its age has come")
		options.All, options.OlderThan = true, time.Hour
		report = emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 2}, report.Rows, "with All a moment means nothing")
		err := models.OpenTrash(t, db).Run(t.Context(), softdelete.RunOptions{Retention: models.Day, Empty: softdelete.EmptyOptions{Before: moment}})
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
	})
}

// checkCutOff says that the row of the cut-off stays and that of one step before goes.
func checkCutOff[T any](t *testing.T, make func(id uint) *T, step func(db *gorm.DB) time.Duration) {
	t.Helper()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		cut := models.Past()
		now := cut.Add(30 * models.Day)
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
		table := tables.TableOf(t, db, new(T))
		bin := softdelete.Of[T](db).Empty
		for i, c := range []struct {
			cut  time.Time
			left []int
		}{
			{cut.Add(-2 * step(db)), []int{1, 2, 3, 4, 5}},
			{cut.Add(-step(db)), []int{2, 3, 4, 5}},
			{cut, []int{3, 4, 5}},
			{cut.Add(step(db)), []int{4, 5}},
		} {
			options := softdelete.EmptyOptions{OlderThan: now.Sub(c.cut)}
			if i%2 > 0 {
				options = softdelete.EmptyOptions{Before: c.cut} // whatever the time is
			}
			emptied(t, db, bin, options, table)
			require.Equal(t, c.left, tables.IDsOf(t, db, table), "%s before the time of the third", cut.Sub(c.cut))
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
		return database.FlavourOf(db).Step
	}
	t.Run("time", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.AStamped { return &models.AStamped{ID: id} }, finest)
	})
	t.Run("pointer", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.APointer { return &models.APointer{ID: id} }, finest)
	})
	t.Run("zero value", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.AZero { return &models.AZero{ID: id} }, finest)
	})
	t.Run("milliseconds of a time", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.AClock3 { return &models.AClock3{ID: id} }, always(time.Millisecond))
	})
	t.Run("second", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.ASecond { return &models.ASecond{ID: id} }, always(time.Second))
	})
	t.Run("milli", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.AMilli { return &models.AMilli{ID: id} }, always(time.Millisecond))
	})
	t.Run("nano", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.ANano { return &models.ANano{ID: id} }, always(time.Nanosecond))
	})
	t.Run("mixed", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.AMixed { return &models.AMixed{ID: id} }, finest)
	})
	t.Run("flagged", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.AFlagged { return &models.AFlagged{ID: id} }, finest)
	})
	t.Run("tracked", func(t *testing.T) {
		t.Parallel()
		checkCutOff(t, func(id uint) *models.ATracked { return &models.ATracked{ID: id} }, finest)
	})
}

// TestEmptyByTheDatabasesClock says that the age is by the clock of the configuration: with that of the application, which
// is far ahead, all would go.
func TestEmptyByTheDatabasesClock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		config := testdb.Config()
		config.NowFunc = func() time.Time { return time.Now().AddDate(10, 0, 0) }
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&models.AStamped{}}, Clock: softdelete.DatabaseClock})))
		require.NoError(t, db.AutoMigrate(&models.AStamped{}))
		for id := range uint(2) {
			require.NoError(t, db.Create(&models.AStamped{ID: id + 1}).Error)
			require.NoError(t, db.Delete(&models.AStamped{ID: id + 1}).Error)
		}
		require.NoError(t, db.Exec("UPDATE a_stampeds SET deleted_at = ? WHERE id = 1", time.Now().Add(-2*time.Hour).UTC()).Error)
		emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: time.Hour}, "a_stampeds")
		require.Equal(t, []int{2}, tables.IDsOf(t, db, "a_stampeds"))
	})
}

// TestEmptyOfOtherZones empties what other programs trashed, in zones and forms of their own: by the time that they mean.
func TestEmptyOfOtherZones(t *testing.T) {
	t.Parallel()
	log := &purges{}
	db := models.OpenStill(t, testdb.OpenerFor(t, "sqlite"), softdelete.Config{Models: []any{&models.AStamped{}}, Observers: []softdelete.Observer{log.observe}}, &models.AStamped{})
	for i, text := range []string{
		"2024-05-01 13:59:59+02:00", "2024-05-01 12:00:01Z", "2024-05-01T06:30:00-05:30", "2024-05-01 11:59:58.5", "2024-05-01T12:00:00Z",
		"2024-05-01 20:00:00+09:00", "2024-05-02 00:00:00+13:00",
	} {
		require.NoError(t, db.Exec("INSERT INTO a_stampeds (id, deleted_at) VALUES (?, ?)", i+1, text).Error)
	}
	cut := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{OlderThan: models.DepotNow.Sub(cut), BatchSize: 1}, "a_stampeds")
	require.Equal(t, []int{2, 3, 5}, tables.IDsOf(t, db, "a_stampeds"))
	require.Equal(t, [][]string{{"6"}, {"7"}, {"4"}, {"1"}}, orderOf(log.take()), "oldest first")
}

// TestEmptySomeModels says that a trash of some models addresses those only.
func TestEmptySomeModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		furnished(t, db)
		require.NoError(t, db.Create(&models.DepotToken{ID: 1}).Error)
		require.NoError(t, db.Delete(&models.DepotToken{ID: 1}).Error)
		report := emptied(t, db, models.OpenTrash(t, db, &models.DepotBox{}, &models.DepotToken{}).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": 24, "depot_labels": 24, "depot_tokens": 1}, report.Rows)
		report = emptied(t, db, models.OpenTrash(t, db, &models.DepotHall{}).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Equal(t, map[string]int64{"depot_halls": 2, "depot_shelves": 6}, report.Rows, "what hangs on them goes along")
	})
}

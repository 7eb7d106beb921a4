package read_test

import (
	"fmt"
	"path"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type textActor string

func (textActor) String() string { return "not asked" }

// trashTimes opens a handle on one row of T, trashed at that time.
func trashTimes[T any](t *testing.T, open testdb.Opener, at, now time.Time) *gorm.DB {
	t.Helper()
	config := testdb.Config()
	config.NowFunc = func() time.Time { return now }
	db := open(t, config)
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, db.AutoMigrate(new(T)))
	require.NoError(t, db.Create(new(T)).Error)
	tx := db.Session(&gorm.Session{NowFunc: func() time.Time { return at }})
	require.NoError(t, tx.Where("id = 1").Delete(new(T)).Error)
	return db
}

func countScoped[T any](t *testing.T, db *gorm.DB, scope handles.ReadScope) int {
	t.Helper()
	var n int64
	require.NoError(t, db.Model(new(T)).Scopes(scope).Count(&n).Error)
	return int(n)
}

// columnStep stands for what a time column keeps, which each database says.
const columnStep = time.Duration(0)

// checkBoundaries says where the row of time at is, in each zone, for a marker that counts steps. The times of each marker
// are its own, as a reading is never used twice.
func checkBoundaries[T any](t *testing.T, year int, step time.Duration) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		step := step // of this database, beside those of the others
		if step == columnStep {
			step = database.FlavourOf(db).Step
		}
		// No reading is used twice in a process: each database has a year of its own.
		at := time.Date(year+slices.Index(testdb.Names(), path.Base(t.Name())), 5, 6, 7, 8, 9, int((987654000 * time.Nanosecond).Truncate(step)), time.UTC)
		now := at.Add(time.Hour)
		db = trashTimes[T](t, open, at, now)
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 19800), time.FixedZone("west", -9000)} {
			for _, test := range []struct {
				name  string
				scope handles.ReadScope
				want  int
			}{
				{"before it", softdelete.TrashedBefore(at.In(zone)), 0},
				{"before a little later", softdelete.TrashedBefore(at.Add(1).In(zone)), 1},
				{"before the next step", softdelete.TrashedBefore(at.Add(step).In(zone)), 1},
				{"before the last step", softdelete.TrashedBefore(at.Add(-step).In(zone)), 0},
				{"after it", softdelete.TrashedAfter(at.In(zone)), 0},
				{"after a little later", softdelete.TrashedAfter(at.Add(1).In(zone)), 0},
				{"after a little earlier", softdelete.TrashedAfter(at.Add(-1).In(zone)), 1},
				{"after the last step", softdelete.TrashedAfter(at.Add(-step).In(zone)), 1},
				{"within its age", softdelete.TrashedWithin(time.Hour), 1},
				{"within a little more", softdelete.TrashedWithin(time.Hour + 1), 1},
				{"within a little less", softdelete.TrashedWithin(time.Hour - 1), 0},
			} {
				require.Equal(t, test.want, countScoped[T](t, db, test.scope), "%s, %s", test.name, zone)
			}
		}
	})
}

func TestTrashedTimeBoundaries(t *testing.T) {
	t.Parallel()
	t.Run("gorm.DeletedAt", func(t *testing.T) {
		t.Parallel()
		checkBoundaries[boundaryTime](t, 2010, columnStep)
	})
	t.Run("second", func(t *testing.T) {
		t.Parallel()
		checkBoundaries[boundarySecond](t, 2020, time.Second)
	})
	t.Run("milli", func(t *testing.T) {
		t.Parallel()
		checkBoundaries[boundaryMilli](t, 2030, time.Millisecond)
	})
	t.Run("nano", func(t *testing.T) {
		t.Parallel()
		checkBoundaries[boundaryNano](t, 2040, time.Nanosecond)
	})
	t.Run("mixed", func(t *testing.T) {
		t.Parallel()
		checkBoundaries[boundaryMixed](t, 2050, time.Second)
	})
}

type (
	boundaryTime struct {
		ID uint
		softdelete.Timestamp
	}
	boundarySecond struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt
	}
	boundaryMilli struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	boundaryNano struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
	boundaryMixed struct {
		ID     uint
		IsDel  soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:GoneAt"`
		GoneAt int64
	}
)

// TestTrashedBeforeOfOtherZones reads rows that another program trashed, in a zone and a form of its own.
func TestTrashedBeforeOfOtherZones(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, db.AutoMigrate(&boundaryTime{}))
	at := time.Date(2024, 1, 2, 8, 0, 0, 500_000_000, time.UTC)
	for i, text := range []string{
		"2024-01-02 10:00:00.5+02:00", "2024-01-02T10:00:00.5+02:00", "2024-01-02 08:00:00.5Z", "2024-01-02T08:00:00.500Z",
		"2024-01-02 08:00:00.5", "2024-01-02 08:00:00.500000000+00:00", "2024-01-02 01:30:00.5-06:30", "2024-01-02 08:00:00.5 +00:00",
	} {
		id := i + 1
		require.NoError(t, db.Exec("INSERT INTO boundary_times (id, deleted_at) VALUES (?, ?)", id, text).Error)
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 19800), time.FixedZone("west", -9000)} {
			one := db.Where("id = ?", id)
			for _, test := range []struct {
				name  string
				scope handles.ReadScope
				want  int
			}{
				{"before it", softdelete.TrashedBefore(at.In(zone)), 0},
				{"before a little later", softdelete.TrashedBefore(at.Add(1).In(zone)), 1},
				{"before an hour earlier", softdelete.TrashedBefore(at.Add(-time.Hour).In(zone)), 0},
				{"after it", softdelete.TrashedAfter(at.In(zone)), 0},
				{"after a little earlier", softdelete.TrashedAfter(at.Add(-1).In(zone)), 1},
				{"after an hour later", softdelete.TrashedAfter(at.Add(time.Hour).In(zone)), 0},
			} {
				require.Equal(t, test.want, countScoped[boundaryTime](t, one.Session(&gorm.Session{}), test.scope), "%q: %s, %s", text, test.name, zone)
			}
		}
	}
}

type (
	byText struct {
		ID   uint
		Gone gorm.DeletedAt
		Who  string `softdelete:"by"`
	}
	byUint struct {
		ID   uint
		Gone gorm.DeletedAt
		Who  *uint16 `softdelete:"by"`
	}
	byUUID struct {
		ID   uint
		Gone gorm.DeletedAt
		Who  *uuid.UUID `softdelete:"by" gorm:"type:text"`
	}
	byNoTime struct {
		ID   uint
		Gone softdelete.Flag `gorm:"default:false"`
	}
)

// TestTrashedByTypes trashes and finds by each type of actor.
func TestTrashedByTypes(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("018f4e5a-0000-7000-8000-000000000001")
	text, seven := "ana", 7
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&byText{}, &byUint{}, &byUUID{}, &byNoTime{}))
		actors := map[any][]any{
			&byText{}: {"ana", textActor("bob"), &text, 7, uint64(8), id, time.Second},
			&byUint{}: {7, "8", uint64(9), &seven, int8(3)},
			&byUUID{}: {id, id.String(), &id},
		}
		for model, list := range actors {
			for _, actor := range list {
				row := tables.NewLike(model)
				require.NoError(t, db.Create(row).Error)
				ctx := softdelete.WithActor(t.Context(), actor)
				require.NoError(t, db.WithContext(ctx).Delete(row).Error)
				var n int64
				require.NoError(t, db.Model(tables.NewLike(model)).Scopes(softdelete.TrashedBy(actor)).Count(&n).Error)
				require.Positive(t, n, "%T by %T", model, actor)
				before := n
				require.NoError(t, softdelete.Purge(db, row).Error)
				require.NoError(t, db.Model(tables.NewLike(model)).Scopes(softdelete.TrashedBy(actor)).Count(&n).Error)
				require.Equal(t, before-1, n, "%T by %T", model, actor)
			}
		}
		for _, wrong := range []struct{ model, actor any }{
			{&byUint{}, "ana"}, {&byUint{}, 1 << 20}, {&byUint{}, -1}, {&byUUID{}, "ana"}, {&byText{}, struct{ X int }{1}},
		} {
			err := db.Scopes(softdelete.TrashedBy(wrong.actor)).Find(tables.NewLike(wrong.model)).Error
			var actorError *softdelete.ActorError
			require.ErrorAs(t, err, &actorError, "%T by %v", wrong.model, wrong.actor)
			require.ErrorIs(t, err, gorm.ErrInvalidData)
			require.NotContains(t, err.Error(), fmt.Sprint(wrong.actor))
		}
		for _, scope := range []string{"TrashedBy", "TrashedBefore", "TrashedAfter", "TrashedWithin"} {
			err := db.Scopes(handles.AllScopes()[scope]).Find(&[]byNoTime{}).Error
			var modelError *softdelete.ModelError
			require.ErrorAs(t, err, &modelError, scope)
			require.Contains(t, err.Error(), scope)
		}
	})
}

func TestTrashedWithinByTheDatabaseClock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		wrong := models.Past()
		db := open(t, &gorm.Config{NowFunc: func() time.Time { return wrong }})
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Clock: softdelete.DatabaseClock})))
		require.NoError(t, db.AutoMigrate(&models.ANote{}))
		require.NoError(t, db.Create(&[]models.ANote{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Delete(&models.ANote{ID: 1}).Error)
		require.NoError(t, db.Exec("UPDATE a_notes SET deleted_at = ? WHERE id = 2", wrong).Error)
		ids := func(d time.Duration) (ids []uint) {
			t.Helper()
			require.NoError(t, db.Model(&models.ANote{}).Scopes(softdelete.TrashedWithin(d)).Order("id").Pluck("id", &ids).Error)
			return ids
		}
		require.Equal(t, []uint{1}, ids(time.Hour), "by the application's clock the second one was trashed just now")
		require.Equal(t, []uint{1, 2}, ids(100*365*24*time.Hour))
	})
}

package delete_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

type aClock struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt
}

type aClockSecond struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt soft_delete.DeletedAt
}

type aClockMilli struct {
	ID        uint                  `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
}

type aClockNano struct {
	ID        uint                  `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano"`
}

type aClockFlag struct {
	ID uint `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Flagged
	RemovedAt time.Time `gorm:"precision:3" softdelete:"at"`
}

// times runs fn on a model of each precision.
func times(db *gorm.DB, fn func(name string, step time.Duration, make func(id uint) any, at func(any) time.Time)) {
	fn("time", database.FlavourOf(db).Step, func(id uint) any { return &aClock{ID: id} }, func(v any) time.Time { return v.(*aClock).DeletedAt.Time })
	fn("time(3)", time.Millisecond, func(id uint) any { return &models.AClock3{ID: id} }, func(v any) time.Time { return v.(*models.AClock3).DeletedAt.Time })
	fn("second", time.Second, func(id uint) any { return &aClockSecond{ID: id} }, func(v any) time.Time { return time.Unix(int64(v.(*aClockSecond).DeletedAt), 0) })
	fn("milli", time.Millisecond, func(id uint) any { return &aClockMilli{ID: id} }, func(v any) time.Time { return time.UnixMilli(int64(v.(*aClockMilli).DeletedAt)) })
	fn("nano", time.Nanosecond, func(id uint) any { return &aClockNano{ID: id} }, func(v any) time.Time { return time.Unix(0, int64(v.(*aClockNano).DeletedAt)) })
	fn("flag", time.Millisecond, func(id uint) any { return &aClockFlag{ID: id} }, func(v any) time.Time { return v.(*aClockFlag).RemovedAt })
}

func TestReadingsNeverRepeat(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		var clock atomic.Pointer[time.Time]
		now := models.Past()
		clock.Store(&now)
		db := open(t, &gorm.Config{NowFunc: func() time.Time { return *clock.Load() }})
		require.NoError(t, db.Use(softdelete.New()))
		times(db, func(name string, step time.Duration, make func(uint) any, at func(any) time.Time) {
			base := models.Past()
			clock.Store(&base)
			require.NoError(t, db.AutoMigrate(make(0)))
			for id := range uint(8) {
				require.NoError(t, db.Create(make(id+1)).Error)
			}
			deleted := func(id uint, want time.Time) {
				t.Helper()
				value, row := make(id), make(id)
				var d softdelete.Deletion
				require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(value).Error)
				require.NoError(t, db.Unscoped().First(row, id).Error)
				require.True(t, want.Equal(at(row)), "%s: want %v, stored %v", name, want, at(row))
				require.True(t, at(row).Equal(at(value)), "%s: stored %v, in the value %v", name, at(row), at(value))
				require.True(t, at(row).Equal(d.At), "%s: stored %v, reported %v", name, at(row), d.At)
			}
			first := base.Truncate(step)
			deleted(1, first) // a past reading, as it is
			deleted(2, first.Add(step))
			deleted(3, first.Add(2*step))
			earlier := base.Add(-time.Hour)
			clock.Store(&earlier)
			deleted(4, earlier.Truncate(step)) // fresh, and before all others
			clock.Store(&base)
			deleted(5, first.Add(3*step))
			next := base.Add(time.Hour)
			clock.Store(&next)
			deleted(6, next.Truncate(step))

			session := base.Add(2 * time.Hour)
			own := db.Session(&gorm.Session{NowFunc: func() time.Time { return session }})
			value := make(7)
			require.NoError(t, own.Delete(value).Error)
			require.True(t, session.Truncate(step).Equal(at(value)), "%s: the session's clock", name)
		})
	})
}

func TestReadingOfAFruitlessDeleteIsFree(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		now := models.Past()
		db := open(t, &gorm.Config{NowFunc: func() time.Time { return now }})
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&models.AClock3{}))
		require.NoError(t, db.Create(&models.AClock3{ID: 1}).Error)
		require.Zero(t, db.Delete(&models.AClock3{ID: 2}).RowsAffected)
		_ = db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Delete(&models.AClock3{ID: 1}) })
		value := models.AClock3{ID: 1}
		require.NoError(t, db.Delete(&value).Error)
		require.True(t, now.Truncate(time.Millisecond).Equal(value.DeletedAt.Time))
	})
}

func TestOneReadingForAllRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db)
		require.NoError(t, db.Where("score < 5").Delete(&models.ANote{}).Error)
		var rows []models.ANote
		require.NoError(t, db.Unscoped().Where("score < 5").Find(&rows).Error)
		require.Len(t, rows, 4)
		for _, row := range rows {
			require.Equal(t, rows[0].Tracked, row.Tracked)
		}
	})
}

func TestDatabaseClock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		wrong := models.Past()
		db := open(t, &gorm.Config{NowFunc: func() time.Time { return wrong }})
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Clock: softdelete.DatabaseClock})))
		require.NoError(t, db.AutoMigrate(&models.ANote{}))
		require.NoError(t, db.Create(&[]models.ANote{{ID: 1}, {ID: 2}, {ID: 3}}).Error)
		log := record.Record(t, db)
		var d softdelete.Deletion
		value := models.ANote{ID: 1}
		started := time.Now()
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&value).Error)
		require.WithinRange(t, d.At, started.Add(-time.Second), time.Now().Add(time.Second))
		require.True(t, value.DeletedAt.Time.Equal(d.At))
		sent := log.Take()
		require.Len(t, sent, 4, "%q", sent)
		require.Equal(t, 1, record.Starting(sent, "SELECT"))
		other := models.ANote{ID: 2}
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error { return tx.Delete(&other).Error }))
		require.False(t, other.DeletedAt.Time.Equal(d.At))
		require.WithinRange(t, other.DeletedAt.Time, started.Add(-time.Second), time.Now().Add(time.Second))
		log.Take()
		db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Delete(&models.ANote{ID: 3}) })
		require.Empty(t, log.Take())
	})
}

package setup_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestUse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.APair{})
		require.ErrorIs(t, db.Use(softdelete.New()), gorm.ErrRegistered)
		require.ErrorIs(t, db.Use(&softdelete.Plugin{}), gorm.ErrRegistered)
		require.Equal(t, "softdelete", softdelete.New().Name())
		models.TheNotes(t, db)

		zero := open(t)
		require.NoError(t, zero.Use(&softdelete.Plugin{}))
		var n int64
		require.NoError(t, zero.Model(&models.ANote{}).Count(&n).Error)
		require.EqualValues(t, 4, n, "the zero value works")
		require.NoError(t, zero.Delete(&models.ANote{ID: 99}).Error, "and is not strict")

		several := open(t)
		require.NoError(t, several.Use(softdelete.New(softdelete.Config{Strict: true}, softdelete.Config{})))
		require.ErrorIs(t, several.Delete(&models.ANote{ID: 99}).Error, softdelete.ErrNotFound, "of several, the first")

		require.ErrorIs(t, open(t).Use(softdelete.New(softdelete.Config{Clock: 7})), gorm.ErrInvalidValue)

		again := open(t)
		require.Error(t, again.Use(softdelete.New(softdelete.Config{Models: []any{&models.ANote{}, &models.WrongTwice{}}})))
		require.ErrorIs(t, again.Scopes(softdelete.WithTrashed).Find(&[]models.ANote{}).Error, softdelete.ErrNotInstalled)
		require.ErrorIs(t, again.Use(softdelete.New(softdelete.Config{Models: []any{nil}})), gorm.ErrInvalidValue)
		require.NoError(t, again.Use(softdelete.New(softdelete.Config{Models: []any{&models.ANote{}, models.ANote{}, []models.APair{}}})), "after a Use that failed")
		require.NoError(t, again.Model(&models.ANote{}).Count(&n).Error)
		require.EqualValues(t, 4, n)
	})
}

// TestUseAsksTheServerWhatItIs says that a server of MySQL's protocol which does not answer is not taken for one of them, where
// GORM was told not to ask.
func TestUseAsksTheServerWhatItIs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		asked := open(t)
		if asked.Name() != "mysql" {
			t.Skip("it has a driver of its own")
		}
		pool, err := asked.DB()
		require.NoError(t, err)
		db, err := gorm.Open(mysql.New(mysql.Config{Conn: pool, SkipInitializeWithVersion: true}), testdb.Config())
		require.NoError(t, err)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, db.WithContext(ended).Use(softdelete.New()), context.Canceled)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, &models.ANote{}))
	})
}

func TestNilHandles(t *testing.T) {
	t.Parallel()
	for _, db := range []*gorm.DB{nil, {}} {
		require.NotPanics(t, func() {
			for name, verb := range map[string]models.VerbFunc{"restore": softdelete.Restore, "purge": softdelete.Purge, "force delete": softdelete.ForceDelete} {
				require.ErrorIs(t, verb(db, &models.ANote{ID: 1}).Error, gorm.ErrInvalidDB, name)
			}
			for name, scope := range handles.AllScopes() {
				require.ErrorIs(t, scope(db).Error, gorm.ErrInvalidDB, name)
			}
			require.ErrorIs(t, softdelete.Into(nil)(db).Error, gorm.ErrInvalidDB)
			require.ErrorIs(t, softdelete.WithTrashedIn(&models.ANote{})(db).Error, gorm.ErrInvalidDB)
			require.ErrorIs(t, handles.Second(softdelete.Enabled(db, &models.ANote{})), softdelete.ErrNotInstalled)
			require.ErrorIs(t, handles.Second(softdelete.IsTrashed(db, &models.ANote{})), softdelete.ErrNotInstalled)
			require.Error(t, handles.Second(softdelete.Of[models.ANote](db).Find(t.Context())))
			require.Equal(t, softdelete.OpNone, softdelete.OperationOf(db))
		})
	}
}

func TestMarkerInAnEmbeddedPointer(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnEmbedder{})
		require.NoError(t, db.Create(&[]models.AnEmbedder{{ID: 1}, {ID: 2}}).Error)
		value := models.AnEmbedder{ID: 1}
		for _, v := range []any{value, &value} {
			trashed, err := softdelete.IsTrashed(db, v)
			require.NoError(t, err)
			require.False(t, trashed)
		}
		require.Nil(t, value.EmbeddedMark, "reading changes nothing")
		require.EqualValues(t, 1, db.WithContext(softdelete.WithActor(t.Context(), "ana")).Delete(&value).RowsAffected)
		require.Equal(t, "ana", *value.By)
		trashed, err := softdelete.IsTrashed(db, &value)
		require.NoError(t, err)
		require.True(t, trashed)
		require.Equal(t, []int{2}, tables.Column[int](t, db, "SELECT id FROM an_embedders WHERE mark_gone IS NULL"))
		require.EqualValues(t, 1, softdelete.Restore(db, &value).RowsAffected)
		require.Nil(t, value.By)
		require.False(t, value.Gone.Valid)
	})
}

func TestColumnsOfOurStructs(t *testing.T) {
	t.Parallel()
	for name, uuid := range map[string]string{"sqlite": "text", "postgres": "uuid", "mariadb": "char(36)"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := handles.WithPlugin(t, testdb.OpenerFor(t, name), softdelete.Config{}, &models.ATracked{}, &models.AFlagged{})
			columns := func(model any) map[string]gorm.ColumnType {
				t.Helper()
				types, err := db.Migrator().ColumnTypes(model)
				require.NoError(t, err)
				byName := map[string]gorm.ColumnType{}
				for _, c := range types {
					byName[c.Name()] = c
				}
				return byName
			}
			tracked := columns(&models.ATracked{})
			for _, name := range models.TrackedColumns {
				require.Contains(t, tracked, name)
				nullable, _ := tracked[name].Nullable()
				require.True(t, nullable, name)
			}
			kind, _ := tracked["deletion_id"].ColumnType()
			if kind == "" {
				kind = tracked["deletion_id"].DatabaseTypeName()
			}
			require.Equal(t, uuid, kind)
			flag := columns(&models.AFlagged{})["is_deleted"]
			require.Contains(t, []string{"bool", "numeric", "tinyint"}, flag.DatabaseTypeName(), "numeric is what SQLite makes of a boolean, tinyint what MariaDB does")
			nullable, _ := flag.Nullable()
			require.False(t, nullable)
			value, _ := flag.DefaultValue()
			require.Contains(t, []string{"false", "0"}, value)
		})
	}
}

func TestFlagScan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from any
		want softdelete.Flag
	}{{true, true}, {false, false}, {int64(1), true}, {int64(0), false}, {nil, false}, {"t", true}, {[]byte("0"), false}} {
		flag := !c.want
		require.NoError(t, flag.Scan(c.from), "%v", c.from)
		require.Equal(t, c.want, flag, "%v", c.from)
	}
	flag := softdelete.Flag(true)
	require.ErrorContains(t, flag.Scan(int64(2)), "softdelete: reading a Flag")
	require.ErrorContains(t, flag.Scan("nonsense"), "softdelete: reading a Flag")
	require.True(t, bool(flag), "as it was")
}

// aTouched has update times of each type.
type aTouched struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	UpdatedAt time.Time
	Seconds   int64 `gorm:"autoUpdateTime"`
	Millis    int64 `gorm:"autoUpdateTime:milli"`
	Nanos     int64 `gorm:"autoUpdateTime:nano"`
	DeletedAt soft_delete.DeletedAt
}

func TestTouchUpdatedAtOfEachType(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		now := models.Past()
		for _, touch := range []bool{true, false} {
			db := open(t, &gorm.Config{NowFunc: func() time.Time { return now }})
			require.NoError(t, db.Use(softdelete.New(softdelete.Config{TouchUpdatedAt: touch})))
			require.NoError(t, db.AutoMigrate(&aTouched{}))
			for name, verb := range map[string]func(any) *gorm.DB{
				"delete":  func(value any) *gorm.DB { return db.Delete(value) },
				"restore": func(value any) *gorm.DB { return softdelete.Restore(db, value) },
			} {
				require.NoError(t, db.Exec("DELETE FROM a_toucheds").Error)
				before := aTouched{ID: 1, UpdatedAt: now.Add(-time.Hour), Seconds: 1, Millis: 2, Nanos: 3}
				if name == "restore" {
					before.DeletedAt = 5
				}
				require.NoError(t, db.Create(&before).Error)
				value := before
				require.EqualValues(t, 1, verb(&value).RowsAffected)
				var row aTouched
				require.NoError(t, db.Unscoped().First(&row).Error)
				for what, got := range map[string]aTouched{"value": value, "row": row} {
					want := []int64{1, 2, 3}
					updated := before.UpdatedAt
					if touch {
						want, updated = []int64{now.Unix(), now.UnixMilli(), now.UnixNano()}, now
					}
					require.Equal(t, want, []int64{got.Seconds, got.Millis, got.Nanos}, "%s, %s, %v", name, what, touch)
					require.WithinDuration(t, updated, got.UpdatedAt, max(database.FlavourOf(db).Step, time.Microsecond), "%s, %s, %v", name, what, touch)
				}
			}
		}
	})
}

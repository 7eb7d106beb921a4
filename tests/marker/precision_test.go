package marker_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

const day = 24 * time.Hour

// kept is a marker of a type of column, and what that keeps.
type kept struct {
	form

	database string
	step     time.Duration

	// driver changes how MySQL's driver is made.
	driver func(*mysql.Config)
}

func keptBy[M any](database, name string, step time.Duration, driver ...func(*mysql.Config)) kept {
	k := kept{form: formOf[M](name), database: database, step: step}
	k.exact = step < time.Second
	if len(driver) > 0 {
		k.driver = driver[0]
	}
	return k
}

func wholeSeconds(c *mysql.Config) { c.DisableDatetimePrecision = true }

func digits(n int) func(*mysql.Config) {
	return func(c *mysql.Config) { c.DefaultDatetimePrecision = &n }
}

func inTokyo(c *mysql.Config) {
	c.DSN += "&loc=Asia%2FTokyo"
	c.DSNConfig = nil
}

type (
	plainTime  struct{ DeletedAt gorm.DeletedAt }
	timeBeside struct {
		IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
		DeletedAt *time.Time
	}
	dateMark struct {
		DeletedAt gorm.DeletedAt `gorm:"type:date"`
	}
)

func columns() []kept {
	return []kept{
		keptBy[plainTime]("sqlite", "datetime", time.Nanosecond),
		keptBy[timeBeside]("sqlite", "datetime beside a flag", time.Nanosecond),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"precision:3"`
		}]("sqlite", "datetime of three digits", time.Millisecond),
		keptBy[dateMark]("sqlite", "date", time.Nanosecond), // a name: SQLite keeps all

		keptBy[plainTime]("postgres", "timestamptz", time.Microsecond),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"type:time"`
		}]("postgres", "GORM's time", time.Microsecond),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"precision:3"`
		}]("postgres", "three digits", time.Millisecond),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"type: TIMESTAMPTZ (3) NULL"`
		}]("postgres", "TIMESTAMPTZ (3)", time.Millisecond),
		keptBy[struct {
			DeletedAt embedding `gorm:"type:timestamp(0) with time zone"`
		}]("postgres", "timestamp(0) with time zone", time.Second),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"type:timestamp"`
		}]("postgres", "timestamp", time.Microsecond),
		keptBy[struct {
			IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
			DeletedAt time.Time             `gorm:"type:timestamp(3) without time zone"`
		}]("postgres", "timestamp(3) without time zone, beside a flag", time.Millisecond),
		keptBy[dateMark]("postgres", "date", day),

		keptBy[plainTime]("mariadb", "datetime(3)", time.Millisecond),
		keptBy[plainTime]("mariadb", "DisableDatetimePrecision", time.Second, wholeSeconds),
		keptBy[timeBeside]("mariadb", "DisableDatetimePrecision, beside a flag", time.Second, wholeSeconds),
		keptBy[plainTime]("mariadb", "six digits by the driver", time.Microsecond, digits(6)),
		keptBy[plainTime]("mariadb", "none by the driver", time.Second, digits(0)),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"precision:0"`
		}]("mariadb", "none by the tag", time.Second),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"type:datetime"`
		}]("mariadb", "datetime", time.Second),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"type:DATETIME NULL;default:NULL"`
		}]("mariadb", "DATETIME NULL", time.Second),
		keptBy[struct {
			DeletedAt *embedding `gorm:"type: DateTime ( 6 ) NULL"`
		}]("mariadb", "DateTime ( 6 )", time.Microsecond),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"type:timestamp NULL"`
		}]("mariadb", "timestamp", time.Second),
		keptBy[struct {
			DeletedAt gorm.DeletedAt `gorm:"type:TIMESTAMP(3) NULL DEFAULT NULL"`
		}]("mariadb", "TIMESTAMP(3)", time.Millisecond),
		keptBy[struct {
			IsDel     softdelete.Flag `gorm:"not null;default:false"`
			DeletedAt *time.Time      `gorm:"type:datetime" softdelete:"at"`
		}]("mariadb", "datetime, beside a flag", time.Second),
		keptBy[dateMark]("mariadb", "date", day),
		keptBy[dateMark]("mariadb", "date, in the driver's zone", day, inTokyo),
		keptBy[plainTime]("mariadb", "datetime(3), in the driver's zone", time.Millisecond, inTokyo),
	}
}

// open is a handle whose clock is in some zone.
func (k kept) open(t *testing.T, open testdb.Opener, now *time.Time) *gorm.DB {
	t.Helper()
	config := testdb.Config()
	config.NowFunc = func() time.Time { return *now }
	db := open(t, config)
	if k.driver == nil {
		return db
	}
	own := *db.Dialector.(*mysql.Dialector).Config
	own.Conn = nil
	k.driver(&own)
	again, err := gorm.Open(mysql.New(own), config)
	require.NoError(t, err)
	sql, err := again.DB()
	require.NoError(t, err)
	t.Cleanup(func() { _ = sql.Close() })
	return again
}

// TestWhatAColumnKeeps says that the precision of a marker is that of the column which the dialector makes of its field: the
// value holds what the row has, and a restore is exact or ErrAmbiguous.
func TestWhatAColumnKeeps(t *testing.T) {
	t.Parallel()
	for _, k := range columns() {
		for name, zone := range map[string]*time.Location{"UTC": time.UTC, "east": time.FixedZone("", 9*3600), "west": time.FixedZone("", -(3*3600 + 1800))} {
			t.Run(k.database+"/"+k.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				testdb.Each(t, func(t *testing.T, open testdb.Opener) {
					if !strings.HasSuffix(t.Name(), "/"+k.database) {
						return
					}
					now := moment().Add(864_197_532 * time.Nanosecond).In(zone) // .987654532, which rounds up
					db := k.open(t, open, &now)
					plugged(t, db, k.box(0), k.ball(0, 0))
					require.NoError(t, softdelete.AutoMigrate(db, k.box(0), k.ball(0, 0)))
					require.NoError(t, db.Create(k.box(1, 1, 2, 3)).Error)

					var d softdelete.Deletion
					value := k.ball(1, 1)
					require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(value).Error)
					likeItsRow(t, db, value)
					first := timeOf(t, db, value)
					require.True(t, d.At.Equal(first), "reported %s, stored %s", d.At, first)
					if k.step < day {
						_, offset := now.Zone()
						require.Contains(t, []time.Time{now.Truncate(k.step).UTC(), now.Truncate(k.step).Add(time.Duration(offset) * time.Second).UTC()}, first)
					}
					trash, err := softdelete.OpenTrash(db)
					require.NoError(t, err)
					page, err := trash.List(t.Context(), softdelete.ListOptions{})
					require.NoError(t, err)
					require.True(t, page.Items[0].At.Equal(first))

					// The same reading again: the next one that the column can tell from it, but for dates.
					box := k.box(1)
					require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(box).Error)
					likeItsRow(t, db, box)
					want := first
					if k.step < day {
						want = first.Add(k.step)
					}
					require.True(t, timeOf(t, db, box).Equal(want))
					require.True(t, d.At.Equal(want))
					likeItsRow(t, db, reload(t, db, k.ball(2, 1)))

					if tx := softdelete.Restore(db, box); k.exact {
						require.NoError(t, tx.Error)
						require.Equal(t, []uint{2, 3}, live(t, db, k.ball(0, 0)))
					} else {
						require.ErrorIs(t, tx.Error, softdelete.ErrAmbiguous)
						require.Empty(t, live(t, db, k.ball(0, 0)))
						require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly).Where("id > 1"), k.ball(0, 0)).Error)
						require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), box).Error)
					}

					// By when: one row is in the trash.
					for at, before := range map[time.Duration]int64{-2 * k.step: 0, 2 * k.step: 1} {
						moved := now.Add(at)
						require.EqualValues(t, before, live2(t, db.Scopes(softdelete.TrashedBefore(moved)), k.form), at)
						require.EqualValues(t, 1-before, live2(t, db.Scopes(softdelete.TrashedAfter(moved)), k.form), at)
					}
					findings, err := softdelete.Doctor(db)
					require.NoError(t, err)
					for _, finding := range findings {
						require.False(t, k.exact && finding.Code == softdelete.CodeCascadeInexact, finding.String())
					}
				})
			})
		}
	}
}

func reload(t *testing.T, db *gorm.DB, value any) any {
	t.Helper()
	require.NoError(t, db.Unscoped().First(value).Error)
	return value
}

// timeOf is the time that a trashed value holds.
func timeOf(t *testing.T, db *gorm.DB, value any) time.Time {
	t.Helper()
	for _, is := range held(t, db, value) {
		if when, ok := is.(time.Time); ok {
			return when
		}
	}
	require.Fail(t, fmt.Sprintf("no time in %+v", value))
	return time.Time{}
}

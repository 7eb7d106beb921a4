package read_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type textTime struct {
	ID   uint
	Name string
	softdelete.Timestamp
}

// TestTextTimesByIndex has SQLite, which keeps times as text, find rows of some time by the marker's index.
func TestTextTimesByIndex(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, softdelete.AutoMigrate(db, &textTime{}))
	for name, scope := range map[string]func(*gorm.DB) *gorm.DB{
		"TrashedBefore": softdelete.TrashedBefore(readNow),
		"TrashedAfter":  softdelete.TrashedAfter(readNow),
		"TrashedWithin": softdelete.TrashedWithin(time.Hour),
	} {
		sql := db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Scopes(scope).Find(&[]textTime{}) })
		var steps []struct{ Detail string }
		require.NoError(t, db.Raw("EXPLAIN QUERY PLAN "+sql).Scan(&steps).Error)
		require.Len(t, steps, 1, name)
		require.True(t, strings.HasPrefix(steps[0].Detail, "SEARCH"), "%s: %s\n%s", name, steps[0].Detail, sql)
	}
}

// TestTextTimesOfAnyZone finds rows by their time, whatever zone the text was written in, and whatever stands between date and time.
func TestTextTimesOfAnyZone(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, softdelete.AutoMigrate(db, &textTime{}))
	at := time.Date(2026, 3, 1, 0, 30, 0, 0, time.UTC)
	for _, zone := range []int{-12, -5, 0, 5, 14} {
		in := at.In(time.FixedZone("", zone*3600))
		for _, layout := range []string{"2006-01-02 15:04:05-07:00", "2006-01-02T15:04:05-07:00", "2006-01-02 15:04:05.999999999 -07:00"} {
			require.NoError(t, db.Exec("INSERT INTO text_times (name, deleted_at) VALUES (?, ?)", "a", in.Format(layout)).Error)
		}
	}
	require.NoError(t, db.Exec("INSERT INTO text_times (name, deleted_at) VALUES ('live', NULL)").Error)
	for _, by := range []struct {
		scope func(*gorm.DB) *gorm.DB
		want  int64
	}{
		{softdelete.TrashedBefore(at), 0},
		{softdelete.TrashedBefore(at.Add(time.Second)), 15},
		{softdelete.TrashedAfter(at), 0},
		{softdelete.TrashedAfter(at.Add(-time.Second)), 15},
		{softdelete.TrashedBefore(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)), 15},
		{softdelete.TrashedAfter(time.Time{}), 15},
	} {
		var n int64
		require.NoError(t, db.Model(&textTime{}).Scopes(by.scope).Count(&n).Error)
		require.Equal(t, by.want, n)
	}
}

// TestTextTimesAreDates takes no value for an old time that is no date, though it sorts before all of them: a purge by age would
// remove it.
func TestTextTimesAreDates(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, softdelete.AutoMigrate(db, &textTime{}))
	for _, value := range []any{"", 0, 1767225600, 1767225600.5, "10000-01-01 00:00:00+00:00", "yesterday", []byte("2020")} {
		require.NoError(t, db.Exec("INSERT INTO text_times (name, deleted_at) VALUES ('a', ?)", value).Error)
	}
	tx := softdelete.Purge(db.Scopes(softdelete.TrashedBefore(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))), &textTime{})
	require.NoError(t, tx.Error)
	require.Zero(t, tx.RowsAffected)
	var n int64
	require.NoError(t, db.Model(&textTime{}).Scopes(softdelete.TrashedAfter(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))).Count(&n).Error)
	require.Zero(t, n)
}

// BenchmarkTextTimes looks for old and for new rows in a large trash.
func BenchmarkTextTimes(b *testing.B) {
	db := testdb.Open(b, "sqlite")
	require.NoError(b, db.Use(softdelete.New()))
	require.NoError(b, softdelete.AutoMigrate(db, &textTime{}))
	require.NoError(b, db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		INSERT INTO text_times (name, deleted_at) SELECT 'a', CASE WHEN i % 100 = 0 THEN '2026-03-01 00:00:00+00:00' ELSE '2026-01-01 00:00:00+00:00' END FROM n`).Error)
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for name, of := range map[string]struct {
		scope func(*gorm.DB) *gorm.DB
		want  int64
	}{"before": {softdelete.TrashedBefore(at), 99_000}, "after": {softdelete.TrashedAfter(at), 1_000}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var n int64
				require.NoError(b, db.Model(&textTime{}).Scopes(of.scope).Count(&n).Error)
				require.Equal(b, of.want, n)
			}
		})
	}
}

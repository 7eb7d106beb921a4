package trash_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// TestOverdueOfEachMarker says that rows are overdue from the moment that they are older than the retention, at what their
// markers can tell, and that these are the rows that an Empty of that age takes.
func TestOverdueOfEachMarker(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2, 3, 4)
		first := models.Past()
		for i, age := range []time.Duration{0, time.Hour, 3 * time.Hour} {
			w.trash(t, w.db, first.Add(age), uint(i+1))
		}
		for name, c := range map[string]struct {
			now       time.Time
			retention time.Duration
			overdue   int64
		}{
			"for ever":       {first.Add(1000 * models.Day), 0, 0},
			"less than that": {first.Add(1000 * models.Day), -time.Hour, 0},
			"all":            {first.Add(5 * time.Hour), time.Hour, 3},
			"two":            {first.Add(4 * time.Hour), 2 * time.Hour, 2},
			"a second on":    {first.Add(time.Hour + 2*time.Second), time.Hour, 1},
			"long":           {first.Add(5 * time.Hour), 100 * 365 * models.Day, 0},
			"one":            {first.Add(90 * time.Minute), time.Hour, 1},
		} {
			t.Run(name, func(t *testing.T) {
				w.now = c.now
				trash := models.OpenTrash(t, w.db).WithRetention(c.retention)
				for table, stat := range models.StatsOf(t, trash) {
					want := c.overdue
					if stat.Newest.IsZero() {
						want = 0
					}
					require.Equal(t, want, stat.Overdue, table)
					require.Equal(t, max(c.retention, 0), stat.Retention, table)
					require.EqualValues(t, 3, stat.Trashed, table)
				}
				if c.retention <= 0 {
					return
				}
				preview, err := trash.PreviewEmpty(t.Context(), softdelete.EmptyOptions{OlderThan: c.retention})
				require.NoError(t, err)
				for table, stat := range models.StatsOf(t, trash) {
					require.Equal(t, preview.Rows[table], stat.Overdue, table)
				}
			})
		}
	})
}

// Each of these says for itself how long it is kept.
type (
	overdueWeek struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	overdueNever struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	overdueLess struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	overdueTimeless struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Flagged
	}
	overdueOther struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
)

func (overdueWeek) TrashRetention() time.Duration     { return 7 * models.Day }
func (overdueNever) TrashRetention() time.Duration    { return 0 }
func (*overdueLess) TrashRetention() time.Duration    { return -models.Day }
func (overdueTimeless) TrashRetention() time.Duration { return models.Day }

// TestOverdueByWhoSaysSo says that a model's own retention counts before the trash's, that either stays in a part of the trash,
// and that a row whose model keeps no time is never overdue.
func TestOverdueByWhoSaysSo(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		list := []any{&overdueWeek{}, &overdueNever{}, &overdueLess{}, &overdueTimeless{}, &overdueOther{}}
		db := models.OpenStill(t, open, softdelete.Config{Models: list}, list...)
		for id, old := range []time.Duration{models.Day, 8 * models.Day, 40 * models.Day} {
			for _, table := range []string{"overdue_weeks", "overdue_nevers", "overdue_lesses", "overdue_others"} {
				require.NoError(t, db.Exec("INSERT INTO "+table+" (id) VALUES (?)", id+1).Error)
				models.Age(t, db, table, uint(id+1), old) //nolint:gosec // small
			}
			require.NoError(t, db.Create(&overdueTimeless{ID: uint(id + 1)}).Error) //nolint:gosec // small
			require.NoError(t, db.Delete(&overdueTimeless{}, id+1).Error)
		}
		type kept struct {
			Retention time.Duration
			Overdue   int64
		}
		of := func(trash *softdelete.Trash) map[string]kept {
			all := map[string]kept{}
			for table, stat := range models.StatsOf(t, trash) {
				all[strings.TrimPrefix(table, "overdue_")] = kept{stat.Retention, stat.Overdue}
			}
			return all
		}
		whole := models.OpenTrash(t, db, list...)
		want := map[string]kept{"weeks": {7 * models.Day, 2}, "nevers": {}, "lesses": {}, "timelesses": {models.Day, 0}, "others": {}}
		require.Equal(t, want, of(whole))
		month := whole.WithRetention(30 * models.Day)
		want["others"] = kept{30 * models.Day, 1}
		require.Equal(t, want, of(month))
		want["others"] = kept{2 * models.Day, 2}
		require.Equal(t, want, of(month.WithRetention(2*models.Day)), "the last one counts")
		want["others"] = kept{}
		require.Equal(t, want, of(month.WithRetention(0)))
		require.Equal(t, want, of(whole), "and the trash is what it was")

		part := func(db *gorm.DB) *gorm.DB { return db.Where("id < 3") }
		want["weeks"], want["others"] = kept{7 * models.Day, 1}, kept{2 * models.Day, 1}
		require.Equal(t, want, of(whole.WithRetention(2*models.Day).Scopes(part)))
		require.Equal(t, want, of(whole.Scopes(part).WithRetention(2*models.Day)))

		report, err := month.PreviewEmpty(t.Context(), softdelete.EmptyOptions{OlderThan: models.Day / 2})
		require.NoError(t, err)
		require.EqualValues(t, 3, report.Rows["overdue_nevers"], "Empty takes the age of its options")
	})
}

// TestOverdueByTheDatabasesClock says that it is Config.Clock that tells.
func TestOverdueByTheDatabasesClock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		config := testdb.Config()
		config.NowFunc = func() time.Time { return time.Now().Add(1000 * models.Day) }
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&models.AStamped{}}, Clock: softdelete.DatabaseClock})))
		require.NoError(t, db.AutoMigrate(&models.AStamped{}))
		require.NoError(t, db.Create(&models.AStamped{ID: 1}).Error)
		require.NoError(t, db.Delete(&models.AStamped{ID: 1}).Error)
		stat := models.StatsOf(t, models.OpenTrash(t, db, &models.AStamped{}).WithRetention(models.Day))["a_stampeds"]
		require.EqualValues(t, 1, stat.Trashed)
		require.Zero(t, stat.Overdue)
	})
}

// TestTimeOfZeroIsNotOverdue says that a row beside whose flag stands 0 does not say when it was trashed.
func TestTimeOfZeroIsNotOverdue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&aMixedRow{}}}, &aMixedRow{})
		require.NoError(t, db.Exec("INSERT INTO a_mixed_rows (id, deleted_at, is_del) VALUES (1, 0, 1), (2, 1000, 1)").Error)
		stat := models.StatsOf(t, models.OpenTrash(t, db, &aMixedRow{}).WithRetention(models.Day))["a_mixed_rows"]
		require.EqualValues(t, 2, stat.Trashed)
		require.EqualValues(t, 1, stat.Overdue)
	})
}

// TestStatsSQL says that what is overdue is counted by the statement that counts the rows, and that without a retention that is
// what it was.
func TestStatsSQL(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenStill(t, open, softdelete.Config{}, &models.AStamped{})
		log := record.Record(t, db)
		trash := models.OpenTrash(t, db, &models.AStamped{})
		for retention, column := range map[time.Duration]string{0: "", models.Day: ",count(CASE WHEN @ < ? THEN 1 END)"} {
			if column != "" && db.Name() == "sqlite" { // its date tells of most rows
				column = ",count(CASE WHEN a_stampeds.deleted_at < ? AND substr(a_stampeds.deleted_at, 5, 1) = '-' AND (a_stampeds.deleted_at < ? OR @ < ?) THEN 1 END)"
			}
			require.NoError(t, handles.Second(trash.WithRetention(retention).Stats(t.Context())))
			sent := log.Take()
			require.Len(t, sent, 1)
			sql := unquoted(sent[0])
			_, at, _ := strings.Cut(sql, "min(")
			at, _, _ = strings.Cut(at, "),max(")
			require.Contains(t, at, "a_stampeds.deleted_at")
			require.Equal(t, "SELECT count(*),min("+at+"),max("+at+")"+strings.ReplaceAll(column, "@", at)+" FROM a_stampeds WHERE a_stampeds.deleted_at IS NOT NULL", sql)
		}
	})
}

package trash_test

import (
	"math"
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

// glances are those of a trash by table, in UTC.
func glances(t *testing.T, trash *softdelete.Trash, options softdelete.GlanceOptions) map[string]softdelete.Glance {
	t.Helper()
	list, err := trash.Glance(t.Context(), options)
	require.NoError(t, err)
	byTable := map[string]softdelete.Glance{}
	for _, g := range list {
		require.NotContains(t, byTable, g.Table)
		g.Oldest, g.Newest = g.Oldest.UTC(), g.Newest.UTC()
		byTable[g.Table] = g
	}
	return byTable
}

// seemsLike says that a glance is what Stats and List tell, as far as it counts.
func seemsLike(t *testing.T, trash *softdelete.Trash, options softdelete.GlanceOptions) {
	t.Helper()
	most := options.Most
	if most == 0 {
		most = 1000
	}
	stats := models.StatsOf(t, trash)
	found := glances(t, trash, options)
	require.Len(t, found, len(stats))
	for table, stat := range stats {
		g := found[table]
		require.Equal(t, stat.Trashed > most, g.More, table)
		require.Equal(t, stat.Overdue > most, g.MoreOverdue, table)
		stat.Trashed, stat.Overdue = min(stat.Trashed, most), min(stat.Overdue, most)
		require.Equal(t, stat, g.Stat, table)
		if g.Between == nil {
			require.True(t, stat.Newest.IsZero() || len(options.Times) < 2, table)
			continue
		}
		require.Len(t, g.Between, len(options.Times)-1, table)
	}
	for i := 1; i < len(options.Times); i++ {
		want := map[string]int64{}
		for _, item := range models.ListAll(t, trash, softdelete.ListOptions{Since: options.Times[i-1], Until: options.Times[i]}) {
			want[item.Table]++
		}
		for table, g := range found {
			if g.Between != nil {
				require.Equal(t, softdelete.Count{Rows: min(want[table], most), More: want[table] > most}, g.Between[i-1], "%s, from %s to %s", table, options.Times[i-1], options.Times[i])
			}
		}
	}
}

// TestGlance says that of each kind of marker a glance tells what Stats and List do, and no number is greater than it may be.
func TestGlance(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		trash := models.OpenTrash(t, w.db)
		first := models.Past()
		east := time.FixedZone("east", 19800)
		times := []time.Time{first.Add(-time.Hour), first, first.Add(1), first.Add(time.Hour).In(east), first.Add(time.Hour + 1), first.Add(time.Hour + 1), first.Add(4 * time.Hour)}
		seemsLike(t, trash, softdelete.GlanceOptions{Times: times})
		w.create(t, 1, 2, 3, 4, 5)
		seemsLike(t, trash, softdelete.GlanceOptions{Times: times})
		for i, age := range []time.Duration{time.Hour, 0, 3 * time.Hour, time.Hour} {
			w.trash(t, w.db, first.Add(age), uint(i+1))
		}
		w.now = first.Add(5 * time.Hour)
		for _, retention := range []time.Duration{0, time.Hour, 4 * time.Hour, models.Day} {
			for _, most := range []int64{1, 2, 3, 4, 5, math.MaxInt64} {
				seemsLike(t, trash.WithRetention(retention), softdelete.GlanceOptions{Most: most, Times: times[2:4]})
			}
			for _, of := range [][]time.Time{nil, times[:1], times} {
				seemsLike(t, trash.WithRetention(retention), softdelete.GlanceOptions{Times: of})
			}
		}
	})
}

// TestGlanceOfRowsWithoutATime says that rows beside whose flag no time stands are counted, and are of no time.
func TestGlanceOfRowsWithoutATime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&aMixedRow{}, &models.AFlagged{}}}, &aMixedRow{}, &models.AFlagged{})
		require.NoError(t, db.Exec("INSERT INTO a_mixed_rows (id, deleted_at, is_del) VALUES (1, 0, 1), (2, 1000, 1), (3, 2000, 1)").Error)
		trash := models.OpenTrash(t, db, &aMixedRow{}, &models.AFlagged{})
		g := glances(t, trash, softdelete.GlanceOptions{Times: []time.Time{{}, time.Unix(1, 0), time.Now()}})["a_mixed_rows"]
		require.EqualValues(t, 3, g.Trashed)
		require.Equal(t, time.Unix(1000, 0).UTC(), g.Oldest)
		require.Equal(t, time.Unix(2000, 0).UTC(), g.Newest)
		require.Equal(t, []softdelete.Count{{}, {Rows: 2}}, g.Between)
	})
}

// TestGlanceInScope says that what narrows a trash narrows a glance.
func TestGlanceInScope(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: tenantModels}, tenantModels...)
		tenants(t, db)
		now := time.Now()
		options := softdelete.GlanceOptions{Times: []time.Time{now.Add(-time.Hour), now.Add(-time.Minute), now.Add(time.Hour)}}
		for name, scopes := range ofFirst() {
			t.Run(name, func(t *testing.T) {
				trash := models.OpenTrash(t, db).WithRetention(time.Nanosecond).Scopes(scopes...)
				found := glances(t, trash, options)
				require.EqualValues(t, 2, found["tenant_albums"].Trashed)
				require.EqualValues(t, 4, found["tenant_songs"].Trashed)
				require.EqualValues(t, 4, found["tenant_songs"].Overdue)
				require.Equal(t, []softdelete.Count{{}, {Rows: 4}}, found["tenant_songs"].Between)
				require.EqualValues(t, 2, found["tenant_stamps"].Trashed)
				require.Nil(t, found["tenant_stamps"].Between)
				seemsLike(t, trash, softdelete.GlanceOptions{Most: 1, Times: options.Times[:1]})
			})
		}
		limited := models.OpenTrash(t, db).Scopes(func(db *gorm.DB) *gorm.DB { return db.Order("id").Limit(1) })
		require.EqualValues(t, 1, glances(t, limited, options)["tenant_songs"].Trashed)
	})
}

// TestGlanceIsOneStatement says that a glance costs one statement for each model, whatever is asked.
func TestGlanceIsOneStatement(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: tenantModels}, tenantModels...)
		tenants(t, db)
		log := record.Record(t, db)
		trash := models.OpenTrash(t, db)
		var times []time.Time
		for i := range 31 {
			times = append(times, time.Now().Add(time.Duration(i-30)*models.Day))
		}
		for _, options := range []softdelete.GlanceOptions{{}, {Times: times}, {Times: times, Most: 2}} {
			glances(t, trash.WithRetention(models.Day), options)
			require.Len(t, log.Take(), len(tenantModels))
		}
	})
}

// TestGlanceErrors says which options are refused, and that scopes' errors, a dry run's and the database's come up.
func TestGlanceErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: tenantModels}, tenantModels...)
		trash := models.OpenTrash(t, db)
		now := time.Now()
		for _, options := range []softdelete.GlanceOptions{{Most: -1}, {Times: []time.Time{now, now.Add(-1)}}, {Times: []time.Time{now, now, now.Add(time.Hour), {}}}} {
			require.ErrorIs(t, handles.Second(trash.Glance(t.Context(), options)), gorm.ErrInvalidValue)
		}
		require.ErrorIs(t, handles.Second(trash.Glance(nil, softdelete.GlanceOptions{})), gorm.ErrInvalidValue) //nolint:staticcheck // That it is refused is what is tested.
		require.ErrorIs(t, handles.Second(trash.Scopes(nil).Glance(t.Context(), softdelete.GlanceOptions{})), gorm.ErrInvalidValue)
		failing := trash.Scopes(func(db *gorm.DB) *gorm.DB {
			_ = db.AddError(errTakenBack)
			return db
		})
		require.ErrorIs(t, handles.Second(failing.Glance(t.Context(), softdelete.GlanceOptions{})), errTakenBack)
		dry := models.OpenTrash(t, db.Session(&gorm.Session{DryRun: true}))
		require.Equal(t, handles.Second(dry.Stats(t.Context())), handles.Second(dry.Glance(t.Context(), softdelete.GlanceOptions{})))
		require.Error(t, handles.Second(trash.Glance(ended(t), softdelete.GlanceOptions{})))
		require.NoError(t, db.Migrator().DropTable(&tenantStamp{}))
		require.Error(t, handles.Second(trash.Glance(t.Context(), softdelete.GlanceOptions{})))
	})
}

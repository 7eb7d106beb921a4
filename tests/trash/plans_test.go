package trash_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// aBinder is what there is a lot of in the trash, in an order that has nothing to do with that of the keys.
type aBinder struct {
	ID    uint
	Title string
	softdelete.Tracked
	Sheets []aSheet `gorm:"foreignKey:BinderID" softdelete:"cascade"`
}

type aSheet struct {
	ID       uint
	BinderID uint `gorm:"index"`
	softdelete.Tracked
}

// binders is how many there are. Three at a time were trashed by one delete, a second after those before.
type binders struct{ trashed, live int }

// oldest is when the first of them were trashed.
var oldest = models.DepotNow.Add(-100 * models.Day)

// at is when part of the trash was there.
func (b binders) at(part float64) time.Time {
	return oldest.Add(time.Duration(part*float64(b.trashed)/3) * time.Second)
}

func (b binders) open(t *testing.T, open testdb.Opener, observers ...softdelete.Observer) *gorm.DB {
	t.Helper()
	config := softdelete.Config{Models: []any{&aBinder{}, &aSheet{}}, Observers: observers}
	return models.OpenStill(t, open, config)
}

func (b binders) fill(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, softdelete.AutoMigrate(db, &aBinder{}, &aSheet{}))
	for _, sql := range []string{
		"ALTER TABLE a_sheets SET UNLOGGED",
		"ALTER TABLE a_binders SET UNLOGGED", // which is quicker to fill
		"ALTER TABLE a_binders SET (autovacuum_enabled = off)",
		fmt.Sprintf("INSERT INTO a_binders (id, title, deleted_at, deleted_by, deletion_id) SELECT i, 'A binder with some sheets',"+
			" '%s'::timestamptz + make_interval(secs => n / 3), 'ana', CAST(md5(CAST(n / 3 AS text)) AS uuid)"+
			" FROM (SELECT i, i::bigint * 7919 %% %d AS n FROM generate_series(1, %[2]d) i) x", oldest.Format(time.RFC3339), b.trashed),
		fmt.Sprintf("INSERT INTO a_binders (id, title) SELECT %d + i, 'A binder with some sheets' FROM generate_series(1, %d) i", b.trashed, b.live),
		"ANALYZE a_binders, a_sheets",
	} {
		require.NoError(t, db.Exec(sql).Error)
	}
}

// sorting is a step of a plan that reads all before it returns a first row. An incremental sort is none: it sorts rows of the same time.
var sorting = regexp.MustCompile(`(^|-> +)(Sort|HashAggregate|Bitmap Heap Scan on a_binders|Seq Scan on a_binders) `)

// planOf is how a server goes about a statement.
func planOf(ctx context.Context, conn *sql.Conn, call record.Call) (string, error) {
	if _, err := conn.ExecContext(ctx, "PREPARE a_plan AS "+call.SQL); err != nil {
		return "", err
	}
	values := make([]string, len(call.Args))
	for i, value := range call.Args {
		if at, ok := value.(time.Time); ok {
			value = at.Format(time.RFC3339Nano)
		}
		values[i] = "'" + strings.ReplaceAll(fmt.Sprint(value), "'", "''") + "'"
	}
	execute := "EXECUTE a_plan"
	if len(values) > 0 {
		execute += "(" + strings.Join(values, ", ") + ")"
	}
	rows, err := conn.QueryContext(ctx, "EXPLAIN "+execute)
	if err != nil {
		return "", err
	}
	defer rows.Close() //nolint:errcheck // It has been read to its end.
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, "DEALLOCATE a_plan")
	return strings.Join(lines, "\n"), err
}

// keepOrder says that those of some statements that read a part in an order, take it from an index, whatever the server knows of the values. It returns how many they are.
func keepOrder(t *testing.T, db *gorm.DB, calls []record.Call) int {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	conn, err := pool.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close() //nolint:errcheck // It goes back to the pool.
	parts := 0
	for _, mode := range []string{"force_generic_plan", "force_custom_plan"} {
		_, err := conn.ExecContext(t.Context(), "SET plan_cache_mode = "+mode)
		require.NoError(t, err)
		for _, call := range calls {
			if !strings.Contains(call.SQL, "LIMIT") || !strings.Contains(call.SQL, "ORDER BY") {
				continue
			}
			parts++
			plan, err := planOf(t.Context(), conn, call)
			require.NoError(t, err, call.SQL)
			for line := range strings.SplitSeq(plan, "\n") {
				require.NotRegexp(t, sorting, line, "%s: %s %v\n%s", mode, call.SQL, call.Args, plan)
			}
		}
	}
	_, err = conn.ExecContext(t.Context(), "RESET plan_cache_mode")
	require.NoError(t, err)
	return parts / 2
}

// TestPlansKeepTheOrder says that what reads the trash part by part goes along the index of its time, at every place and however much there
// is: it never reads and sorts all that is left.
func TestPlansKeepTheOrder(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]binders{"10000": {10_000, 490_000}, "10000 alone": {10_000, 0}, "1000000": {1_000_000, 50_000}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := testdb.OpenerFor(t, "postgres")
			db := b.open(t, open)
			b.fill(t, db)
			heard := func(context.Context, *gorm.DB, softdelete.Event) error { return nil }
			t.Run("lists", func(t *testing.T) { b.lists(t, db, b.open(t, open)) })
			t.Run("glances", func(t *testing.T) { b.glances(t, db, b.open(t, open)) })
			t.Run("empties", func(t *testing.T) { b.empties(t, db, b.open(t, open)) })
			t.Run("empties step by step", func(t *testing.T) { b.empties(t, db, b.open(t, open, heard)) })
		})
	}
}

// lists turns pages near both ends and in the middle.
func (b binders) lists(t *testing.T, aside, db *gorm.DB) {
	t.Helper()
	log := record.Record(t, db)
	trash := models.OpenTrash(t, db, &aBinder{})
	bounds := []softdelete.ListOptions{{}, {Since: b.at(0.001)}, {Until: b.at(0.999)}, {Since: b.at(0.001), Until: b.at(0.999)}, {Since: b.at(0.4), Until: b.at(0.6)}}
	for _, kind := range []func(softdelete.ListOptions) (string, error){
		func(o softdelete.ListOptions) (string, error) {
			page, err := trash.List(t.Context(), o)
			return page.Next, err
		},
		func(o softdelete.ListOptions) (string, error) {
			page, err := trash.Deletions(t.Context(), o)
			return page.Next, err
		},
	} {
		places := map[float64]string{2: ""}
		for _, part := range []float64{1, 0.5, 0.05} {
			next, err := kind(softdelete.ListOptions{Until: b.at(part)})
			require.NoError(t, err)
			require.NotEmpty(t, next)
			places[part] = next
		}
		pages := len(places) - 1
		for _, options := range bounds {
			for part, place := range places {
				if part < 1 && options.Since.After(b.at(part)) {
					continue // that is behind the end
				}
				options.After = place
				for _, options.Limit = range []int{0, 500} {
					_, err := kind(options)
					require.NoError(t, err)
					pages++
				}
			}
		}
		require.GreaterOrEqual(t, keepOrder(t, aside, log.TakeCalls()), pages)
	}
}

// glances looks at all of it, day by day.
func (b binders) glances(t *testing.T, aside, db *gorm.DB) {
	t.Helper()
	log := record.Record(t, db)
	var days []time.Time
	for i := range 31 {
		days = append(days, b.at(float64(i)/30))
	}
	for _, most := range []int64{0, 10} {
		_, err := models.OpenTrash(t, db, &aBinder{}).WithRetention(models.Day).Glance(t.Context(), softdelete.GlanceOptions{Most: most, Times: days})
		require.NoError(t, err)
	}
	require.Equal(t, 2, keepOrder(t, aside, log.TakeCalls()))
}

// empties removes the rows, and takes that back.
func (b binders) empties(t *testing.T, aside, db *gorm.DB) {
	t.Helper()
	log := record.Record(t, db)
	for _, options := range []softdelete.EmptyOptions{
		{All: true},
		{OlderThan: models.Day},
		{OlderThan: models.DepotNow.Sub(b.at(0.5)), BatchSize: 100, MaxRows: 1000},
		{OlderThan: models.Day, Hooks: true, MaxRows: 2000},
		{OlderThan: models.Day, BatchSize: 4000},
	} {
		if b.trashed > 100_000 && options.MaxRows == 0 {
			options.BatchSize, options.MaxRows = 10_000, 50_000
		}
		err := db.Transaction(func(tx *gorm.DB) error {
			report, err := models.OpenTrash(t, tx, &aBinder{}).Empty(t.Context(), options)
			if err != nil {
				return err
			}
			require.Empty(t, report.Failed)
			require.NotEmpty(t, report.Rows)
			return errTakenBack
		})
		require.ErrorIs(t, err, errTakenBack)
		require.GreaterOrEqual(t, keepOrder(t, aside, log.TakeCalls()), 2)
	}
}

var errTakenBack = errors.New("it is taken back")

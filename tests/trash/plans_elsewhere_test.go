package trash_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// aFolio is what there is a lot of in the trash of a smaller database.
type aFolio struct {
	ID    uint
	Title string
	softdelete.Timestamp
}

const folios = 6000

// fillFolios trashes them a minute after each other, ten at a time, in an order that has nothing to do with that of the keys. As many are live.
func fillFolios(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, softdelete.AutoMigrate(db, &aFolio{}))
	list := make([]aFolio, 2*folios)
	for i := range list {
		list[i] = aFolio{ID: uint(i + 1), Title: "A folio"} //nolint:gosec // it is not negative
		if i%2 == 0 {
			at := oldest.Add(time.Duration(i*7919%folios/10) * time.Minute)
			list[i].DeletedAt = gorm.DeletedAt{Time: at, Valid: true}
		}
	}
	require.NoError(t, db.CreateInBatches(list, 1000).Error)
	analyze := "ANALYZE a_folios"
	if db.Name() == "mysql" {
		analyze = "ANALYZE TABLE a_folios"
	}
	require.NoError(t, db.Exec(analyze).Error)
}

// sortedElsewhere are the words by which a plan says that rows are sorted, or all of them read.
var sortedElsewhere = []string{"filesort", "temporary", "TEMP B-TREE", "SCAN", " ALL "}

// TestPlansElsewhereKeepTheOrder says that the other databases go along the index too, from where the part before has ended.
func TestPlansElsewhereKeepTheOrder(t *testing.T) {
	t.Parallel()
	for name, explain := range map[string]string{"sqlite": "EXPLAIN QUERY PLAN ", "mariadb": "EXPLAIN "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := testdb.OpenerFor(t, name)
			if !database.TimesSort(open(t)) {
				t.Skip("SQLite's driver writes times as texts that do not sort as the times do")
			}
			aside := models.OpenStill(t, open, softdelete.Config{Models: []any{&aFolio{}}})
			fillFolios(t, aside)
			db := models.OpenStill(t, open, softdelete.Config{Models: []any{&aFolio{}}})
			log := record.Record(t, db)
			for _, options := range []softdelete.EmptyOptions{{All: true}, {OlderThan: models.Day, BatchSize: 500}} {
				require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
					report, err := models.OpenTrash(t, tx).Empty(t.Context(), options)
					require.NoError(t, err)
					require.Equal(t, map[string]int64{"a_folios": folios}, report.Rows)
					return errTakenBack
				}), errTakenBack)
			}
			if name != "sqlite" { // which keeps times as text, of any zone
				pages(t, models.OpenTrash(t, db))
			}
			parts := 0
			for _, call := range log.TakeCalls() {
				if strings.Contains(call.SQL, "ORDER BY") && strings.Contains(call.SQL, "LIMIT") && !strings.Contains(call.SQL, "FORCE INDEX") { // by which a batch locks its own
					parts++
					plan := planElsewhere(t, aside, explain, call)
					for _, words := range sortedElsewhere {
						require.NotContains(t, plan, words, "%s %v", call.SQL, call.Args)
					}
					if name != "sqlite" && strings.Contains(call.SQL, " OR ") {
						require.Contains(t, plan, " 16 ", "eight bytes of the time, eight of the key: %s", call.SQL)
					}
				}
			}
			require.GreaterOrEqual(t, parts, folios/1000+folios/500)
		})
	}
}

// pages lists some, at both ends and in the middle.
func pages(t *testing.T, trash *softdelete.Trash) {
	t.Helper()
	at := func(part float64) time.Time {
		return oldest.Add(time.Duration(part*folios/10) * time.Minute)
	}
	for _, since := range []time.Time{{}, at(0.01)} {
		for _, until := range []time.Time{{}, at(0.99), at(0.5), at(0.1)} {
			options := softdelete.ListOptions{Since: since, Until: until}
			for range 3 {
				page, err := trash.List(t.Context(), options)
				require.NoError(t, err)
				require.NotEmpty(t, page.Next)
				options.After = page.Next
			}
		}
	}
}

func planElsewhere(t *testing.T, db *gorm.DB, explain string, call record.Call) string {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	rows, err := pool.QueryContext(t.Context(), explain+call.SQL, call.Args...)
	require.NoError(t, err, call.SQL)
	defer rows.Close() //nolint:errcheck // It has been read to its end.
	columns, err := rows.Columns()
	require.NoError(t, err)
	var plan strings.Builder
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		require.NoError(t, rows.Scan(dest...))
		for _, value := range values {
			if text, ok := value.([]byte); ok {
				value = string(text)
			}
			_, _ = fmt.Fprintf(&plan, "%v ", value)
		}
		plan.WriteByte('\n')
	}
	require.NoError(t, rows.Err())
	return plan.String()
}

package empty_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/glebarez/sqlite"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// emptierEnv says to a process what to empty: the database and its DSN, parted by a newline.
const emptierEnv = "SOFTDELETE_TEST_EMPTIER"

const claimed = 240 // boxes, and as many labels, that several empty at once

// TestEmptierHelper is one of several processes that empty a trash. It is ready, begins when it is told to, and says what it
// has removed.
func TestEmptierHelper(t *testing.T) {
	what := strings.Split(os.Getenv(emptierEnv), "\n")
	if len(what) != 2 {
		t.Skip("it runs in a process that another test starts")
	}
	dialector := map[string]func(string) gorm.Dialector{"sqlite": sqlite.Open, "postgres": postgres.Open, "mysql": mysql.Open}[what[0]](what[1])
	db, err := gorm.Open(dialector, testdb.Config())
	require.NoError(t, err)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models.DepotModels})))
	fmt.Println("ready")
	_, _ = io.ReadAll(os.Stdin)
	report, err := models.OpenTrash(t, db).Empty(t.Context(), softdelete.EmptyOptions{All: true, BatchSize: 20})
	require.NoError(t, err)
	require.Empty(t, report.Failed)
	text, err := json.Marshal(report.Rows)
	require.NoError(t, err)
	fmt.Println(string(text))
}

// emptierProcess starts a process that empties a place. It returns what tells it to begin, and what waits for its report.
func emptierProcess(t *testing.T, db *gorm.DB) (begin func(), report func() map[string]int64) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestEmptierHelper$", "-test.v") //nolint:gosec // this test itself
	process.Env = append(os.Environ(), emptierEnv+"="+db.Name()+"\n"+dsnOf(t, db))
	tell, err := process.StdinPipe()
	require.NoError(t, err)
	output, err := process.StdoutPipe()
	require.NoError(t, err)
	process.Stderr = os.Stderr
	require.NoError(t, process.Start())
	lines := bufio.NewScanner(output)
	var said []string
	until := func(wanted string) string {
		for lines.Scan() {
			if said = append(said, lines.Text()); strings.HasPrefix(lines.Text(), wanted) {
				return lines.Text()
			}
		}
		require.Fail(t, "the process has failed", strings.Join(said, "\n"))
		return ""
	}
	until("ready")
	return func() { _ = tell.Close() }, func() map[string]int64 {
		var rows map[string]int64
		require.NoError(t, json.Unmarshal([]byte(until("{")), &rows))
		_, _ = io.Copy(io.Discard, output)
		require.NoError(t, process.Wait())
		return rows
	}
}

// claimable makes trash that several may empty: boxes with labels, and shelves on which nothing hangs.
func claimable(t *testing.T, db *gorm.DB) map[string]int64 {
	t.Helper()
	models.Boxes(t, db, claimed)
	require.NoError(t, db.Exec("INSERT INTO depot_labels (id, box_id) SELECT id, id FROM depot_boxes").Error)
	require.NoError(t, db.Exec("INSERT INTO depot_shelves (id, deleted_at) SELECT id, deleted_at FROM depot_boxes").Error)
	require.NoError(t, db.Exec("INSERT INTO depot_tokens (id, is_deleted) SELECT id, is_deleted FROM (SELECT id, 1 = 1 AS is_deleted FROM depot_boxes) AS b").Error)
	return map[string]int64{"depot_boxes": claimed, "depot_labels": claimed, "depot_shelves": claimed, "depot_tokens": claimed}
}

// once says that each row was counted by one of those who emptied, and that none is left but where they pass over what others
// have only looked at: that is there for the next run.
func once(t *testing.T, db *gorm.DB, want map[string]int64, reports []map[string]int64) {
	t.Helper()
	sum := map[string]int64{}
	for _, rows := range reports {
		for table, n := range rows {
			sum[table] += n
		}
	}
	for _, table := range slices.Sorted(maps.Keys(want)) {
		left := tables.Column[int64](t, db, "SELECT count(*) FROM "+table)[0]
		if !database.FlavourOf(db).ScanLocks {
			require.Zero(t, left, "of %s is left", table)
		}
		sum[table] += left
	}
	require.Equal(t, want, sum, "each row is counted once: %v", reports)
	t.Log(reports)
	emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true}, depotTables...) // what others had only looked at
	for table := range want {
		require.Zero(t, tables.Column[int64](t, db, "SELECT count(*) FROM "+table)[0], table)
	}
}

// TestEmptyingProcessesCountEachRowOnce says that of two processes, and of four, that empty one trash each counts what it has
// removed, and that nothing is left.
func TestEmptyingProcessesCountEachRowOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		for _, processes := range []int{2, 4} {
			want := claimable(t, db)
			var begins []func()
			var ends []func() map[string]int64
			for range processes {
				begin, end := emptierProcess(t, db)
				begins, ends = append(begins, begin), append(ends, end)
			}
			for _, begin := range begins {
				begin()
			}
			var reports []map[string]int64
			for _, end := range ends {
				reports = append(reports, end())
			}
			once(t, db, want, reports)
		}
	})
}

// TestEmptyingHandlesCountEachRowOnce is the same for handles of one process, also where a conflict shows only at the commit,
// and nobody waits for a lock.
func TestEmptyingHandlesCountEachRowOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		for _, optimistic := range []bool{false, true} {
			if optimistic && database.FlavourOf(db).Optimistic == "" {
				continue
			}
			for _, observers := range [][]softdelete.Observer{nil, {keepKeys}} {
				require.NoError(t, db.AutoMigrate(&anAudit{}))
				want := claimable(t, db)
				var handles []*gorm.DB
				for range 4 {
					handle := open(t)
					require.NoError(t, handle.Use(softdelete.New(softdelete.Config{Models: models.DepotModels, Observers: observers})))
					if optimistic {
						database.Optimistically(t, handle)
					}
					handles = append(handles, handle)
				}
				reports := make([]map[string]int64, len(handles))
				var group sync.WaitGroup
				for i, handle := range handles {
					group.Go(func() {
						report, err := models.OpenTrash(t, handle).Empty(t.Context(), softdelete.EmptyOptions{All: true, BatchSize: 20})
						if err != nil || len(report.Failed) > 0 {
							t.Errorf("Empty: %v %v", err, report.Failed)
						}
						reports[i] = report.Rows
					})
				}
				group.Wait()
				once(t, db, want, reports)
			}
		}
	})
}

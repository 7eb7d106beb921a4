package empty_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// killEnv says to a process what to do until it is killed: the task, the database and its DSN, parted by newlines.
const killEnv = "SOFTDELETE_TEST_KILLED"

const (
	killsEach  = 5   // kills of each task on each database
	killBoxes  = 120 // what there is to empty
	killBatch  = 5
	killTreeOf = 4 // halls, shelves of each, boxes of each
)

// anAudit is what an observer writes of a batch, in its transaction.
type anAudit struct {
	ID        uint
	Operation string
	Table     string
	Keys      string
}

func keepKeys(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	return tx.Create(&anAudit{Operation: event.Operation.String(), Table: event.Table, Keys: strings.Trim(fmt.Sprint(keys), "[]")}).Error
}

// TestKilledHelper is the process that is killed. It says each of its statements, and goes on when it is told to.
func TestKilledHelper(t *testing.T) {
	what := strings.Split(os.Getenv(killEnv), "\n")
	if len(what) != 3 {
		t.Skip("it runs in a process that another test starts")
	}
	dialector := testdb.SQLite(what[2])
	switch what[1] {
	case "postgres":
		dialector = postgres.Open(what[2])
	case "mysql":
		dialector = mysql.Open(what[2])
	}
	db, err := gorm.Open(dialector, testdb.Config())
	require.NoError(t, err)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models.DepotModels, Observers: []softdelete.Observer{keepKeys}})))
	told := bufio.NewReader(os.Stdin)
	db = concurrent.Pause(db, func(string) {
		fmt.Println(killMark)
		_, _ = told.ReadByte()
	})
	switch what[0] {
	case "empty":
		_, err = softdelete.Of[models.DepotBox](db).Empty(context.Background(), softdelete.EmptyOptions{All: true, BatchSize: killBatch})
	case "cascade":
		err = db.Delete(&[]models.DepotHall{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}}).Error
	}
	require.NoError(t, err)
	fmt.Println("done")
	_, _ = io.Copy(io.Discard, told) // until it is killed
}

const killMark = "statement"

// killed runs a task in a process and kills that at one of its statements: before it, or while it runs, or after it. It tells
// if the task had come to its end by then.
func killed(t *testing.T, db *gorm.DB, task string, at int, random *rand.Rand) bool {
	t.Helper()
	dsn, gone := connections(t, db, dsnOf(t, db), fmt.Sprintf("killed-%d", random.Uint64()))
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledHelper$", "-test.v") //nolint:gosec // this test itself
	process.Env = append(os.Environ(), killEnv+"="+strings.Join([]string{task, db.Name(), dsn}, "\n"))
	tell, err := process.StdinPipe()
	require.NoError(t, err)
	output, err := process.StdoutPipe()
	require.NoError(t, err)
	process.Stderr = os.Stderr
	require.NoError(t, process.Start())

	done := false
	var said []string
	for lines := bufio.NewScanner(output); at > 0 && !done && lines.Scan(); {
		said = append(said, lines.Text())
		switch lines.Text() {
		case killMark:
			at--
			if at > 0 || random.IntN(4) > 0 {
				_, _ = tell.Write([]byte{'\n'})
			}
		case "done":
			done = true
		}
	}
	require.True(t, done || at == 0, "the process has failed:\n%s", strings.Join(said, "\n"))
	time.Sleep(time.Duration(random.IntN(1500)) * time.Microsecond) // the moment is random
	require.NoError(t, process.Process.Kill())
	_ = process.Wait()
	gone()
	return done
}

// connections returns the name by which a process connects to a database, and what waits until the server has ended all of its
// connections: it may still be at work on what the process has sent. A connection goes when its transaction is rolled back. That none
// has a transaction open cannot be asked on MariaDB: its list of those is as it was when it is asked again within 100 ms.
func connections(t *testing.T, db *gorm.DB, dsn, name string) (as string, gone func()) {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	conn, err := pool.Conn(t.Context()) // one, which is among those that are known
	require.NoError(t, err)
	query, args := "", []any{}
	switch db.Name() {
	case "postgres":
		dsn, query, args = nameConnections(dsn, name), "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", []any{name}
	case "mysql":
		var known string
		const ours = "FROM information_schema.processlist WHERE db = DATABASE()"
		require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT GROUP_CONCAT(id) "+ours).Scan(&known))
		query, args = "SELECT count(*) "+ours+" AND FIND_IN_SET(id, ?) = 0", []any{known}
	}
	return dsn, func() {
		defer func() { require.NoError(t, conn.Close()) }()
		if query == "" {
			return
		}
		require.Eventually(t, func() bool {
			left := -1
			err := conn.QueryRowContext(t.Context(), query, args...).Scan(&left)
			return err == nil && left == 0
		}, time.Minute, time.Millisecond)
	}
}

// killing opens a depot with audits, and a random source.
func killing(t *testing.T, open testdb.Opener) (*gorm.DB, *rand.Rand) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	db := models.OpenDepot(t, open, keepKeys)
	require.NoError(t, db.AutoMigrate(&anAudit{}))
	return db, rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's choices
}

// TestKilledInEmpty says that when the process is killed in the middle of Empty each batch is whole or absent, and that the
// next run does the rest.
func TestKilledInEmpty(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, random := killing(t, open)
		models.Boxes(t, db, 2*killBatch)
		statements := 0
		counting := softdelete.Of[models.DepotBox](concurrent.Pause(db, func(string) { statements++ }))
		emptied(t, db, counting.Empty, softdelete.EmptyOptions{All: true, BatchSize: killBatch}, depotTables...)
		perBatch := statements / 2
		inTheMiddle := 0
		for range killsEach {
			require.NoError(t, db.Exec("DELETE FROM an_audits").Error)
			models.Boxes(t, db, killBoxes)
			require.NoError(t, db.Exec("INSERT INTO depot_labels (id, box_id) SELECT id, id FROM depot_boxes").Error)
			killed(t, db, "empty", random.IntN(perBatch*killBoxes/killBatch)+1, random)

			gone := checkBatches(t, db)
			if gone > 0 && gone < killBoxes {
				inTheMiddle++
			}
			emptied(t, db, models.OpenTrash(t, db).Empty, softdelete.EmptyOptions{All: true, BatchSize: killBatch}, depotTables...)
			require.Equal(t, killBoxes, checkBatches(t, db), "the next run does the rest")
		}
		require.NotZero(t, inTheMiddle, "of the kills in the middle")
	})
}

// checkBatches says that the audits tell, in whole batches, exactly the rows that are gone, boxes and labels alike, and
// returns how many boxes those are.
func checkBatches(t *testing.T, db *gorm.DB) int {
	t.Helper()
	gone := map[string][]string{}
	for _, row := range tables.Stored(t, db, "an_audits", "id") {
		keys := strings.Fields(row["keys"].(string))
		require.Len(t, keys, killBatch, "a batch is whole")
		table := row["table"].(string)
		gone[table] = append(gone[table], keys...)
	}
	for table, left := range map[string][]int{"depot_boxes": tables.IDsOf(t, db, "depot_boxes"), "depot_labels": tables.Column[int](t, db, "SELECT box_id FROM depot_labels")} {
		all := slices.Clone(gone[table])
		for _, id := range left {
			all = append(all, fmt.Sprint(id))
		}
		slices.Sort(all)
		want := make([]string, killBoxes)
		for i := range want {
			want[i] = fmt.Sprint(i + 1)
		}
		slices.Sort(want)
		require.Equal(t, want, all, "%s: each row is there or in the audit of its batch, never both", table)
	}
	return len(gone["depot_boxes"])
}

// TestKilledInACascade says that when the process is killed in the middle of a cascade either all of its rows are trashed or
// none is, and that the next delete completes.
func TestKilledInACascade(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, random := killing(t, open)
		halls := []models.DepotHall{}
		for id := range uint(killTreeOf) {
			halls = append(halls, models.DepotHall{ID: id + 1})
		}
		for i := range uint(killTreeOf * killTreeOf) {
			halls[i/killTreeOf].Shelves = append(halls[i/killTreeOf].Shelves, models.DepotShelf{ID: i + 1})
		}
		for i := range uint(killTreeOf * killTreeOf * killTreeOf) {
			shelf := &halls[i/killTreeOf/killTreeOf].Shelves[i/killTreeOf%killTreeOf]
			shelf.Boxes = append(shelf.Boxes, models.DepotBox{ID: i + 1})
		}
		require.NoError(t, db.Create(&halls).Error)
		before := dumped(t, db, depotTables...)
		whole := []int{0, 0}
		for range killsEach {
			done := killed(t, db, "cascade", random.IntN(10)+1, random)
			all := checkAllOrNone(t, db, before)
			require.True(t, all || !done, "what was done is there")
			whole[map[bool]int{true: 1}[all]]++
			if !all {
				require.NoError(t, db.Delete(&[]models.DepotHall{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}}).Error)
				require.True(t, checkAllOrNone(t, db, before), "the next delete completes")
			}
			ids := tables.Column[string](t, db, "SELECT DISTINCT deletion_id FROM depot_halls")
			require.Len(t, ids, 1)
			require.NoError(t, softdelete.Restore(db, &[]models.DepotHall{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}}).Error)
			require.Equal(t, before, dumped(t, db, depotTables...))
			require.NoError(t, db.Exec("DELETE FROM an_audits").Error)
		}
		t.Logf("absent %d times, whole %d times", whole[0], whole[1])
	})
}

// checkAllOrNone tells if the cascade is there: with all rows and audits of one operation, or else nothing at all.
func checkAllOrNone(t *testing.T, db *gorm.DB, before map[string]any) bool {
	t.Helper()
	audits := tables.Column[string](t, db, database.Quoted(db, `SELECT "table" FROM an_audits ORDER BY "table"`))
	if len(audits) == 0 {
		require.Equal(t, before, dumped(t, db, depotTables...))
		return false
	}
	require.Equal(t, []string{"depot_boxes", "depot_halls", "depot_shelves"}, audits)
	trashed := []int{}
	for _, table := range []string{"depot_halls", "depot_shelves", "depot_boxes"} {
		trashed = append(trashed, tables.Column[int](t, db, "SELECT count(*) FROM "+table+" WHERE deletion_id = (SELECT deletion_id FROM depot_halls WHERE id = 1)")[0])
	}
	require.Equal(t, []int{killTreeOf, killTreeOf * killTreeOf, killTreeOf * killTreeOf * killTreeOf}, trashed)
	return true
}

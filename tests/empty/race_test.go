package empty_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// raceTime is how long the races of this file go on: long where a machine has the time.
func raceTime() time.Duration {
	if os.Getenv("CI") == "true" {
		return 30 * time.Second
	}
	return 2 * time.Second
}

// leastOperations is how many operations a race has at least, where a database takes long for each.
const leastOperations = 300

// clearing is trees of which many goroutines empty the trash while others fill it, plant new trees and restore old ones.
type clearing struct {
	*models.Grove
	trash *softdelete.Trash
	next  atomic.Int64 // the key of the last planted tree

	tables []clearingTable
	tree   func(id int64) []any                                    // the rows of a new tree, whose keys begin with id
	value  func(random *rand.Rand, id func(first int64) int64) any // a random row

	sums    sync.Mutex
	planted map[string]int64
	removed map[string]int64
}

// clearingTable is a table with its marker and its deletion id, if it has those, and the column that refers to its parent.
type clearingTable struct{ name, mark, id, parent, column string }

func (c *clearing) begin(t *testing.T, lasts time.Duration) {
	t.Helper()
	c.trash, c.planted, c.removed = models.OpenTrash(t, c.Db), map[string]int64{}, map[string]int64{}
	c.next.Store(1000)
	start := c.count(t)
	c.runFor(t, lasts)
	c.check(t, start)

	report, err := c.trash.Empty(t.Context(), softdelete.EmptyOptions{All: true})
	require.NoError(t, err)
	c.reported(report)
	c.check(t, start)
	failed := map[string]int64{}
	for _, f := range report.Failed {
		require.ErrorIs(t, f, softdelete.ErrRestricted, "only live rows hold any")
		failed[f.Table]++
	}
	for _, table := range c.tables {
		require.NotZero(t, c.removed[table.name], table.name)
		if table.mark != "" {
			trashed := tables.Column[int64](t, c.Db, "SELECT count(*) FROM "+table.name+" WHERE "+table.mark+" IS NOT NULL")[0]
			require.Equal(t, failed[table.name], trashed, "a last run leaves what it says that it leaves: %s", table.name)
		}
	}
}

// TestConcurrentEmpties runs Empty, Restore and Delete, with cascades, in 16 goroutines. In the end the rows that there were
// are those that there are and those that were reported as removed, no row has lost its parent, and the marker and the id of
// each row agree.
func TestConcurrentEmpties(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		c := &clearing{Grove: models.PlantGrove(t, open), value: groveValue, tree: groveTree}
		for _, table := range models.GroveTables {
			mark := "deleted_at"
			if table.Name == "zoo_leafs" {
				mark = "removed"
			}
			c.tables = append(c.tables, clearingTable{table.Name, mark, table.ID, table.Parent, table.Column})
		}
		c.begin(t, raceTime())
	})
}

// TestConcurrentEmptiesWithForeignKeys is the same for models whose tables have foreign keys, and children without a marker.
func TestConcurrentEmptiesWithForeignKeys(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		c := &clearing{Grove: &models.Grove{Db: db, Deletes: map[uuid.UUID]map[string]int64{}, Outcomes: map[string]int{}}, value: depotValue, tree: depotTree}
		c.tables = []clearingTable{
			{"depot_halls", "deleted_at", "deletion_id", "", ""},
			{"depot_shelves", "deleted_at", "deletion_id", "depot_halls", "hall_id"},
			{"depot_boxes", "deleted_at", "deletion_id", "depot_shelves", "shelf_id"},
			{"depot_labels", "", "", "depot_boxes", "box_id"},
		}
		c.begin(t, min(raceTime(), 5*time.Second))
	})
}

// runFor makes random operations for some time.
func (c *clearing) runFor(t *testing.T, d time.Duration) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	operations := []string{"empty", "delete", "delete", "delete", "restore", "restore", "restore with parents", "undo", "plant"}
	deadline := time.Now().Add(d)
	var begun atomic.Int64
	var group sync.WaitGroup
	for i := range models.GroveRacers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a test's choices
			for begun.Add(1) <= leastOperations || time.Now().Before(deadline) {
				operation := operations[random.IntN(len(operations))]
				if err := c.act(t, random, operation); !c.IsExpected(operation, err) {
					t.Errorf("%s: %v", operation, err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%v", c.Outcomes)
	for _, operation := range []string{"empty", "delete", "restore", "plant"} {
		require.NotZero(t, c.Outcomes[operation], "none succeeded: %s", operation)
	}
}

func (c *clearing) act(t *testing.T, random *rand.Rand, operation string) error {
	t.Helper()
	switch operation {
	case "empty":
		options := softdelete.EmptyOptions{All: true, BatchSize: random.IntN(12) + 1}
		if random.IntN(3) == 0 {
			options.MaxRows = int64(random.IntN(20) + 1)
		}
		report, err := c.trash.Empty(t.Context(), options)
		c.reported(report)
		for _, failed := range report.Failed {
			if !c.IsExpected("a row", failed.Err) {
				t.Errorf("%s %v: %v", failed.Table, failed.Key, failed.Err)
			}
		}
		return err
	case "plant":
		return c.plant()
	case "undo":
		_, err := softdelete.Undo(c.Db, c.lately(random))
		return err
	}
	// Of the trees that were planted last, so that the goroutines meet.
	value := c.value(random, func(first int64) int64 { return c.next.Load() + first - 10*random.Int64N(10) })
	return c.DoTo(random, operation, value)
}

// lately is the id of one of the last deletes.
func (c *clearing) lately(random *rand.Rand) uuid.UUID {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	ids := c.Ids[max(0, len(c.Ids)-10):]
	if len(ids) == 0 {
		return uuid.New()
	}
	return ids[random.IntN(len(ids))]
}

// plant makes a new tree, all at once.
func (c *clearing) plant() error {
	rows := c.tree(c.next.Add(10))
	made := map[string]int64{}
	err := c.Db.Transaction(func(tx *gorm.DB) error {
		for _, list := range rows {
			created := tx.Create(list)
			if created.Error != nil {
				return created.Error
			}
			made[created.Statement.Table] += created.RowsAffected
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.sums.Lock()
	defer c.sums.Unlock()
	for table, n := range made {
		c.planted[table] += n
	}
	return nil
}

func groveTree(id int64) []any {
	return []any{
		[]models.ZooNode{{ID: id}, {ID: id + 1, ParentID: &id}, {ID: id + 2, ParentID: tables.Ptr(id + 1)}},
		[]models.ZooLeaf{{ID: id, NodeID: tables.Ptr(id + 2)}},
		[]models.ZooOwner{{ID: id}},
		[]models.ZooHouse{{ID: id, OwnerID: &id}, {ID: id + 1, OwnerID: &id}},
		[]models.ZooRoom{{ID: id, HouseID: &id}, {ID: id + 1, HouseID: tables.Ptr(id + 1)}},
		[]models.ZooGuest{{ID: id, RoomID: &id}, {ID: id + 1, RoomID: &id, HouseID: tables.Ptr(id + 1)}},
	}
}

func groveValue(random *rand.Rand, id func(first int64) int64) any {
	switch random.IntN(6) {
	case 0:
		return &models.ZooLeaf{ID: id(0)}
	case 1:
		return &models.ZooOwner{ID: id(0)}
	case 2:
		return &models.ZooHouse{ID: id(random.Int64N(2))}
	case 3:
		return &models.ZooRoom{ID: id(random.Int64N(2))}
	default:
		return &models.ZooNode{ID: id(random.Int64N(3))}
	}
}

func depotTree(id int64) []any {
	key := func(i int64) uint { return uint(id + i) } //nolint:gosec // small
	shelves, boxes, labels := []models.DepotShelf{}, []models.DepotBox{}, []models.DepotLabel{}
	for i := range int64(2) {
		shelves = append(shelves, models.DepotShelf{ID: key(i), HallID: tables.Ptr(key(0))})
	}
	for i := range int64(4) {
		boxes = append(boxes, models.DepotBox{ID: key(i), ShelfID: tables.Ptr(key(i / 2))})
		labels = append(labels, models.DepotLabel{ID: key(i), BoxID: key(i)})
	}
	return []any{[]models.DepotHall{{ID: key(0)}}, shelves, boxes, labels}
}

func depotValue(random *rand.Rand, id func(first int64) int64) any {
	switch random.IntN(3) {
	case 0:
		return &models.DepotHall{ID: uint(id(0))} //nolint:gosec // small
	case 1:
		return &models.DepotShelf{ID: uint(id(random.Int64N(2)))} //nolint:gosec // small
	default:
		return &models.DepotBox{ID: uint(id(random.Int64N(4)))} //nolint:gosec // small
	}
}

func (c *clearing) reported(report softdelete.EmptyReport) {
	c.sums.Lock()
	defer c.sums.Unlock()
	for table, n := range report.Rows {
		c.removed[table] += n
	}
}

func (c *clearing) count(t *testing.T) map[string]int64 {
	t.Helper()
	counts := map[string]int64{}
	for _, table := range c.tables {
		counts[table.name] = tables.Column[int64](t, c.Db, "SELECT count(*) FROM "+table.name)[0]
	}
	return counts
}

// check says that the rows add up, that they have their parents, and that each is of one piece.
func (c *clearing) check(t *testing.T, start map[string]int64) {
	t.Helper()
	want := maps.Clone(start)
	for table, n := range c.planted {
		want[table] += n
	}
	have := c.count(t)
	for table, n := range c.removed {
		have[table] += n
	}
	require.Equal(t, want, have, "rows are there, or were reported as removed")
	for _, table := range c.tables {
		if table.id != "" {
			c.CheckPieces(t, table.name, table.id)
		}
		if table.parent != "" {
			query := fmt.Sprintf("SELECT c.id FROM %s c WHERE c.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s p WHERE p.id = c.%s)",
				table.name, table.column, table.parent, table.column)
			require.Empty(t, tables.Column[int64](t, c.Db, query), "rows of %s without their parent", table.name)
		}
	}
}

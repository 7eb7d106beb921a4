package softdelete_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// raceTime is how long the races of this file go on: long where a machine has the time.
func raceTime() time.Duration {
	if os.Getenv("CI") == "true" {
		return 30 * time.Second
	}
	return 2 * time.Second
}

// clearing is a grove in which many goroutines empty the trash while others fill it, plant new trees and restore old ones.
type clearing struct {
	*grove
	trash *softdelete.Trash
	next  atomic.Int64 // the key of the last planted tree

	sums    sync.Mutex
	planted map[string]int64
	removed map[string]int64
}

// TestConcurrentEmpties runs Empty, Restore and Delete, with cascades, in 16 goroutines. In the end the rows that there were
// are those that there are and those that were reported as removed, no row has lost its parent, and the marker and the id of
// each row agree.
func TestConcurrentEmpties(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		g := plantGrove(t, open)
		c := &clearing{grove: g, trash: trashOf(t, g.db), planted: map[string]int64{}, removed: map[string]int64{}}
		c.next.Store(1000)
		start := c.count(t)
		c.runFor(t, raceTime())

		c.check(t, start)
		require.NotEmpty(t, c.removed["zoo_nodes"])
		require.NotEmpty(t, c.removed["zoo_rooms"])
		report, err := c.trash.Empty(t.Context(), softdelete.EmptyOptions{All: true})
		require.NoError(t, err)
		c.reported(report)
		c.check(t, start)
		failed := map[string]int64{}
		for _, f := range report.Failed {
			require.ErrorIs(t, f, softdelete.ErrRestricted, "only live rows hold any")
			failed[f.Table]++
		}
		for _, table := range groveTables {
			mark := "deleted_at"
			if table.name == "zoo_leafs" {
				mark = "removed"
			}
			trashed := column[int64](t, c.db, "SELECT count(*) FROM "+table.name+" WHERE "+mark+" IS NOT NULL")[0]
			require.Equal(t, failed[table.name], trashed, "a last run leaves what it says that it leaves: %s", table.name)
		}
	})
}

// runFor makes random operations for some time.
func (c *clearing) runFor(t *testing.T, d time.Duration) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	operations := []string{"empty", "delete", "delete", "delete", "restore", "restore", "restore with parents", "undo", "plant"}
	deadline := time.Now().Add(d)
	var group sync.WaitGroup
	for i := range groveRacers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a test's choices
			for time.Now().Before(deadline) {
				operation := operations[random.IntN(len(operations))]
				if err := c.act(t, random, operation); !c.isExpected(operation, err) {
					t.Errorf("%s: %v", operation, err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%v", c.outcomes)
	for _, operation := range operations {
		require.NotZero(t, c.outcomes[operation], "none succeeded: %s", operation)
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
			if !c.isExpected("a row", failed.Err) {
				t.Errorf("%s %v: %v", failed.Table, failed.Key, failed.Err)
			}
		}
		return err
	case "plant":
		return c.plant()
	}
	return c.doTo(random, operation, c.any(random))
}

// any is a row of the grove's own or of a planted tree.
func (c *clearing) any(random *rand.Rand) any {
	value := c.grove.any(random)
	if random.IntN(4) == 0 {
		return value
	}
	id := 1000 + random.Int64N(c.next.Load()-999)
	switch v := value.(type) {
	case *zooNode:
		v.ID = id
	case *zooLeaf:
		v.ID = id
	case *zooOwner:
		v.ID = id
	case *zooHouse:
		v.ID = id
	case *zooRoom:
		v.ID = id
	}
	return value
}

// plant makes a new tree and a new house, all at once.
func (c *clearing) plant() error {
	id := c.next.Add(3)
	err := c.db.Transaction(func(tx *gorm.DB) error {
		for _, rows := range []any{
			[]zooNode{{ID: id}, {ID: id + 1, ParentID: &id}, {ID: id + 2, ParentID: ptr(id + 1)}},
			[]zooLeaf{{ID: id, NodeID: ptr(id + 2)}},
			&zooOwner{ID: id},
			[]zooHouse{{ID: id, OwnerID: &id}, {ID: id + 1, OwnerID: &id}},
			[]zooRoom{{ID: id, HouseID: &id}, {ID: id + 1, HouseID: ptr(id + 1)}},
			[]zooGuest{{ID: id, RoomID: &id}, {ID: id + 1, RoomID: &id}},
		} {
			if err := tx.Create(rows).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.sums.Lock()
	defer c.sums.Unlock()
	for table, n := range map[string]int64{"zoo_nodes": 3, "zoo_leafs": 1, "zoo_owners": 1, "zoo_houses": 2, "zoo_rooms": 2, "zoo_guests": 2} {
		c.planted[table] += n
	}
	return nil
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
	for _, table := range groveTables {
		counts[table.name] = column[int64](t, c.db, "SELECT count(*) FROM "+table.name)[0]
	}
	return counts
}

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
	for _, table := range groveTables {
		c.checkPieces(t, table.name, table.id)
		if table.parent == "" {
			continue
		}
		query := fmt.Sprintf("SELECT c.id FROM %s c WHERE c.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s p WHERE p.id = c.%s)", table.name, table.column, table.parent, table.column)
		require.Empty(t, column[int64](t, c.db, query), "rows of %s without their parent", table.name)
	}
}

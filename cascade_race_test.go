package softdelete_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// grove is trees that many goroutines work on at once: a self-referencing one with leaves, and houses with rooms and guests.
type grove struct {
	db *gorm.DB

	mu       sync.Mutex
	deletes  map[uuid.UUID]map[string]int64 // what each reported
	ids      []uuid.UUID
	outcomes map[string]int
}

const (
	groveRacers = 16
	groveSize   = 40
)

// groveTables are the tables by the columns that refer to their cascading parents.
var groveTables = []struct{ name, id, parent, column string }{
	{"zoo_nodes", "deletion_id", "zoo_nodes", "parent_id"},
	{"zoo_leafs", "operation", "zoo_nodes", "node_id"},
	{"zoo_owners", "deletion_id", "", ""},
	{"zoo_houses", "deletion_id", "zoo_owners", "owner_id"},
	{"zoo_rooms", "deletion_id", "zoo_houses", "house_id"},
	{"zoo_guests", "deletion_id", "zoo_rooms", "room_id"},
}

func plantGrove(t *testing.T, open testdb.Opener) *grove {
	t.Helper()
	db := open(t)
	models := []any{&zooNode{}, &zooLeaf{}, &zooOwner{}, &zooProfile{}, &zooHouse{}, &zooRoom{}, &zooGuest{}}
	config := testdb.Config()
	config.DisableForeignKeyConstraintWhenMigrating = true
	db.DisableForeignKeyConstraintWhenMigrating = true
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
	require.NoError(t, db.AutoMigrate(models...))
	g := &grove{db: db, deletes: map[uuid.UUID]map[string]int64{}, outcomes: map[string]int{}}
	var nodes []zooNode
	var leaves []zooLeaf
	var owners []zooOwner
	var houses []zooHouse
	var rooms []zooRoom
	var guests []zooGuest
	for i := range int64(groveSize) {
		node := zooNode{ID: i + 1}
		if i > 0 {
			node.ParentID = ptr(i/2 + i%2)
		}
		nodes = append(nodes, node)
		leaves = append(leaves, zooLeaf{ID: i + 1, NodeID: ptr(i + 1)})
		rooms = append(rooms, zooRoom{ID: i + 1, HouseID: ptr(i/4 + 1)})
		guest := zooGuest{ID: i + 1, RoomID: ptr(i + 1)}
		if i%7 == 0 {
			guest.HouseID = ptr((i+5)%10 + 1)
		}
		guests = append(guests, guest)
	}
	for i := range int64(groveSize / 4) {
		houses = append(houses, zooHouse{ID: i + 1, OwnerID: ptr(i/3 + 1)})
		owners = append(owners, zooOwner{ID: i + 1})
	}
	for _, rows := range []any{nodes, leaves, owners, houses, rooms, guests} {
		require.NoError(t, db.Create(rows).Error)
	}
	return g
}

// any returns a random row, with its key.
func (g *grove) any(random *rand.Rand) any { return g.pick(random, random.IntN(6)) }

// anyOffTheTree returns a random row of the tables that do not hang on themselves.
func (g *grove) anyOffTheTree(random *rand.Rand) any { return g.pick(random, 3+random.IntN(3)) }

func (g *grove) pick(random *rand.Rand, table int) any {
	id := int64(random.IntN(groveSize) + 1)
	switch table {
	case 0, 1:
		return &zooNode{ID: id}
	case 2:
		return &zooLeaf{ID: id}
	case 3:
		return &zooOwner{ID: id%4 + 1}
	case 4:
		return &zooHouse{ID: id%10 + 1}
	default:
		return &zooRoom{ID: id}
	}
}

// run makes random operations in many goroutines at once.
func (g *grove) run(t *testing.T, rounds int, operations ...string) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var group sync.WaitGroup
	for i := range groveRacers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a test's choices
			for range rounds {
				operation := operations[random.IntN(len(operations))]
				if err := g.do(random, operation); !g.isExpected(operation, err) {
					t.Errorf("%s: %v", operation, err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%v", g.outcomes)
	for _, operation := range operations {
		require.NotZero(t, g.outcomes[operation], "none succeeded: %s", operation)
	}
}

func (g *grove) do(random *rand.Rand, operation string) error {
	if operation == "restore off the tree" {
		return g.doTo(random, "restore", g.anyOffTheTree(random))
	}
	return g.doTo(random, operation, g.any(random))
}

func (g *grove) doTo(random *rand.Rand, operation string, value any) error {
	db := g.db
	if random.IntN(3) == 0 {
		db = db.Session(&gorm.Session{SkipDefaultTransaction: true})
	}
	switch operation {
	case "delete":
		var d softdelete.Deletion
		err := db.Scopes(softdelete.Into(&d)).Delete(value).Error
		if err == nil && len(d.Rows) > 0 {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.deletes[d.ID] = d.Rows
			g.ids = append(g.ids, d.ID)
		}
		return err
	case "undo":
		g.mu.Lock()
		id := uuid.New()
		if len(g.ids) > 0 {
			id = g.ids[random.IntN(len(g.ids))]
		}
		g.mu.Unlock()
		_, err := softdelete.Undo(db, id)
		return err
	case "restore":
		return softdelete.Restore(db, value).Error
	case "restore with parents":
		return softdelete.Restore(db.Scopes(softdelete.WithParents), value).Error
	case "purge":
		return softdelete.Purge(db, value).Error
	default:
		return softdelete.ForceDelete(db, value).Error
	}
}

// isExpected tells if an operation may end so, and counts how it did.
func (g *grove) isExpected(operation string, err error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil {
		g.outcomes[operation]++
		return true
	}
	for _, sentinel := range []error{softdelete.ErrRestricted, softdelete.ErrParentTrashed, softdelete.ErrNotFound} {
		if errors.Is(err, sentinel) {
			g.outcomes[operation+": "+sentinel.Error()]++
			return true
		}
	}
	if gaveUp(err) {
		g.outcomes[operation+": the database gave up"]++
		return true
	}
	return false
}

// checkWhole says that each delete is there with all of its rows, or not at all, and that none has left anything that failed.
// Deletes of some tables' rows are looked at for the latter only.
func (g *grove) checkWhole(t *testing.T, but ...string) {
	t.Helper()
	found := map[uuid.UUID]map[string]int64{}
	for _, table := range groveTables {
		g.checkPieces(t, table.name, table.id)
		query := fmt.Sprintf("SELECT %s AS id FROM %s WHERE %s IS NOT NULL", table.id, table.name, table.id)
		for _, text := range column[string](t, g.db, query) {
			id := uuid.MustParse(text)
			if found[id] == nil {
				found[id] = map[string]int64{}
			}
			found[id][table.name]++
		}
	}
	for id, rows := range found {
		require.Contains(t, g.deletes, id)
		if slices.ContainsFunc(but, func(table string) bool { return g.deletes[id][table] > 0 }) {
			continue
		}
		require.Equal(t, g.deletes[id], rows, "the rows of %s", id)
	}
}

// checkPieces says that marker and id of each row agree.
func (g *grove) checkPieces(t *testing.T, table, id string) {
	t.Helper()
	for _, row := range stored(t, g.db, table, "id") {
		mark, ok := row["deleted_at"]
		if !ok {
			mark = row["removed"]
		}
		require.Equal(t, mark == nil, row[id] == nil, "%s %v", table, row)
	}
}

// TestConcurrentCascades deletes, restores and undoes overlapping trees at once. Nodes of the tree come back by an undo only:
// what an undo brings back while two deletes pass can end with the one, and what it hangs on with the other, as
// docs/cascades.md says; restored by itself it would leave the rest of its operation.
func TestConcurrentCascades(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		g := plantGrove(t, open)
		g.run(t, 25, "delete", "delete", "undo", "restore off the tree")
		g.checkWhole(t)
	})
}

// TestConcurrentCascadesAndRestoresOfNodes restores nodes of the tree too. What was deleted of the other tables is whole all the same.
func TestConcurrentCascadesAndRestoresOfNodes(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		g := plantGrove(t, open)
		g.run(t, 25, "delete", "delete", "undo", "restore")
		g.checkWhole(t, "zoo_nodes")
	})
}

// TestConcurrentDeletesOfOverlappingTrees says that deletes alone leave no live row below a trashed one.
func TestConcurrentDeletesOfOverlappingTrees(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		g := plantGrove(t, open)
		g.run(t, 4, "delete")
		g.checkWhole(t)
		for _, table := range groveTables {
			if table.parent == "" {
				continue
			}
			mark, above := "deleted_at", "deleted_at"
			if table.name == "zoo_leafs" {
				mark = "removed"
			}
			query := fmt.Sprintf("SELECT c.id FROM %s c JOIN %s p ON p.id = c.%s WHERE p.%s IS NOT NULL AND c.%s IS NULL", table.name, table.parent, table.column, above, mark)
			require.Empty(t, column[int64](t, g.db, query), "live rows of %s below trashed ones", table.name)
		}
	})
}

// TestConcurrentRemovals purges and force deletes beside all else. No row is left of which the parent is gone.
func TestConcurrentRemovals(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		g := plantGrove(t, open)
		g.run(t, 20, "delete", "delete", "delete", "delete", "undo", "restore", "restore with parents", "purge", "force delete")
		for _, table := range groveTables {
			g.checkPieces(t, table.name, table.id)
			if table.parent == "" {
				continue
			}
			query := fmt.Sprintf("SELECT c.id FROM %s c WHERE c.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s p WHERE p.id = c.%s)", table.name, table.column, table.parent, table.column)
			require.Empty(t, column[int64](t, g.db, query), "rows of %s without their parent", table.name)
		}
	})
}

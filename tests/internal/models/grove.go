package models

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
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// Grove is trees that many goroutines work on at once: a self-referencing one with leaves, and houses with rooms and guests.
type Grove struct {
	Db *gorm.DB

	Mu       sync.Mutex
	Deletes  map[uuid.UUID]map[string]int64 // what each reported
	Ids      []uuid.UUID
	Outcomes map[string]int
}

const GroveRacers = 16

const groveSize = 40

// GroveTables are the tables by the columns that refer to their cascading parents.
var GroveTables = []struct{ Name, ID, Parent, Column string }{
	{"zoo_nodes", "deletion_id", "zoo_nodes", "parent_id"},
	{"zoo_leafs", "operation", "zoo_nodes", "node_id"},
	{"zoo_owners", "deletion_id", "", ""},
	{"zoo_houses", "deletion_id", "zoo_owners", "owner_id"},
	{"zoo_rooms", "deletion_id", "zoo_houses", "house_id"},
	{"zoo_guests", "deletion_id", "zoo_rooms", "room_id"},
}

// PlantGrove opens a grove.
func PlantGrove(t *testing.T, open testdb.Opener) *Grove {
	t.Helper()
	db := open(t)
	models := []any{&ZooNode{}, &ZooLeaf{}, &ZooOwner{}, &ZooProfile{}, &ZooHouse{}, &ZooRoom{}, &ZooGuest{}}
	config := testdb.Config()
	config.DisableForeignKeyConstraintWhenMigrating = true
	db.DisableForeignKeyConstraintWhenMigrating = true
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
	require.NoError(t, db.AutoMigrate(models...))
	g := &Grove{Db: db, Deletes: map[uuid.UUID]map[string]int64{}, Outcomes: map[string]int{}}
	var nodes []ZooNode
	var leaves []ZooLeaf
	var owners []ZooOwner
	var houses []ZooHouse
	var rooms []ZooRoom
	var guests []ZooGuest
	for i := range int64(groveSize) {
		node := ZooNode{ID: i + 1}
		if i > 0 {
			node.ParentID = tables.Ptr(i/2 + i%2)
		}
		nodes = append(nodes, node)
		leaves = append(leaves, ZooLeaf{ID: i + 1, NodeID: tables.Ptr(i + 1)})
		rooms = append(rooms, ZooRoom{ID: i + 1, HouseID: tables.Ptr(i/4 + 1)})
		guest := ZooGuest{ID: i + 1, RoomID: tables.Ptr(i + 1)}
		if i%7 == 0 {
			guest.HouseID = tables.Ptr((i+5)%10 + 1)
		}
		guests = append(guests, guest)
	}
	for i := range int64(groveSize / 4) {
		houses = append(houses, ZooHouse{ID: i + 1, OwnerID: tables.Ptr(i/3 + 1)})
		owners = append(owners, ZooOwner{ID: i + 1})
	}
	for _, rows := range []any{nodes, leaves, owners, houses, rooms, guests} {
		require.NoError(t, db.Create(rows).Error)
	}
	return g
}

// any returns a random row, with its key.
func (g *Grove) any(random *rand.Rand) any { return g.pick(random, random.IntN(6)) }

// anyOffTheTree returns a random row of the tables that do not hang on themselves.
func (g *Grove) anyOffTheTree(random *rand.Rand) any { return g.pick(random, 3+random.IntN(3)) }

func (g *Grove) pick(random *rand.Rand, table int) any {
	id := int64(random.IntN(groveSize) + 1)
	switch table {
	case 0, 1:
		return &ZooNode{ID: id}
	case 2:
		return &ZooLeaf{ID: id}
	case 3:
		return &ZooOwner{ID: id%4 + 1}
	case 4:
		return &ZooHouse{ID: id%10 + 1}
	default:
		return &ZooRoom{ID: id}
	}
}

// Run makes random operations in many goroutines at once.
func (g *Grove) Run(t *testing.T, rounds int, operations ...string) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var group sync.WaitGroup
	for i := range GroveRacers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a test's choices
			for range rounds {
				operation := operations[random.IntN(len(operations))]
				if err := g.do(random, operation); !g.IsExpected(operation, err) {
					t.Errorf("%s: %v", operation, err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%v", g.Outcomes)
	for _, operation := range operations {
		require.NotZero(t, g.Outcomes[operation], "none succeeded: %s", operation)
	}
}

func (g *Grove) do(random *rand.Rand, operation string) error {
	if operation == "restore off the tree" {
		return g.DoTo(random, "restore", g.anyOffTheTree(random))
	}
	return g.DoTo(random, operation, g.any(random))
}

func (g *Grove) DoTo(random *rand.Rand, operation string, value any) error {
	db := g.Db
	if random.IntN(3) == 0 {
		db = db.Session(&gorm.Session{SkipDefaultTransaction: true})
	}
	switch operation {
	case "delete":
		var d softdelete.Deletion
		err := db.Scopes(softdelete.Into(&d)).Delete(value).Error
		if err == nil && len(d.Rows) > 0 {
			g.Mu.Lock()
			defer g.Mu.Unlock()
			g.Deletes[d.ID] = d.Rows
			g.Ids = append(g.Ids, d.ID)
		}
		return err
	case "undo":
		g.Mu.Lock()
		id := uuid.New()
		if len(g.Ids) > 0 {
			id = g.Ids[random.IntN(len(g.Ids))]
		}
		g.Mu.Unlock()
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

// IsExpected tells if an operation may end so, and counts how it did.
func (g *Grove) IsExpected(operation string, err error) bool {
	g.Mu.Lock()
	defer g.Mu.Unlock()
	if err == nil {
		g.Outcomes[operation]++
		return true
	}
	for _, sentinel := range []error{softdelete.ErrRestricted, softdelete.ErrParentTrashed, softdelete.ErrNotFound} {
		if errors.Is(err, sentinel) {
			g.Outcomes[operation+": "+sentinel.Error()]++
			return true
		}
	}
	if database.GaveUp(err) {
		g.Outcomes[operation+": the database gave up"]++
		return true
	}
	return false
}

// CheckWhole says that each delete is there with all of its rows, or not at all, and that none has left anything that failed.
// Deletes of some tables' rows are looked at for the latter only.
func (g *Grove) CheckWhole(t *testing.T, but ...string) {
	t.Helper()
	found := map[uuid.UUID]map[string]int64{}
	for _, table := range GroveTables {
		g.CheckPieces(t, table.Name, table.ID)
		query := fmt.Sprintf("SELECT %s AS id FROM %s WHERE %s IS NOT NULL", table.ID, table.Name, table.ID)
		for _, text := range tables.Column[string](t, g.Db, query) {
			id := uuid.MustParse(text)
			if found[id] == nil {
				found[id] = map[string]int64{}
			}
			found[id][table.Name]++
		}
	}
	for id, rows := range found {
		require.Contains(t, g.Deletes, id)
		if slices.ContainsFunc(but, func(table string) bool { return g.Deletes[id][table] > 0 }) {
			continue
		}
		require.Equal(t, g.Deletes[id], rows, "the rows of %s", id)
	}
}

// CheckPieces says that marker and id of each row agree.
func (g *Grove) CheckPieces(t *testing.T, table, id string) {
	t.Helper()
	for _, row := range tables.Stored(t, g.Db, table, "id") {
		mark, ok := row["deleted_at"]
		if !ok {
			mark = row["removed"]
		}
		require.Equal(t, mark == nil, row[id] == nil, "%s %v", table, row)
	}
}

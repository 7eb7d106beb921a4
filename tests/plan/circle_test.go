package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A Hub has spokes, and a Spoke has hubs: two tables that hang on each other.
type Hub struct {
	ID      uint `gorm:"primaryKey;autoIncrement:false"`
	SpokeID *uint
	Spokes  []Spoke `softdelete:"cascade"`
	softdelete.Tracked
}

type Spoke struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	HubID *uint
	Hubs  []Hub `softdelete:"cascade"`
	softdelete.Tracked
}

// openChain makes a chain of five rows: hub 1, spoke 1, hub 2, spoke 2, hub 3; a foreign key holds each of them by the next.
func openChain(t *testing.T, open testdb.Opener) (db *gorm.DB, chain []softdelete.Item, fill func()) {
	t.Helper()
	db = open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Hub{}, &Spoke{}}})))
	bare := db.Session(&gorm.Session{})
	bare.DisableForeignKeyConstraintWhenMigrating = true
	require.NoError(t, bare.AutoMigrate(&Hub{}, &Spoke{}))
	require.NoError(t, db.AutoMigrate(&Hub{}, &Spoke{}))
	chain = []softdelete.Item{item("hubs", 1), item("spokes", 1), item("hubs", 2), item("spokes", 2), item("hubs", 3)}
	fill = func() {
		require.NoError(t, db.Exec("UPDATE hubs SET spoke_id = NULL").Error)
		require.NoError(t, db.Exec("DELETE FROM spokes").Error)
		require.NoError(t, db.Exec("DELETE FROM hubs").Error)
		require.NoError(t, db.Create(&Hub{ID: 1, Spokes: []Spoke{{ID: 1, Hubs: []Hub{{ID: 2, Spokes: []Spoke{{ID: 2, Hubs: []Hub{{ID: 3}}}}}}}}}).Error)
		for id := uint(3); id > 0; id-- {
			require.NoError(t, db.Delete(&Hub{ID: id}).Error)
			require.NoError(t, db.Where("id = ?", id-1).Delete(&Spoke{}).Error)
		}
	}
	return db, chain, fill
}

// Of tables in a circle any rows can be purged and restored together: the plan holds, and no foreign key stands in the way.
func TestItemsOfTablesInACircle(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, chain, fill := openChain(t, open)
		for chosen := 1; chosen < 1<<len(chain); chosen++ {
			var items []softdelete.Item
			kept := len(chain)
			for i := len(chain) - 1; i >= 0; i-- {
				if chosen&(1<<i) != 0 {
					items, kept = append(items, chain[i]), i
				}
			}
			fill()
			plan, err := trashOf(db).Preview(t.Context(), softdelete.OpPurge, items...)
			require.NoError(t, err)
			rows, err := trashOf(db.Scopes(softdelete.Expect(plan))).Purge(t.Context(), items...)
			require.NoError(t, err, "%05b", chosen)
			require.Equal(t, plan.Rows, rows, "%05b", chosen)
			require.Equal(t, kept, len(tables.IDsOf(t, db, "hubs"))+len(tables.IDsOf(t, db, "spokes")), "%05b", chosen)
			fill()
			along := db.Scopes(softdelete.WithParents).Session(&gorm.Session{})
			plan, err = trashOf(along).Preview(t.Context(), softdelete.OpRestore, items...)
			require.NoError(t, err)
			rows, err = trashOf(along.Scopes(softdelete.Expect(plan))).Restore(t.Context(), items...)
			require.NoError(t, err, "%05b", chosen)
			require.Equal(t, plan.Rows, rows, "%05b", chosen)
		}
	})
}

// So it is for the verbs, of rows of one of the tables.
func TestPurgeOfTablesInACircle(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, _, fill := openChain(t, open)
		for name, verb := range map[string]func(*gorm.DB, any, ...any) *gorm.DB{"purge": softdelete.Purge, "force delete": softdelete.ForceDelete} {
			for _, ids := range [][]uint{{1}, {2}, {1, 2}, {1, 3}, {3, 2}, {1, 2, 3}} {
				fill()
				tx := verb(db, &Hub{}, ids)
				require.NoError(t, tx.Error, "%s %v", name, ids)
				require.EqualValues(t, len(ids), tx.RowsAffected, "%s %v", name, ids)
				require.Len(t, tables.IDsOf(t, db, "hubs"), int(min(ids[0], ids[len(ids)-1]))-1, "%s %v", name, ids)
			}
		}
	})
}

package zoo_test

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// growZooRows makes rows by the thousand, each hanging by each of its relations on a random one.
func growZooRows(random *rand.Rand, w *zooWorld, most int) *zooRows {
	rows := &zooRows{world: w}
	made := map[*zooTable][]*zooRow{}
	for _, table := range w.tables {
		for n := range most/2 + random.IntN(most/2) {
			row := &zooRow{table: table, values: map[string]any{"name": string(rune('a' + random.IntN(3)))}}
			for _, column := range table.key {
				row.values[column] = int64(n + 1)
			}
			made[table] = append(made[table], row)
		}
	}
	for _, table := range w.tables {
		for _, row := range made[table] {
			for _, l := range table.links {
				// Few rows forbid anything, or else no operation would get far.
				none := 8
				if l.policy == zooRestricts {
					none = most / 2
				}
				if parents := made[l.parent]; random.IntN(none) > 0 == (l.policy != zooRestricts) {
					row.values[l.foreign[0]] = parents[random.IntN(len(parents))].values[l.referred[0]]
				}
			}
		}
		rows.all = append(rows.all, made[table]...)
	}
	return rows
}

// largeCall draws an operation, most often one about many rows.
func (r *zooRun) largeCall(kind softdelete.Operation) *zooCall {
	c := drawZooCall(r.t, r.rows, kind, r.rows.world.tables[0], pick(r.t, "other", r.rows.world.roots()))
	c.limit, c.scope = 0, ""
	if rapid.IntRange(0, 3).Draw(r.t, "many") > 0 {
		c.form, c.rows = "condition", nil
		c.column, c.values = "name", []any{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(r.t, "values")]
	}
	if kind == softdelete.OpRestore {
		c.mode.withParents = rapid.Bool().Draw(r.t, "with parents")
	}
	return c
}

// TestRandomOperationsOnLargeTrees says that cascades do the same where the rows are too many to be listed in a statement.
func TestRandomOperationsOnLargeTrees(t *testing.T) {
	t.Parallel()
	runs, most := 4, 3000
	if os.Getenv("CI") != "" {
		runs = 12
	}
	kinds := []softdelete.Operation{softdelete.OpSoftDelete, softdelete.OpSoftDelete, softdelete.OpRestore, softdelete.OpPurge, softdelete.OpForceDelete}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		z := openZoo(t, open, zooHome(), zooForest(), zooLeague(), zooMillWorld(), zooArchive(), zooPress())
		first := rand.IntN(len(z.worlds))
		for i := range runs {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test
			rows := growZooRows(random, z.worlds[(first+i)%len(z.worlds)], most)
			property := func(t *rapid.T) {
				r := plantZooRun(t, z, rows, pick(t, "less", z.less()))
				var last *zooDeletion
				for range 5 {
					c := r.largeCall(pick(t, "kind", kinds))
					r.preview(c)
					if _, d := r.do(c); d != nil && len(d.rows) > 0 {
						last = d
					}
				}
				if last != nil && hasID(last) {
					r.undo(last, &zooCall{transaction: "default"})
				}
			}
			var draws []byte
			for range 20000 {
				draws = binary.LittleEndian.AppendUint64(draws, random.Uint64())
			}
			rapid.MakeFuzz(property)(t, draws)
		}
	})
}

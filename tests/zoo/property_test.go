package zoo_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Each property runs this often on each database; that a delete is undone seven times as often where CI is set, on the three
// together 2,100 times. -rapid.checks says otherwise.
func init() {
	for name, value := range map[string]string{"rapid.checks": "100", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// eachZoo checks a property on each database. Where it fails, the least example is logged, and the seed that finds it again.
func eachZoo(t *testing.T, fits func(*zooWorld) bool, property func(r *zooRun)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		z := openZoo(t, open, zooWorlds()...)
		rapid.Check(t, func(t *rapid.T) { property(newZooRun(t, z, fits)) })
	})
}

// rounds is how often the main property is checked, each time as often as any other.
func rounds() int {
	if os.Getenv("CI") != "" {
		return 7
	}
	return 1
}

func anyZoo(*zooWorld) bool { return true }

// TestRandomDeletes says that a delete trashes what hangs on the rows that it trashed, and nothing else, on any schema and
// any rows.
func TestRandomDeletes(t *testing.T) {
	t.Parallel()
	eachZoo(t, anyZoo, func(r *zooRun) { r.trashSome(5) })
}

// TestRandomDeletesAreUndone says that undoing a delete gives back the very rows that were there. The porch's own rows keep
// no operation's id: of those, an undo finds only what hangs together with a row that does.
func TestRandomDeletesAreUndone(t *testing.T) {
	t.Parallel()
	undone := func(r *zooRun) {
		r.trashSome(2)
		before := r.z.dump(r.t, r.rows.world)
		c := drawZooCall(r.t, r.rows, softdelete.OpSoftDelete)
		c.drawSelected(r.t, r.rows.world)
		c.report = true
		_, d := r.do(c)
		if d == nil || len(d.rows) == 0 || !hasID(d) || !r.rows.canBeFound(d) {
			return
		}
		if rapid.IntRange(0, 3).Draw(r.t, "between") == 0 {
			r.trashSome(1)
			r.undo(d, c)
			return
		}
		r.undo(d, c)
		require.Equal(r.t, before, r.z.dump(r.t, r.rows.world))
		r.undo(d, c)
	}
	for range rounds() {
		eachZoo(t, func(w *zooWorld) bool { return w.isTold() && w.name != "porch" }, undone)
	}
}

// hasID tells if any row of a delete keeps its id.
// canBeFound tells if an undo knows of all rows of a delete: by its id, or as what a cascading relation hangs on another one.
// What a Select has taken along by a relation of another policy, and keeps no id, is told by nothing.
func (rows *zooRows) canBeFound(d *zooDeletion) bool {
	return !slices.ContainsFunc(d.rows, func(row *zooRow) bool {
		return row.table.mark.id == "" && !slices.ContainsFunc(row.table.links, func(l *zooLink) bool {
			return l.policy == zooCascades && slices.ContainsFunc(rows.parents(row, l), func(parent *zooRow) bool { return slices.Contains(d.rows, parent) })
		})
	})
}

func hasID(d *zooDeletion) bool {
	for _, row := range d.rows {
		if row.table.mark.id != "" {
			return true
		}
	}
	return false
}

// TestRandomDeletesAreRestored says that restoring the addressed rows gives back what their delete trashed, or is an error
// where that cannot be told.
func TestRandomDeletesAreRestored(t *testing.T) {
	t.Parallel()
	eachZoo(t, anyZoo, func(r *zooRun) {
		r.trashSome(2)
		before := r.z.dump(r.t, r.rows.world)
		c := drawZooCall(r.t, r.rows, softdelete.OpSoftDelete)
		want, d := r.do(c)
		if d == nil || len(d.rows) == 0 {
			return
		}
		c.kind, c.form, c.rows, c.limit, c.scope = softdelete.OpRestore, "slice", want.addressed, 0, ""
		c.mode.rootOnly = rapid.IntRange(0, 3).Draw(r.t, "root only") == 0
		back, _ := r.do(c)
		if !back.fails() && !c.mode.rootOnly {
			require.Equal(r.t, before, r.z.dump(r.t, r.rows.world))
		}
	})
}

// TestRandomRestoresBelowParents says that a row comes back alone if no cascade trashed it with a row above it, and
// otherwise with the rows above it if that was asked for.
func TestRandomRestoresBelowParents(t *testing.T) {
	t.Parallel()
	eachZoo(t, anyZoo, func(r *zooRun) {
		all := r.trashSome(4)
		if len(all) == 0 {
			return
		}
		d := pick(r.t, "delete", all)
		row := pick(r.t, "row", d.rows)
		c := drawZooCall(r.t, r.rows, softdelete.OpRestore, row.table)
		c.form, c.rows, c.limit, c.scope = "value", []*zooRow{row}, 0, ""
		want, _ := r.do(c)
		if want.fails() {
			c.mode.withParents = true
			r.do(c)
		}
	})
}

// TestRandomRemovals says that purges and force deletes remove what hangs on the rows that they remove, or nothing at all.
func TestRandomRemovals(t *testing.T) {
	t.Parallel()
	eachZoo(t, anyZoo, func(r *zooRun) {
		r.trashSome(3)
		for range rapid.IntRange(1, 3).Draw(r.t, "removals") {
			kind := rapid.SampledFrom([]softdelete.Operation{softdelete.OpPurge, softdelete.OpForceDelete}).Draw(r.t, "kind")
			r.do(drawZooCall(r.t, r.rows, kind))
		}
	})
}

// TestRandomPreviews says that a preview tells what the operation then does, and writes nothing.
func TestRandomPreviews(t *testing.T) {
	t.Parallel()
	kinds := []softdelete.Operation{softdelete.OpSoftDelete, softdelete.OpRestore, softdelete.OpPurge, softdelete.OpForceDelete}
	eachZoo(t, anyZoo, func(r *zooRun) {
		r.trashSome(3)
		for range rapid.IntRange(1, 3).Draw(r.t, "operations") {
			c := drawZooCall(r.t, r.rows, rapid.SampledFrom(kinds).Draw(r.t, "kind"))
			switch c.kind {
			case softdelete.OpSoftDelete:
				c.drawSelected(r.t, r.rows.world)
			case softdelete.OpRestore:
				c.mode.rootOnly = rapid.Bool().Draw(r.t, "root only")
				c.mode.withParents = !c.mode.rootOnly && rapid.Bool().Draw(r.t, "with parents")
			}
			r.preview(c)
			r.do(c)
		}
	})
}

// TestRandomPlansBind says that an operation that is held to the plan of its preview does what it would do without; and held to
// that of another, or of before, nothing.
func TestRandomPlansBind(t *testing.T) {
	t.Parallel()
	kinds := []softdelete.Operation{softdelete.OpSoftDelete, softdelete.OpRestore, softdelete.OpPurge, softdelete.OpForceDelete}
	eachZoo(t, anyZoo, func(r *zooRun) {
		r.trashSome(3)
		var before []softdelete.Plan
		for range rapid.IntRange(2, 4).Draw(r.t, "operations") {
			c := drawZooCall(r.t, r.rows, rapid.SampledFrom(kinds).Draw(r.t, "kind"))
			switch c.kind {
			case softdelete.OpSoftDelete:
				c.drawSelected(r.t, r.rows.world)
			case softdelete.OpRestore:
				c.mode.rootOnly = rapid.Bool().Draw(r.t, "root only")
				c.mode.withParents = !c.mode.rootOnly && rapid.Bool().Draw(r.t, "with parents")
			}
			plan, made := r.preview(c)
			if !made {
				continue
			}
			for _, other := range before {
				if other.Fingerprint() != plan.Fingerprint() {
					r.refuses(c, other)
				}
			}
			before = append(before, plan)
			c.plan = &plan
			r.do(c)
		}
	})
}

// refuses tells that a call does nothing that is held to another plan.
func (r *zooRun) refuses(c *zooCall, other softdelete.Plan) {
	held := *c
	held.plan = &other
	tx, value, conds := held.build(r.z, r.db.WithContext(context.Background()))
	run := map[softdelete.Operation]func(*gorm.DB, any, ...any) *gorm.DB{
		softdelete.OpSoftDelete: (*gorm.DB).Delete, softdelete.OpRestore: softdelete.Restore, softdelete.OpPurge: softdelete.Purge, softdelete.OpForceDelete: softdelete.ForceDelete,
	}
	require.ErrorIs(r.t, run[c.kind](tx, value, conds...).Error, softdelete.ErrPlanChanged)
	r.checkUnchanged()
}

package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

var (
	// bigTree is what the library deletes, and SQL by hand.
	bigTree = tree{roots: 100, children: 100, grandchildren: 10}

	// hooksTree is what the hooks delete, for they take long.
	hooksTree = tree{roots: 10, children: 100, grandchildren: 10}
)

// timings are how long each step took, one time a round.
type timings [][]time.Duration

// measureCascade compares a delete that cascades, its undo and a force delete with the same by hand, and the delete with
// hooks, on PostgreSQL.
func measureCascade(rounds int) (report.Table, error) {
	var hand, plugin, hooks timings
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		sides := []*side{
			openSide(tb, "postgres", "by hand", byHand),
			openSide(tb, "postgres", "plugin", byPlugin),
			openSide(tb, "postgres", "hooks", byHooks),
		}
		if err := sides[1].db.Use(softdelete.New()); err != nil {
			return err
		}
		took := make([]timings, len(sides))
		for i, s := range sides {
			s.rows = grove{target: bigTree, bystander: bigTree}
			took[i] = make(timings, len(s.does))
		}
		sides[2].rows.target = hooksTree
		for round := range rounds {
			fmt.Fprintf(os.Stderr, "cascade: round %d of %d\n", round+1, rounds)
			if err := takeTurns(sides, took, round%2 == 1); err != nil {
				return err
			}
		}
		hand, plugin, hooks = took[0], took[1], took[2]
		return nil
	})
	if err != nil {
		return report.Table{}, err
	}
	return cascadeTable(hand, plugin, hooks), nil
}

// takeTurns does a round: every side does a step before any does the next. In every other round the last is the first.
func takeTurns(sides []*side, took []timings, backwards bool) error {
	order := make([]int, len(sides))
	for i := range order {
		order[i] = i
	}
	if backwards {
		slices.Reverse(order)
	}
	for _, i := range order {
		if err := sides[i].plant(); err != nil {
			return err
		}
	}
	for step := range steps {
		for _, i := range order {
			if step >= len(sides[i].does) {
				continue
			}
			err := sides[i].take(step, func(run func() error) error {
				runtime.GC()
				start := time.Now()
				err := run()
				took[i][step] = append(took[i][step], time.Since(start))
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// cascadeTable compares the sides round by round. The hooks' times are scaled to the number of rows of the others.
func cascadeTable(hand, plugin, hooks timings) report.Table {
	t := report.Table{
		Title: fmt.Sprintf("Cascades on PostgreSQL, %d rows in one call (hooks: %d rows, scaled)", bigTree.rows(), hooksTree.rows()),
		Head:  []string{"operation", "by hand ms", "plugin ms", "plugin : by hand", "hooks ms", "hooks : plugin"},
		Texts: 1,
	}
	for i, step := range steps {
		cells := []string{step.name, milliseconds(hand[i], 1), milliseconds(plugin[i], 1), fmt.Sprintf("%.2f", report.Ratio(plugin[i], hand[i])), "", ""}
		if i < len(hooks) {
			scale := float64(bigTree.rows()) / float64(hooksTree.rows())
			cells[4] = milliseconds(hooks[i], scale)
			cells[5] = fmt.Sprintf("%.1f", report.Ratio(hooks[i], plugin[i])*scale)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// milliseconds is the median of the times of the rounds.
func milliseconds(times []time.Duration, scale float64) string {
	values := make([]float64, len(times))
	for i, t := range times {
		values[i] = float64(t) / float64(time.Millisecond)
	}
	return fmt.Sprintf("%.0f", report.Median(values)*scale)
}

package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// purgeOptions is what the arguments ask for.
type purgeOptions struct {
	rows   int // orders that are due
	batch  int
	rounds int
	idle   time.Duration
}

// purger empties the trash of a shop in one way, on tables of its own, and returns how many rows it removed.
type purger struct {
	purge func(ctx context.Context, db *gorm.DB, batch int) (int64, error)

	db    *gorm.DB // runs what is measured
	aside *gorm.DB // makes the rows, reads beside, and checks

	runs []purgeRun
}

// purgeRun is what one round gave on one side.
type purgeRun struct {
	rate       float64         // rows a second
	idle, busy []time.Duration // how long reads took, the shortest first

	// heapStart and heapAll are the peak growth of the heap in the first tenth of the run, and in all of it, in MiB.
	heapStart, heapAll float64
}

// measurePurge compares emptying a trash with the same by hand, on PostgreSQL, and measures what a reader of live rows feels
// of it, and the memory that it takes.
func measurePurge(o purgeOptions) (report.Table, error) {
	of := shop{due: o.rows}
	var t report.Table
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		ctx := context.Background()
		hand, plugin := openPurger(tb, purgeByHand), openPurger(tb, purgeByPlugin)
		if err := plugin.db.Use(softdelete.New(softdelete.Config{Models: []any{&Order{}, &OrderLine{}}})); err != nil {
			return err
		}
		order := []*purger{hand, plugin}
		for round := range o.rounds {
			for _, p := range order {
				fmt.Fprintf(os.Stderr, "purge: round %d of %d: making the rows\n", round+1, o.rounds)
				if err := of.open(p.aside); err != nil {
					return fmt.Errorf("making the rows: %w", err)
				}
			}
			for _, p := range order {
				if err := p.round(ctx, of, o); err != nil {
					return err
				}
			}
			slices.Reverse(order)
		}
		t = purgeTable(of, o, hand.runs, plugin.runs)
		return nil
	})
	return t, err
}

func openPurger(tb testing.TB, purge func(context.Context, *gorm.DB, int) (int64, error)) *purger {
	tb.Helper()
	open := testdb.OpenerFor(tb, "postgres")
	return &purger{purge: purge, db: open(tb), aside: open(tb)}
}

// round purges once, with the reader beside it, after a while of the reader alone.
func (p *purger) round(ctx context.Context, of shop, o purgeOptions) error {
	reader, err := newReader(ctx, p.aside, of)
	if err != nil {
		return err
	}
	defer reader.close() //nolint:errcheck // It has read all that it was there for.
	var run purgeRun
	pause := func(d time.Duration) func() error {
		return func() error { time.Sleep(d); return nil }
	}
	if _, err := reader.beside(ctx, pause(o.idle/2)); err != nil { // It is warm then.
		return err
	}
	if run.idle, err = reader.beside(ctx, pause(o.idle)); err != nil {
		return err
	}
	runtime.GC()
	run.busy, err = reader.beside(ctx, func() error {
		heap := watchHeap()
		start := time.Now()
		n, err := p.purge(ctx, p.db, o.batch)
		run.rate = float64(n) / time.Since(start).Seconds()
		run.heapStart, run.heapAll = heap.stop()
		if err == nil && n != of.doomed() {
			err = fmt.Errorf("%d rows were purged, not %d", n, of.doomed())
		}
		return err
	})
	if err != nil {
		return err
	}
	p.runs = append(p.runs, run)
	fmt.Fprintf(os.Stderr, "purge: %.0f rows a second\n", run.rate)
	return of.check(p.aside)
}

// purgeTable compares the sides round by round.
func purgeTable(of shop, o purgeOptions, hand, plugin []purgeRun) report.Table {
	t := report.Table{
		Title: fmt.Sprintf("Emptying the trash on PostgreSQL: %d of %d orders and %d of %d lines, in batches of %d, median of %d rounds",
			of.due, of.orders(), of.due*linesPerDue, of.lines(), o.batch, o.rounds),
		Head:  []string{"", "idle", "by hand", "plugin", "plugin : by hand"},
		Texts: 1,
	}
	middle := func(runs []purgeRun, get func(purgeRun) float64) float64 {
		values := make([]float64, len(runs))
		for i, run := range runs {
			values[i] = get(run)
		}
		return report.Median(values)
	}
	line := func(name, format string, get func(purgeRun) float64) []string {
		cells := []string{name, "", fmt.Sprintf(format, middle(hand, get)), fmt.Sprintf(format, middle(plugin, get)), ""}
		t.Rows = append(t.Rows, cells)
		return cells
	}
	compared := func(cells []string, get func(purgeRun) float64) {
		ratios := make([]float64, len(hand))
		for i := range hand {
			ratios[i] = get(plugin[i]) / get(hand[i])
		}
		cells[4] = fmt.Sprintf("%.2f", report.Median(ratios))
	}
	rate := func(r purgeRun) float64 { return r.rate }
	compared(line("rows a second", "%.0f", rate), rate)
	for _, p := range []int{50, 99} {
		busy := func(r purgeRun) float64 { return percentile(r.busy, p) }
		cells := line(fmt.Sprintf("read p%d µs", p), "%.0f", busy)
		compared(cells, busy)
		cells[1] = fmt.Sprintf("%.0f", middle(slices.Concat(hand, plugin), func(r purgeRun) float64 { return percentile(r.idle, p) }))
	}
	line("read p99 : idle", "%.2f", func(r purgeRun) float64 { return percentile(r.busy, 99) / percentile(r.idle, 99) })
	line("heap, first tenth, MiB", "%+.1f", func(r purgeRun) float64 { return r.heapStart })
	line("heap, all of it, MiB", "%+.1f", func(r purgeRun) float64 { return r.heapAll })
	return t
}

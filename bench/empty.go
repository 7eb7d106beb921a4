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

// emptyOptions is what the arguments ask for.
type emptyOptions struct {
	rows   int // that are due, of five times as many
	batch  int
	rounds int
}

// emptier empties a cabinet in one way, on tables of its own, and returns how many rows it removed.
type emptier struct {
	empty func(ctx context.Context, db *gorm.DB, batch int) (int64, error)

	db    *gorm.DB // runs what is measured
	aside *gorm.DB // makes the rows, and checks

	took []time.Duration
}

// measureEmpty compares emptying a part of a cabinet with the same by hand, on PostgreSQL.
func measureEmpty(o emptyOptions) (report.Table, error) {
	due := o.rows / (1 + filesPerFolder)
	of := cabinet{folders: 5 * due, due: due}
	var t report.Table
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		hand, err := openEmptier(tb, emptyByHand)
		if err != nil {
			return err
		}
		plugin, err := openEmptier(tb, emptyByPlugin)
		if err != nil {
			return err
		}
		if err := plugin.db.Use(softdelete.New(softdelete.Config{Models: []any{&Folder{}, &File{}}})); err != nil {
			return err
		}
		order := []*emptier{hand, plugin}
		for round := range o.rounds {
			for _, e := range order {
				fmt.Fprintf(os.Stderr, "empty: round %d of %d: making the rows\n", round+1, o.rounds)
				if err := of.open(e.aside); err != nil {
					return fmt.Errorf("making the rows: %w", err)
				}
			}
			for _, e := range order {
				if err := e.round(of, o.batch); err != nil {
					return err
				}
			}
			slices.Reverse(order)
		}
		rate := func(e *emptier) string {
			return fmt.Sprintf("%.0f", float64(rowsOf(of.due))/medianOf(e.took).Seconds())
		}
		t = report.Table{
			Title: fmt.Sprintf("Emptying %d of %d rows on PostgreSQL, folders with two files each, in batches of %d, median of %d rounds",
				rowsOf(of.due), rowsOf(of.folders), o.batch, o.rounds),
			Head: []string{"rows a second by hand", "plugin", "plugin : by hand"},
			Rows: [][]string{{rate(hand), rate(plugin), fmt.Sprintf("%.2f", report.Ratio(hand.took, plugin.took))}},
		}
		return nil
	})
	return t, err
}

func openEmptier(tb testing.TB, empty func(context.Context, *gorm.DB, int) (int64, error)) (*emptier, error) {
	tb.Helper()
	open := testdb.OpenerFor(tb, "postgres")
	e := &emptier{empty: empty, db: open(tb), aside: open(tb)}
	return e, e.aside.Use(softdelete.New()) // which makes the indexes
}

// round empties once.
func (e *emptier) round(of cabinet, batch int) error {
	runtime.GC()
	start := time.Now()
	n, err := e.empty(context.Background(), e.db, batch)
	took := time.Since(start)
	switch {
	case err != nil:
		return err
	case n != rowsOf(of.due):
		return fmt.Errorf("%d rows were removed, not %d", n, rowsOf(of.due))
	}
	e.took = append(e.took, took)
	fmt.Fprintf(os.Stderr, "empty: %s, %.0f rows a second\n", took.Round(time.Millisecond), float64(n)/took.Seconds())
	return of.check(e.aside)
}

func medianOf(times []time.Duration) time.Duration {
	values := make([]float64, len(times))
	for i, t := range times {
		values[i] = float64(t)
	}
	return time.Duration(report.Median(values))
}

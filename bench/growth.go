package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// growthOptions is what the arguments ask for.
type growthOptions struct {
	trashes []int // how many rows are in the trash
	rounds  int
	plot    string // the file to draw into, none if empty
}

// growthDatabases are those with the words to fill a table of this size, each with how many trashed rows it is measured at most.
var growthDatabases = []struct {
	name string
	most int
}{
	{"postgres", 10_000_000},
	{"mariadb", 1_000_000},
	{"tidb", 1_000_000},
}

// growthResult is what a task took by how many rows are in the trash, one time for each round. Where there is nothing to measure
// there are no times.
type growthResult struct {
	database string
	task     string
	trashes  []int
	took     [][]time.Duration
}

// measureGrowth measures what one does with a trash while it grows.
func measureGrowth(databases []string, o growthOptions) (report.Table, error) {
	var results []growthResult
	var failures []error
	for _, on := range growthDatabases {
		if !slices.Contains(databases, on.name) {
			continue
		}
		trashes := slices.DeleteFunc(slices.Clone(o.trashes), func(n int) bool { return n > on.most })
		got, err := measureGrowthOn(on.name, trashes, o.rounds)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", on.name, err))
		}
		results = append(results, got...)
	}
	if o.plot != "" && len(results) > 0 {
		failures = append(failures, os.WriteFile(o.plot, drawGrowth(results), 0o644)) //nolint:gosec // it is for all to see
	}
	return growthTable(results), errors.Join(failures...)
}

// measureGrowthOn measures all tasks on one database. Tables of all sizes are there at once and take turns, so that what else the
// machine does weighs on all alike.
func measureGrowthOn(database string, trashes []int, rounds int) (results []growthResult, err error) {
	err = harness.Within(func(tb testing.TB) error {
		tb.Helper()
		sides, err := fillArchives(tb, database, trashes)
		if err != nil {
			return err
		}
		for _, task := range growthTasks {
			r := growthResult{database, task.name, trashes, make([][]time.Duration, len(sides))}
			for round := -growthWarmUps; round < rounds; round++ {
				for i, side := range sides {
					if side.trashed < task.least {
						continue
					}
					took, err := task.run(side, round)
					if err != nil {
						return fmt.Errorf("%s: %d rows: %w", task.name, side.trashed, err)
					}
					if round >= 0 {
						r.took[i] = append(r.took[i], took)
					}
				}
			}
			fmt.Fprintf(os.Stderr, "growth: %s: %s\n", database, task.name)
			results = append(results, r)
		}
		return nil
	})
	return results, err
}

// growthWarmUps are the rounds that do not count.
const growthWarmUps = 2

// fillArchives makes a table of each size.
func fillArchives(tb testing.TB, database string, trashes []int) ([]*letters, error) {
	tb.Helper()
	var sides []*letters
	for _, trashed := range trashes {
		fmt.Fprintf(os.Stderr, "growth: %s: making %d rows\n", database, trashed)
		open := testdb.OpenerFor(tb, database)
		side := &letters{trashed: trashed, db: open(tb), aside: open(tb)}
		for _, db := range []*gorm.DB{side.db, side.aside} {
			if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Letter{}}})); err != nil {
				return nil, err
			}
		}
		if err := side.fill(); err != nil {
			return nil, fmt.Errorf("%d rows: %w", trashed, err)
		}
		sides = append(sides, side)
	}
	return sides, nil
}

// median is that of a size, in milliseconds; NaN without times.
func (r growthResult) median(i int) float64 {
	if len(r.took[i]) == 0 {
		return math.NaN()
	}
	values := make([]float64, len(r.took[i]))
	for j, t := range r.took[i] {
		values[j] = float64(t) / float64(time.Millisecond)
	}
	return report.Median(values)
}

// perDecade is by how much the time grows where the trash grows tenfold: over all sizes, and at most between two of them.
func (r growthResult) perDecade() (mean, most float64) {
	first, last := -1, -1
	for i := range r.trashes {
		if math.IsNaN(r.median(i)) {
			continue
		}
		if last >= 0 {
			most = max(most, r.growth(last, i))
		} else {
			first = i
		}
		last = i
	}
	if first == last {
		return math.NaN(), math.NaN()
	}
	return r.growth(first, last), most
}

// growth is by how much the time grows from one size to another, for each ten times that the trash grows.
func (r growthResult) growth(from, to int) float64 {
	decades := math.Log10(float64(r.trashes[to]) / float64(r.trashes[from]))
	return math.Pow(r.median(to)/r.median(from), 1/decades)
}

// growthTable has a line for each task on each database.
func growthTable(results []growthResult) report.Table {
	t := report.Table{Title: "Milliseconds by how many rows are in the trash", Head: []string{"database", "what"}, Texts: 2}
	if len(results) == 0 {
		return t
	}
	var trashes []int
	for _, r := range results {
		if len(r.trashes) > len(trashes) {
			trashes = r.trashes
		}
	}
	for _, n := range trashes {
		t.Head = append(t.Head, shortNumber(n))
	}
	t.Head = append(t.Head, "× a decade", "at most")
	for _, r := range results {
		cells := []string{properName[r.database], r.task}
		for i := range trashes {
			cell := ""
			if i < len(r.trashes) && len(r.took[i]) > 0 {
				cell = significant(r.median(i))
			}
			cells = append(cells, cell)
		}
		mean, most := r.perDecade()
		if math.IsNaN(mean) {
			t.Rows = append(t.Rows, append(cells, "", ""))
			continue
		}
		t.Rows = append(t.Rows, append(cells, fmt.Sprintf("%.2f", mean), fmt.Sprintf("%.2f", most)))
	}
	return t
}

// shortNumber writes a number of rows as an axis has room for.
func shortNumber(n int) string {
	switch {
	case n >= 1_000_000 && n%100_000 == 0:
		return fmt.Sprintf("%g M", float64(n)/1e6)
	case n >= 1000 && n%100 == 0:
		return fmt.Sprintf("%g k", float64(n)/1e3)
	default:
		return fmt.Sprint(n)
	}
}

// significant writes a number by as many digits as one cares for.
func significant(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

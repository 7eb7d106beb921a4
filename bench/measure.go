package main

import (
	"errors"
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

const (
	// turn is how long one side runs, about, before it is the other's turn.
	turn = 8 * time.Millisecond

	// trial is how long a case runs, at least, before its number of runs per turn is set.
	trial = 10 * time.Millisecond
)

// sample is what one run of a case took, as the mean of a turn.
type sample struct{ ns, allocs, bytes float64 }

// result compares the two sides of a case by the medians of its rounds.
type result struct {
	plain, plugin sample

	ratio       float64 // of the times
	extraAllocs float64
	extraBytes  float64
}

// measureCases measures the wanted cases on each database.
func measureCases(o options) (report.Table, error) {
	t := report.Table{
		Title: "Statements beside plain GORM's",
		Head:  []string{"database", "case", "GORM ns/op", "plugin ns/op", "ratio", "GORM allocs", "plugin allocs", "+allocs", "+bytes"},
		Texts: 2,
	}
	var failures []error
	for _, database := range o.databases {
		err := harness.Within(func(tb testing.TB) error {
			tb.Helper()
			open := testdb.OpenerFor(tb, database)
			return measureOn(sides{plain: open(tb), plugin: open(tb), aside: open(tb)}, database, o, &t)
		})
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", database, err))
		}
	}
	return t, errors.Join(failures...)
}

// measureOn adds the rows of one database to a table.
func measureOn(on sides, database string, o options, t *report.Table) error {
	if err := on.setUp(); err != nil {
		return err
	}
	for _, c := range cases() {
		if !o.wanted.MatchString(c.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", database, c.name)
		r, err := compare(c, on, o.rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		t.Rows = append(t.Rows, append([]string{database, c.name}, r.cells()...))
	}
	return nil
}

// sides are handles on the same tables: the two to compare, and one that does what is not measured, so that neither of the
// two has an advantage of it.
type sides struct{ plain, plugin, aside *gorm.DB }

// setUp installs the plugin and makes the tables and rows.
func (s sides) setUp() error {
	if err := s.plugin.Use(softdelete.New()); err != nil {
		return err
	}
	return fill(s.aside)
}

// compare measures a case on both sides, which change places every round.
func compare(c benchCase, on sides, rounds int) (result, error) {
	n, err := runsPerTurn(c, on)
	if err != nil {
		return result{}, err
	}
	var plains, plugins []sample
	for i := range rounds {
		order := []*gorm.DB{on.plain, on.plugin}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		for _, db := range order {
			s, err := take(c, db, on.aside, n)
			if err != nil {
				return result{}, err
			}
			if db == on.plain {
				plains = append(plains, s)
			} else {
				plugins = append(plugins, s)
			}
		}
		if err := sweep(on.aside); err != nil {
			return result{}, err
		}
	}
	return summarize(plains, plugins), nil
}

// runsPerTurn finds out how often a case has to run to fill a turn. It warms both sides up.
func runsPerTurn(c benchCase, on sides) (int, error) {
	for n := 1; ; n *= 2 {
		if _, err := take(c, on.plugin, on.aside, n); err != nil {
			return 0, err
		}
		s, err := take(c, on.plain, on.aside, n)
		if err != nil {
			return 0, err
		}
		if took := s.ns * float64(n); took >= float64(trial) {
			return max(1, int(float64(turn)/s.ns)), sweep(on.aside)
		}
	}
}

// take runs a case n times on db. What it needs is made aside.
func take(c benchCase, db, aside *gorm.DB, n int) (sample, error) {
	if c.prepare != nil {
		if err := c.prepare(aside, n); err != nil {
			return sample{}, err
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for i := range n {
		if err := c.op(db, i); err != nil {
			return sample{}, err
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return sample{
		ns:     float64(took) / float64(n),
		allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}

// cells returns the columns of a result.
func (r result) cells() []string {
	cells := []string{fmt.Sprintf("%.0f", r.plain.ns), fmt.Sprintf("%.0f", r.plugin.ns), fmt.Sprintf("%.3f", r.ratio)}
	for _, n := range []float64{r.plain.allocs, r.plugin.allocs} {
		cells = append(cells, fmt.Sprintf("%.0f", n))
	}
	return append(cells, fmt.Sprintf("%+.0f", r.extraAllocs), fmt.Sprintf("%+.0f", r.extraBytes))
}

func summarize(plains, plugins []sample) result {
	ns := func(s sample) float64 { return s.ns }
	allocs := func(s sample) float64 { return s.allocs }
	bytes := func(s sample) float64 { return s.bytes }
	middle := func(of []sample) sample {
		return sample{report.Median(each(of, ns)), report.Median(each(of, allocs)), report.Median(each(of, bytes))}
	}
	ratios := make([]float64, len(plains))
	for i := range plains {
		ratios[i] = plugins[i].ns / plains[i].ns
	}
	r := result{plain: middle(plains), plugin: middle(plugins), ratio: report.Median(ratios)}
	r.extraAllocs, r.extraBytes = r.plugin.allocs-r.plain.allocs, r.plugin.bytes-r.plain.bytes
	return r
}

func each(samples []sample, get func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = get(s)
	}
	return values
}

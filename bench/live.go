package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
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

// liveDatabases are those with indexes of live rows that one can write by hand.
var liveDatabases = []string{"sqlite", "postgres"}

// liveOptions is what the arguments ask for.
type liveOptions struct {
	rows   int // on PostgreSQL, a tenth of that on SQLite
	rounds int
	plot   string // the file to draw into, none if empty
}

// liveRead is a read of live rows, of which n chooses one.
type liveRead struct {
	name string
	read func(db *gorm.DB, of archive, n int) error
}

// pageOf is how many rows a page of the newest has.
const pageOf = 20

var liveReads = []liveRead{
	{"foreign key", func(db *gorm.DB, of archive, n int) error {
		var articles []Article
		return expect(db.Where("author_id = ?", of.author(n)).Find(&articles), livePerAuthor)
	}},
	{"unique key, First", func(db *gorm.DB, of archive, n int) error {
		var article Article
		return expect(db.Where("slug = ?", slug(of.liveID(n))).First(&article), 1)
	}},
	{"unique key, Take", func(db *gorm.DB, of archive, n int) error {
		var article Article
		return expect(db.Where("slug = ?", slug(of.liveID(n))).Take(&article), 1)
	}},
	{"newest page", func(db *gorm.DB, _ archive, _ int) error {
		var articles []Article
		return expect(db.Order("created_at desc, id desc").Limit(pageOf).Find(&articles), pageOf)
	}},
}

// The sides that take turns. The first is what the others are compared with: the same live rows alone.
const (
	baseline = iota
	usualSide
	oursSide
	byHandSide
)

var liveSides = []struct {
	name     string
	index    func(db *gorm.DB) error
	liveOnly bool
}{
	baseline:   {"no trash", indexUsual, true},
	usualSide:  {"usual", indexUsual, false},
	oursSide:   {"ours", indexLive, false},
	byHandSide: {"by hand", indexByHand, false},
}

// liveResult is what a read took on each side, one mean of a turn for each round.
type liveResult struct {
	database string
	of       archive
	read     string
	took     [][]time.Duration
}

// ratio is the median of the ratios of the rounds.
func (r liveResult) ratio(side, to int) float64 { return report.Ratio(r.took[side], r.took[to]) }

// measureLive compares reads of live rows among more and more trash, by different indexes, with the same rows alone.
func measureLive(databases []string, o liveOptions) (report.Table, error) {
	var results []liveResult
	var failures []error
	for _, database := range liveDatabases {
		if !slices.Contains(databases, database) {
			continue
		}
		rows := o.rows
		if database != "postgres" {
			rows /= 10
		}
		for _, of := range archives(rows) {
			got, err := measureArchive(database, of, o.rounds)
			if err != nil {
				failures = append(failures, fmt.Errorf("%s: %s: %w", database, of.describe(), err))
			}
			results = append(results, got...)
		}
	}
	if o.plot != "" && len(results) > 0 {
		failures = append(failures, os.WriteFile(o.plot, drawLive(results), 0o644)) //nolint:gosec // it is for all to see
	}
	return liveTable(results), errors.Join(failures...)
}

// trashShares are the shares of trash, in percent of all rows.
var trashShares = []int{0, 50, 95, 99}

// archives are the tables to read, of about so many rows.
func archives(rows int) []archive {
	rows -= rows % (100 * livePerAuthor) // so that each author has the same number of live rows
	list := []archive{{rows: rows, trash: 0, lies: noTrash}}
	for _, lies := range []layout{older, mixed} {
		for _, trash := range trashShares[1:] {
			list = append(list, archive{rows, trash, lies})
		}
	}
	return list
}

// measureArchive measures all reads of one table, of which each side has a copy with indexes of its own.
func measureArchive(database string, of archive, rounds int) (results []liveResult, err error) {
	err = harness.Within(func(tb testing.TB) error {
		tb.Helper()
		opens, err := makeCopies(tb, database, of)
		if err != nil {
			return err
		}
		for _, read := range liveReads {
			fmt.Fprintf(os.Stderr, "live: %s: %s: %s\n", database, of.describe(), read.name)
			took, err := liveSittings(opens, read, of, rounds)
			if err != nil {
				return fmt.Errorf("%s: %w", read.name, err)
			}
			results = append(results, liveResult{database, of, read.name, took})
		}
		return nil
	})
	return results, err
}

// makeCopies makes each side's copy and returns what opens handles on it.
func makeCopies(tb testing.TB, database string, of archive) ([]testdb.Opener, error) {
	tb.Helper()
	opens := make([]testdb.Opener, len(liveSides))
	for i, side := range liveSides {
		fmt.Fprintf(os.Stderr, "live: %s: %s: making the rows, %s\n", database, of.describe(), side.name)
		opens[i] = testdb.OpenerFor(tb, database)
		db := opens[i](tb)
		err := perform(
			func() error { return of.fill(db, side.liveOnly) },
			func() error { return side.index(db) },
			func() error { return of.settle(db) },
		)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", side.name, err)
		}
	}
	return opens, nil
}

// sittings is how often the sides get new handles: where a handle's memory happens to lie can make it a good deal slower than
// another for as long as it is open.
const sittings = 5

// liveSittings has the sides take turns for so many rounds, with new handles now and then.
func liveSittings(opens []testdb.Opener, read liveRead, of archive, rounds int) ([][]time.Duration, error) {
	took := make([][]time.Duration, len(opens))
	for sitting := range sittings {
		err := harness.Within(func(tb testing.TB) error {
			tb.Helper()
			dbs := make([]*gorm.DB, len(opens))
			for i, open := range opens {
				dbs[i] = open(tb)
				if err := dbs[i].Use(softdelete.New()); err != nil {
					return err
				}
			}
			return liveTurns(dbs, read, of, sitting*rounds/sittings, (sitting+1)*rounds/sittings, took)
		})
		if err != nil {
			return nil, err
		}
	}
	return took, nil
}

// warmUps are the rounds of a sitting that do not count.
const warmUps = 3

// liveTurns has the sides take turns in a new order each round, and adds the mean of each turn to took. All read the same keys.
func liveTurns(dbs []*gorm.DB, read liveRead, of archive, from, to int, took [][]time.Duration) error {
	runs, err := liveRuns(dbs, read, of)
	if err != nil {
		return err
	}
	order := rand.New(rand.NewPCG(uint64(from), 2)) //nolint:gosec // it is not negative
	for round := from - warmUps; round < to; round++ {
		for _, i := range order.Perm(len(dbs)) {
			mean, err := liveTurn(dbs[i], read, of, round, runs[i])
			if err != nil {
				return fmt.Errorf("%s: %w", liveSides[i].name, err)
			}
			if round >= from {
				took[i] = append(took[i], mean)
			}
		}
	}
	return nil
}

// liveRuns finds out how often each side has to read to fill a turn.
func liveRuns(dbs []*gorm.DB, read liveRead, of archive) ([]int, error) {
	runs := make([]int, len(dbs))
	for i, db := range dbs {
		for n := 1; runs[i] == 0; n *= 2 {
			mean, err := liveTurn(db, read, of, 0, n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", liveSides[i].name, err)
			}
			if mean*time.Duration(n) >= trial {
				runs[i] = max(1, int(turn/mean))
			}
		}
	}
	return runs, nil
}

// liveTurn reads n times and returns the mean time. The seed chooses the keys.
func liveTurn(db *gorm.DB, read liveRead, of archive, seed, n int) (time.Duration, error) {
	keys := rand.New(rand.NewPCG(uint64(seed), 1)) //nolint:gosec // any number will do
	runtime.GC()
	start := time.Now()
	for range n {
		if err := read.read(db, of, keys.IntN(of.live())); err != nil {
			return 0, err
		}
	}
	return time.Since(start) / time.Duration(n), nil
}

// liveTable has a line for each read of each table.
func liveTable(results []liveResult) report.Table {
	t := report.Table{
		Title: "Live reads among trash, beside the same live rows alone",
		Head: []string{
			"database", "read by", "trash lies", "trash %", "rows", "no trash µs", "usual µs", "ours µs",
			"usual : no trash", "ours : no trash", "by hand : no trash", "ours : by hand",
		},
		Texts: 3,
	}
	for _, r := range results {
		cells := []string{r.database, r.read, string(r.of.lies), fmt.Sprint(r.of.trash), fmt.Sprint(r.of.rows)}
		for _, side := range []int{baseline, usualSide, oursSide} {
			cells = append(cells, report.Microseconds(r.took[side]))
		}
		for _, side := range []int{usualSide, oursSide, byHandSide} {
			cells = append(cells, fmt.Sprintf("%.2f", r.ratio(side, baseline)))
		}
		t.Rows = append(t.Rows, append(cells, fmt.Sprintf("%.2f", r.ratio(oursSide, byHandSide))))
	}
	return t
}

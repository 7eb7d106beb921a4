// Command bench measures what the plugin costs, and prints Markdown tables:
//
//	go run . [-parts cases,single,cascade,heap,statements,purge,empty,batch,list,live,guard,expect,page,growth] [-databases sqlite,postgres] [-rounds 300] [-run regexp]
//		[-cascade-rounds 5] [-purge-rows 1000000] [-purge-batch 1000] [-purge-rounds 3] [-purge-idle 10s] [-empty-rows 300000] [-empty-batch 5000] [-empty-rounds 5]
//		[-batch-trash 10000,100000,1000000,5000000] [-list-items 1000000] [-list-rounds 100]
//		[-live-rows 4000000] [-live-rounds 100] [-live-plot file.svg] [-guard-rows 100000] [-guard-rounds 9] [-expect-rounds 30] [-page-rows 1000000] [-page-rounds 9]
//		[-growth-trash 10000,100000,1000000,10000000] [-growth-rounds 9] [-growth-plot file.svg]
//
// Its parts are:
//
//   - cases: single statements beside plain GORM, on each database. Both sides run the same statements on the same tables:
//     one handle has GORM's own soft delete, the other the plugin.
//   - single: a delete of one row by its key, beside GORM's own soft delete and bun's, on PostgreSQL.
//   - cascade: a delete that takes two more tables along, its undo, and a force delete, beside the same in SQL by hand and
//     in hooks, on PostgreSQL. The sides have equal rows in tables of their own.
//   - heap: how much memory these take, with few rows and with many.
//   - statements: how many statements these send, on each database.
//   - purge: emptying a large trash in batches, beside the same in SQL by hand, on PostgreSQL; what a reader feels of it.
//     Each side has a fresh copy of the rows in every round. It takes ten minutes at its full size.
//   - empty: emptying folders with their files, a fifth of the rows, beside the same in SQL by hand, on PostgreSQL.
//   - batch: what a batch of that takes by how much is in the trash.
//   - list: the first page of a large trash beside a far one, on PostgreSQL.
//   - live: reads of live rows among trash with the usual indexes, with those of live rows only, and with indexes by hand, beside
//     the same live rows alone, on each database. It takes half an hour and 6 GB of disk at its full size. It can draw what it measured.
//   - guard: purges, soft and force deletes of a table with a guard beside the same without, on each database.
//   - expect: a delete and an undo held to a plan beside the same without, on each database.
//   - page: each page of the trash page over a large trash, on PostgreSQL: statements and time.
//   - growth: lists, counts, undos, emptying and live reads by how much is in the trash, on PostgreSQL, and with up to a million rows on
//     MariaDB and TiDB. It takes ten minutes and 4 GB of disk at its full size. It can draw what it measured.
//
// Where sides are compared they take turns in many rounds, so that what else the machine does weighs on all alike; a ratio
// is the median of the ratios of the rounds. Which part it is at, it says on the standard error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options is what the arguments ask for.
type options struct {
	parts         []string
	databases     []string
	rounds        int
	wanted        *regexp.Regexp
	cascadeRounds int
	purge         purgeOptions
	empty         emptyOptions
	trashes       []int
	listItems     int
	listRounds    int
	live          liveOptions
	guard         guardOptions
	expectRounds  int
	pageRows      int
	pageRounds    int
	growth        growthOptions
}

// partNames are the parts in the order in which they run.
var partNames = []string{"cases", "single", "cascade", "heap", "statements", "purge", "empty", "batch", "list", "live", "guard", "expect", "page", "growth"}

// run measures what the arguments ask for, and prints each table when it is done. What fails leaves out its own rows only.
func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	defer testdb.Stop()
	var failures []error
	for _, name := range o.parts {
		measured, err := o.measure(name)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		failures = append(failures, err, measured.Write(os.Stdout))
	}
	return errors.Join(failures...)
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	parts := flags.String("parts", strings.Join(partNames, ","), "what to measure, a comma list")
	databases := flags.String("databases", strings.Join(testdb.Names(), ","), "the databases to measure on, a comma list")
	flags.IntVar(&o.rounds, "rounds", 300, "how often each case runs on either side")
	pattern := flags.String("run", "", "measure only the cases whose name matches this regular expression")
	flags.IntVar(&o.cascadeRounds, "cascade-rounds", 5, "how often the cascade runs on each side")
	flags.IntVar(&o.purge.rows, "purge-rows", 1_000_000, "how many orders the purge removes, of five times as many, and twice as many lines")
	flags.IntVar(&o.purge.batch, "purge-batch", 1000, "how many rows a batch of the purge addresses")
	flags.IntVar(&o.purge.rounds, "purge-rounds", 3, "how often the purge runs on each side")
	flags.DurationVar(&o.purge.idle, "purge-idle", 10*time.Second, "how long the reader reads alone")
	flags.IntVar(&o.empty.rows, "empty-rows", 300_000, "how many rows emptying removes, of five times as many")
	flags.IntVar(&o.empty.batch, "empty-batch", 5000, "how many rows a batch of emptying addresses")
	flags.IntVar(&o.empty.rounds, "empty-rounds", 5, "how often emptying runs on each side")
	trashes := flags.String("batch-trash", "10000,100000,1000000,5000000", "how many files are in the trash of which batches are measured, a comma list")
	flags.IntVar(&o.listItems, "list-items", 1_000_000, "how many trashed rows are listed, some 51000 or more")
	flags.IntVar(&o.listRounds, "list-rounds", 100, "how often each page is listed")
	flags.IntVar(&o.live.rows, "live-rows", 4_000_000, "how many rows, live and trashed, live reads have on PostgreSQL; a tenth on SQLite")
	flags.IntVar(&o.live.rounds, "live-rounds", 100, "how often each live read runs with each kind of index")
	flags.StringVar(&o.live.plot, "live-plot", "", "the file to draw live reads into, as SVG")
	flags.IntVar(&o.guard.rows, "guard-rows", 100_000, "how many rows are purged from a table with a guard, and without")
	flags.IntVar(&o.guard.rounds, "guard-rounds", 9, "how often each case of the guard runs on each side")
	flags.IntVar(&o.expectRounds, "expect-rounds", 30, "how often a delete is held to its plan, and how often not")
	flags.IntVar(&o.pageRows, "page-rows", 1_000_000, "how many rows are in the trash that the page shows, some 51000 or more")
	flags.IntVar(&o.pageRounds, "page-rounds", 9, "how often each page is opened")
	growing := flags.String("growth-trash", "10000,100000,1000000,10000000", "how many rows are in the trash that grows, a comma list")
	flags.IntVar(&o.growth.rounds, "growth-rounds", 9, "how often each task runs with each trash")
	flags.StringVar(&o.growth.plot, "growth-plot", "", "the file to draw growth into, as SVG")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.parts, o.databases = harness.List(*parts), harness.List(*databases)
	for _, name := range o.parts {
		if !slices.Contains(partNames, name) {
			return o, fmt.Errorf("-parts: there is no part %q, there are %s", name, strings.Join(partNames, ", "))
		}
	}
	if min(o.rounds, o.cascadeRounds, o.purge.rounds, o.purge.batch, o.listRounds, o.live.rounds, o.empty.batch, o.empty.rounds, o.pageRounds) < 1 {
		return o, errors.New("-rounds, -cascade-rounds, -purge-rounds, -purge-batch, -list-rounds, -live-rounds, -empty-batch, -empty-rounds and -page-rounds: have to be 1 or more")
	}
	if min(o.purge.rows, o.listItems, o.empty.rows, o.pageRows) < 100 {
		return o, errors.New("-purge-rows, -list-items, -empty-rows and -page-rows: have to be 100 or more")
	}
	var err error
	if o.trashes, err = numbers("-batch-trash", *trashes, fewRows*fewBatches); err != nil {
		return o, err
	}
	if o.growth.trashes, err = numbers("-growth-trash", *growing, 10*batchOf); err != nil {
		return o, err
	}
	if o.growth.rounds < 1 {
		return o, errors.New("-growth-rounds: has to be 1 or more")
	}
	if o.expectRounds < 1 {
		return o, errors.New("-expect-rounds: has to be 1 or more")
	}
	if o.guard.rows < 100 || o.guard.rounds < 1 {
		return o, errors.New("-guard-rows: has to be 100 or more, -guard-rounds 1 or more")
	}
	if o.live.rows < 20_000 {
		return o, errors.New("-live-rows: has to be 20000 or more")
	}
	if o.wanted, err = regexp.Compile(*pattern); err != nil {
		return o, fmt.Errorf("-run: %w", err)
	}
	return o, nil
}

// numbers returns the numbers of a comma list, none of which is below least.
func numbers(option, text string, least int) (all []int, err error) {
	for _, text := range harness.List(text) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least {
			return nil, fmt.Errorf("%s: %q has to be a number of %d or more", option, text, least)
		}
		all = append(all, n)
	}
	return all, nil
}

// measure returns the table of a part, empty if the part is about a database that is not asked for.
func (o options) measure(part string) (report.Table, error) {
	postgres := slices.Contains(o.databases, "postgres")
	switch {
	case part == "cases":
		return measureCases(o)
	case part == "single" && postgres:
		return measureSingle(o.rounds)
	case part == "cascade" && postgres:
		return measureCascade(o.cascadeRounds)
	case part == "heap" && postgres:
		return measureHeap()
	case part == "purge" && postgres:
		return measurePurge(o.purge)
	case part == "empty" && postgres:
		return measureEmpty(o.empty)
	case part == "batch" && postgres:
		return measureBatches(o.trashes, o.empty.rounds)
	case part == "list" && postgres:
		return measureList(o.listItems, o.listRounds)
	case part == "live":
		return measureLive(o.databases, o.live)
	case part == "guard":
		return measureGuard(o.databases, o.guard)
	case part == "expect":
		return measureExpect(o.databases, o.expectRounds)
	case part == "page" && postgres:
		return measurePage(o.pageRows, o.pageRounds)
	case part == "growth":
		return measureGrowth(o.databases, o.growth)
	case part == "statements":
		return countStatements(o.databases)
	default:
		return report.Table{}, nil
	}
}

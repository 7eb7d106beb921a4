// Command peers measures the same work by this library and by others, on the same databases:
//
//	go run . [-databases postgres,sqlite] [-rounds 100] [-run regexp] [-sides "softdelete,by hand"] [-scale 1] [-plot file.svg] [-cpuprofile file]
//
// The sides are this library, GORM's own soft delete, gorm.io/plugin/soft_delete, bun, ent with the mixin of its docs, and SQL by
// hand through database/sql. Each has its default settings, and does what its docs advise; where they have nothing, it is what one
// would write. All go through the same driver, pgx on PostgreSQL and SQLite in pure Go, with the same settings.
//
// Each side has a schema of PostgreSQL, or a file of SQLite, of its own. The tables have the same columns, indexes and rows; only
// the marker is what the library knows. In each round all sides have a turn, in a new order, after a garbage collection. What a
// turn begins with is made before, and what it leaves is counted after, by plain SQL: a wrong count is an error. Neither is within
// the timing. A ratio is the median of the ratios of the rounds.
//
// It takes some twenty minutes at its full size. Which work it is at, it says on the standard error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// options is what the arguments ask for.
type options struct {
	databases []string
	rounds    int
	wanted    *regexp.Regexp
	sides     []candidate
	scale     float64
	plot      string
	profile   string
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	databases := flags.String("databases", "postgres,sqlite", "the databases to measure on, a comma list")
	flags.IntVar(&o.rounds, "rounds", 100, "how often each side has a turn at each work; a fifth of it at those that take long")
	pattern := flags.String("run", "", "measure only the works whose name matches this regular expression")
	sides := flags.String("sides", strings.Join(names(candidates), ","), "who takes part, a comma list")
	flags.Float64Var(&o.scale, "scale", 1, "how many rows there are, 0.01 for a hundredth")
	flags.StringVar(&o.plot, "plot", "", "the file to draw into, as SVG")
	flags.StringVar(&o.profile, "cpuprofile", "", "the file to write a CPU profile to")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.databases = harness.List(*databases)
	for _, name := range o.databases {
		if _, known := wordsOf[name]; !known {
			return o, fmt.Errorf("-databases: %w", unknown(name))
		}
	}
	for _, name := range harness.List(*sides) {
		i := slices.Index(names(candidates), name)
		if i < 0 {
			return o, fmt.Errorf("-sides: there is no side %q, there are %s", name, strings.Join(names(candidates), ", "))
		}
		o.sides = append(o.sides, candidates[i])
	}
	if o.rounds < 1 || o.scale <= 0 {
		return o, errors.New("-rounds has to be 1 or more, -scale more than 0")
	}
	var err error
	if o.wanted, err = regexp.Compile(*pattern); err != nil {
		return o, fmt.Errorf("-run: %w", err)
	}
	return o, nil
}

func names(of []candidate) []string {
	var all []string
	for _, c := range of {
		all = append(all, c.name)
	}
	return all
}

// run measures what the arguments ask for, and prints the tables of a database when it is done. What fails leaves out its own
// rows only.
func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	defer testdb.Stop()
	versions := map[string]string{}
	for _, database := range o.databases {
		if versions[database], err = versionOf(database); err != nil {
			return fmt.Errorf("%s: %w", database, err)
		}
	}
	if err := describe(os.Stdout, args, versions); err != nil {
		return err
	}
	stop, err := o.startProfile()
	if err != nil {
		return err
	}
	results, err := o.measureAll()
	failures := []error{err, stop()}
	if o.plot != "" && len(results) > 0 {
		failures = append(failures, os.WriteFile(o.plot, draw(results), 0o644)) //nolint:gosec // it is for all to see
	}
	return errors.Join(failures...)
}

func (o options) measureAll() ([]result, error) {
	var all []result
	var failures []error
	for _, database := range o.databases {
		var results []result
		for _, w := range works(sizesOf(o.scale)) {
			if !o.wanted.MatchString(w.name) {
				continue
			}
			say("%s: %s", database, w.name)
			got, err := measure(database, w, o.sides, roundsOf(w, o.rounds))
			if err != nil {
				failures = append(failures, fmt.Errorf("%s: %s: %w", database, w.name, err))
				continue
			}
			results = append(results, got)
		}
		failures = append(failures, overview(database, results).Write(os.Stdout), details(database, results).Write(os.Stdout))
		all = append(all, results...)
	}
	return all, errors.Join(failures...)
}

// startProfile begins the profile that is asked for, and returns what ends it.
func (o options) startProfile() (stop func() error, err error) {
	if o.profile == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(o.profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

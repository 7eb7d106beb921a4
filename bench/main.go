// Command bench measures what the plugin costs beside plain GORM and prints a Markdown table:
//
//	go run . [-databases sqlite,postgres] [-rounds 300] [-run regexp]
//
// Both sides run the same statements on the same tables: one handle has GORM's own soft delete, the other the plugin. They
// take turns in many short rounds, so that what else the machine does weighs on both alike; a ratio is the median of the
// ratios of the rounds. Which case it is at, it says on the standard error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what the arguments ask for. A database that fails leaves out its rows, not those of the others.
func run(args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	databases := flags.String("databases", strings.Join(testdb.Names(), ","), "the databases to measure on, a comma list")
	rounds := flags.Int("rounds", 300, "how often each case runs on either side")
	pattern := flags.String("run", "", "measure only the cases whose name matches this regular expression")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted, err := regexp.Compile(*pattern)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	if *rounds < 1 {
		return errors.New("-rounds: has to be 1 or more")
	}

	defer testdb.Stop()
	var rows []row
	var failures []error
	for name := range strings.SplitSeq(*databases, ",") {
		name = strings.TrimSpace(name)
		measured, err := measureOn(name, wanted, *rounds)
		rows = append(rows, measured...)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(append(failures, writeTable(os.Stdout, rows))...)
}

// measureOn measures the wanted cases on one database.
func measureOn(database string, wanted *regexp.Regexp, rounds int) (rows []row, err error) {
	var failure error
	err = testdb.Program(func(tb testing.TB) {
		tb.Helper()
		open := testdb.OpenerFor(tb, database)
		on := sides{plain: open(tb), plugin: open(tb), aside: open(tb)}
		if failure = on.setUp(); failure != nil {
			return
		}
		for _, c := range cases() {
			if !wanted.MatchString(c.name) {
				continue
			}
			fmt.Fprintf(os.Stderr, "%s: %s\n", database, c.name)
			var measured result
			if measured, failure = compare(c, on, rounds); failure != nil {
				failure = fmt.Errorf("%s: %w", c.name, failure)
				return
			}
			rows = append(rows, row{database, c.name, measured})
		}
	})
	return rows, errors.Join(failure, err)
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

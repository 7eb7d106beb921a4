// Versions runs the suite on each version of a database, and with each driver, that the library is promised for, and prints a
// table of what came of it:
//
//	versions -servers bin/withservers postgres-13 sqlite-ncruces
//
// Run it at the root of the repository. Servers that the machine has not are kept in a cache outside of it, where
// SOFTDELETE_TEST_INSTALL=cache or CI=true lets them be got. What cannot be had is told of; with CI=true that is a failure. So
// is a test that fails.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

const (
	codeFailed = 1
	codeUsage  = 2
)

// options are what all of a run has in common.
type options struct {
	servers  string   // The program withservers.
	modules  []string // Where go test is run.
	packages []string // What it is run on.
	args     []string // What it is told besides.
	gorm     string   // The version of GORM, or "" for that of go.mod.
	logs     string   // Where the output of the tests is kept.
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var o options
	flags := flag.NewFlagSet("versions", flag.ContinueOnError)
	flags.StringVar(&o.servers, "servers", "bin/withservers", "the program withservers")
	flags.StringVar(&o.gorm, "gorm", "", "the version of GORM to test with, such as latest")
	flags.StringVar(&o.logs, "logs", filepath.Join(os.TempDir(), "softdelete-versions"), "the directory for what the tests say")
	modules := flags.String("modules", ".", "the directories in which go test is run")
	packages := flags.String("packages", "./...", "the packages that it is run on")
	more := flags.String("args", "", "what it is told besides, such as -run Name")
	flags.Usage = func() {
		fmt.Fprintf(os.Stderr, "usage: versions [flag …] [name …]\nnames: %s; postgres-… takes any release\n", strings.Join(promised(), " "))
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return codeUsage
	}
	o.modules, o.packages, o.args = strings.Fields(*modules), strings.Fields(*packages), strings.Fields(*more)
	if !slices.Contains(o.packages, "./...") && slices.Equal(o.modules, []string{"."}) {
		o.packages = append(o.packages, "./"+testdbDir) // It says which version the server is.
	}
	names := flags.Args()
	if len(names) == 0 {
		names = slices.DeleteFunc(promised(), func(name string) bool { return name == mysqlName && os.Getenv(mysqlEnv) == "" })
	}
	if err := os.MkdirAll(o.logs, 0o755); err != nil { //nolint:gosec // Nothing in it is secret.
		fmt.Fprintln(os.Stderr, "versions:", err)
		return codeFailed
	}
	code := 0
	var results []*result
	for _, name := range names {
		r := o.version(name)
		results = append(results, r)
		if len(r.failures) > 0 || r.lacks != nil && os.Getenv("CI") == "true" {
			code = codeFailed
		}
	}
	fmt.Print("\n", table(results), "\n", reasons(results))
	return code
}

// version runs the suite on one version, in each module.
func (o *options) version(name string) *result {
	r := newResult(name, time.Now())
	settings, flags, err := o.prepare(name, r)
	switch {
	case errors.Is(err, testdb.ErrNoServer):
		r.lacks = err
		fmt.Printf("=== %s: not run: %v\n", name, err)
		return r
	case err != nil:
		r.fail(err.Error())
		return r
	}
	for _, module := range o.modules {
		fmt.Printf("=== %s: go test %s in %s\n", name, strings.Join(o.packages, " "), module)
		if err := o.test(r, module, settings, flags); err != nil {
			r.fail(module + ": " + err.Error())
		}
	}
	return r
}

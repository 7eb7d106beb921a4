// Package testdb finds or starts real databases for tests.
//
// A test asks for a place of its own in each database and opens as many handles on it as it likes:
//
//	func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
//
//	func TestInsert(t *testing.T) {
//		t.Parallel()
//		testdb.Each(t, func(t *testing.T, open testdb.Opener) {
//			db := open(t)
//			require.NoError(t, db.AutoMigrate(&User{}))
//		})
//	}
//
// SQLite is a file in the test's temporary directory. PostgreSQL and MariaDB are the databases that
// SOFTDELETE_TEST_POSTGRES_DSN and SOFTDELETE_TEST_MARIADB_DSN name (the latter may be MySQL too), or else throw-away
// servers that are started at their first use. The program withservers starts one of each for all packages of a run.
//
// SOFTDELETE_TEST_DATABASES, a comma list, narrows what runs. TiDB runs only where that names it (`tidb`); it is what
// SOFTDELETE_TEST_TIDB_DSN names, or a server of our own.
package testdb

import (
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// databasesEnv narrows the databases that tests run on.
const databasesEnv = "SOFTDELETE_TEST_DATABASES"

// Opener opens a handle on one isolated place: every call gives another handle on the same tables. The handle closes when
// the test given to it ends, which has to be the test that the Opener was made for or one of its subtests. Without a config
// it takes [Config]; a config given is copied, with logging off where it names no logger. A handle that can't be opened
// fails the test. Safe for concurrent use.
type Opener func(tb testing.TB, config ...*gorm.Config) *gorm.DB

// usualNames are the databases that run where none is named, in that order.
var usualNames = []string{"sqlite", postgresKind.name, mariadbKind.name}

// places makes a fresh isolated place in each known database.
var places = map[string]func(testing.TB) Opener{
	"sqlite":          sqlitePlace,
	postgresKind.name: postgresPlace,
	mariadbKind.name:  mysqlPlace(mariadbKind),
	tidbKind.name:     mysqlPlace(tidbKind),
}

// Run runs the tests of m, then stops the servers that they started and removes their data, also on SIGINT and SIGTERM. It
// returns the code to exit with. A package without it still works: a server dies with the test process where the
// system can see to that, but leaves its data behind.
func Run(m *testing.M) int {
	stopOnSignal()
	defer stopServers()
	return m.Run()
}

// stopOnSignal stops the servers and exits on SIGINT and SIGTERM. Calling it again does nothing.
var stopOnSignal = sync.OnceFunc(func() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		received := <-signals
		stopServers()
		if number, ok := received.(syscall.Signal); ok {
			os.Exit(128 + int(number))
		}
		os.Exit(1)
	}()
})

// Names returns the databases to run on, in a stable order. Defaults to all but those that run only where they are named.
func Names() []string {
	var names []string
	for name := range strings.SplitSeq(os.Getenv(databasesEnv), ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return slices.Clone(usualNames)
	}
	return names
}

// Each runs fn once for each of [Names], as a parallel subtest with the database's name and a fresh place. As with any
// parallel subtest, fn runs after the function that called Each has returned: clean up with t.Cleanup, not defer.
func Each(t *testing.T, fn func(t *testing.T, open Opener)) {
	t.Helper()
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, OpenerFor(t, name))
		})
	}
}

// Open opens a handle on a fresh place in the database of that name: OpenerFor(tb, name)(tb, config...).
func Open(tb testing.TB, name string, config ...*gorm.Config) *gorm.DB {
	tb.Helper()
	return OpenerFor(tb, name)(tb, config...)
}

// OpenerFor makes a fresh place in the database of that name, which goes away when tb ends. It skips the test when
// SOFTDELETE_TEST_DATABASES leaves the database out, and fails it when there is no such database. A server that
// the machine has not skips the test, or fails it when CI=true.
func OpenerFor(tb testing.TB, name string) Opener {
	tb.Helper()
	place, ok := places[name]
	if !ok {
		tb.Fatalf("testdb: no database %q: there are %s", name, strings.Join(slices.Sorted(maps.Keys(places)), ", "))
	}
	if !slices.Contains(Names(), name) {
		tb.Skipf("testdb: %s is left out by %s", name, databasesEnv)
	}
	return place(tb)
}

// Config returns what a handle is opened with by default: GORM's own settings, with logging off.
func Config() *gorm.Config {
	return &gorm.Config{Logger: logger.Discard}
}

// openHandle opens a handle that closes when tb ends.
func openHandle(tb testing.TB, dialector gorm.Dialector, configs []*gorm.Config) *gorm.DB {
	tb.Helper()
	checkRecorder(tb)
	config := Config()
	if len(configs) > 0 && configs[0] != nil {
		given := *configs[0]
		if given.Logger == nil {
			given.Logger = logger.Discard
		}
		config = &given
	}
	db, err := gorm.Open(dialector, config)
	if err != nil {
		tb.Fatalf("testdb: opening %s: %v", dialector.Name(), err)
	}
	pool, err := db.DB()
	if err != nil {
		tb.Fatalf("testdb: opening %s: %v", dialector.Name(), err)
	}
	tb.Cleanup(func() {
		if err := pool.Close(); err != nil {
			tb.Errorf("testdb: closing %s: %v", dialector.Name(), err)
		}
	})
	return db
}

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// said is what go test -json says of some tests.
const said = `
{"Action":"output","Package":"p/testdb","Test":"TestSaysItsVersion/postgres","Output":"    testdb_test.go:1: version: PostgreSQL 13.23 on x86_64-pc-linux-gnu, compiled\n"}
{"Action":"pass","Package":"p/testdb","Test":"TestSaysItsVersion/postgres"}
{"Action":"pass","Package":"p/testdb","Test":"TestSaysItsVersion"}
{"Action":"pass","Package":"p/testdb"}
{"Action":"output","Package":"p/a","Test":"TestOther/sqlite","Output":"    testdb.go:9: testdb: sqlite is left out by SOFTDELETE_TEST_DATABASES\n"}
{"Action":"skip","Package":"p/a","Test":"TestOther/sqlite"}
{"Action":"output","Package":"p/a","Test":"TestOther","Output":"=== RUN   TestOther\n"}
{"Action":"pass","Package":"p/a","Test":"TestOther"}
{"Action":"output","Package":"p/a","Test":"TestNone","Output":"    a_test.go:9: it has no such thing\n"}
{"Action":"output","Package":"p/a","Test":"TestNone","Output":"--- SKIP: TestNone (0.00s)\n"}
{"Action":"skip","Package":"p/a","Test":"TestNone"}
{"Action":"pass","Package":"p/a","Test":"TestWrong/postgres/right"}
{"Action":"fail","Package":"p/a","Test":"TestWrong/postgres/wrong"}
{"Action":"fail","Package":"p/a","Test":"TestWrong/postgres"}
{"Action":"fail","Package":"p/a","Test":"TestWrong"}
{"Action":"pass","Package":"p/a","Test":"TestAbove/inner"}
{"Action":"fail","Package":"p/a","Test":"TestAbove"}
{"Action":"fail","Package":"p/a"}
{"ImportPath":"p/b [p/b.test]","Action":"build-output","Output":"no such name"}
{"ImportPath":"p/b [p/b.test]","Action":"build-fail"}
{"Action":"fail","Package":"p/b","FailedBuild":"p/b [p/b.test]"}
{"Action":"skip","Package":"p/without"}
`

func counted() *result {
	r := newResult("postgres-13", time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC))
	r.gorm = "gorm.io/gorm v1.31.2"
	count(r, strings.NewReader(strings.TrimSpace(said)))
	return r
}

func TestCount(t *testing.T) {
	t.Parallel()
	r := counted()
	require.Equal(t, 3, r.passed, "what has tests in it does not count")
	require.Equal(t, []string{"p/a TestWrong/postgres/wrong", "p/a TestAbove", "p/b "}, r.failures, "each failure once")
	require.Equal(t, map[string]int{otherDatabase: 1, "it has no such thing": 1}, r.skipped)
	require.Equal(t, "PostgreSQL 13.23 on x86_64-pc-linux-gnu, compiled", r.version)
}

func TestTable(t *testing.T) {
	t.Parallel()
	absent := newResult("mysql", time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC))
	absent.lacks = errors.New("no MySQL")
	results := []*result{counted(), absent}
	text := table(results)
	require.Contains(t, text, "| `postgres-13` | PostgreSQL 13.23 | GORM 1.31.2 | 2026-11-28 | 3 | 3 | 1, and 1 about another database |\n")
	require.Contains(t, text, "| `mysql` | not run | | 2026-11-28 | | | |\n")
	require.Contains(t, text, "  p/a TestWrong/postgres/wrong\n")
	require.Equal(t, "| skipped because | on, how many |\n|---|---|\n| it has no such thing | postgres-13 1 |\n", reasons(results))
}

// Each file that takes the place of the one with SQLite's driver has all of its names.
func TestDriversHaveTheSameNames(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	declared := func(path string) (names []string) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "func ") || strings.HasPrefix(line, "const ") {
				name, _, _ := strings.Cut(line, "{")
				name, _, _ = strings.Cut(name, " =")
				names = append(names, strings.TrimSpace(name))
			}
		}
		return names
	}
	want := declared(filepath.Join(root, testdbDir, driverFile))
	require.Len(t, want, 6)
	for name, driver := range drivers {
		require.Equal(t, want, declared(filepath.Join("testdata", driver.source)), name)
		require.Contains(t, promised(), sqlitePrefix+name)
	}
	require.Contains(t, promised(), sqlitePrefix+usualDriver)
}

func TestWhatCannotBeHadIsTold(t *testing.T) {
	t.Setenv(mysqlEnv, "")
	t.Setenv("CI", "")
	o := options{logs: t.TempDir()}
	r := o.version(mysqlName)
	require.ErrorContains(t, r.lacks, mysqlEnv)
	require.Empty(t, r.failures)
	require.NotEmpty(t, o.version("oracle").failures, "a name that is none")
	require.NotEmpty(t, o.version("sqlite-other").failures)
}

// Package portability_test holds what the library has sent to each database, as all suites have recorded it, against the forms of
// SQL that distributed engines of the same protocols take.
package portability_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// recordedEnv names the folder in which the suites have recorded their statements, when all of them have run.
const recordedEnv = "SOFTDELETE_TEST_RECORDED"

// columns are the databases of the printed list, with their titles.
var columns = []struct{ database, title string }{{"sqlite", "SQLite"}, {"postgres", "PostgreSQL"}, {"mariadb", "MariaDB"}, {"tidb", "TiDB"}}

// verbs are what statements begin with. A new one has to be looked up for each engine.
var verbs = []string{
	"SELECT", "WITH", "INSERT INTO", "UPDATE", "DELETE",
	"SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT",
	"CREATE INDEX", "CREATE UNIQUE INDEX", "DROP INDEX", "ALTER INDEX", "ALTER TABLE", "LOCK TABLE",
	"CREATE TRIGGER", "CREATE OR REPLACE", "CREATE FUNCTION", "DROP TRIGGER", "DROP FUNCTION",
	"CREATE TABLE", "DROP TABLE", "PRAGMA", // SQLite's way to change a table
}

func TestStatementsArePortable(t *testing.T) {
	t.Parallel()
	folder := os.Getenv(recordedEnv)
	if folder == "" {
		t.Skipf("it reads what all other suites have recorded: make test runs it after them, with %s", recordedEnv)
	}
	recorded, err := testdb.Recorded(folder)
	require.NoError(t, err)
	if len(recorded) == 0 && os.Getenv("CI") != "true" {
		t.Skipf("nothing was recorded in %s", folder)
	}
	require.NotEmpty(t, recorded, "the suites have recorded nothing in %s", folder)

	counts, sent := map[string]map[string]int{}, map[string]int{}
	for _, s := range recorded {
		tokens, whole := read(s.Database, s.SQL)
		sent[s.Database]++
		if !whole || strings.HasSuffix(s.SQL, "…") {
			continue // it is the condition of a test, which only its database can read; or a very long list
		}
		checkVerb(t, s, tokens)
		for _, f := range forms {
			if !f.has(tokens) {
				continue
			}
			if counts[f.name] == nil {
				counts[f.name] = map[string]int{}
			}
			counts[f.name][s.Database]++
			if f.never || slices.Contains(f.not, s.Database) {
				t.Errorf("%s: the library sends %s: %s", s.Database, f.name, s.SQL)
			}
		}
	}
	t.Log(list(counts, sent))
}

// checkVerb fails the test for a statement that begins as none did before.
func checkVerb(t *testing.T, s testdb.Statement, tokens statement) {
	t.Helper()
	if !beginning(verbs...)(tokens) {
		t.Errorf("%s: a statement of a new kind: look up which engines take it, and add it to verbs: %s", s.Database, s.SQL)
	}
}

// list is a table in Markdown, of how many different statements have a form on each database.
func list(counts map[string]map[string]int, sent map[string]int) string {
	var text strings.Builder
	head, line := "\n| form |", "|---|"
	for _, c := range columns {
		head, line = head+" "+c.title+" |", line+"--:|"
	}
	fmt.Fprintf(&text, "%s not taken, or in part | instead |\n%s---|---|\n", head, line)
	row := func(name string, of map[string]int, rest string) {
		fmt.Fprintf(&text, "| %s |", name)
		for _, c := range columns {
			cell := "–"
			if sent[c.database] > 0 {
				cell = fmt.Sprint(of[c.database])
			}
			fmt.Fprintf(&text, " %s |", cell)
		}
		fmt.Fprintf(&text, "%s\n", rest)
	}
	row("different statements", sent, " | |")
	for _, f := range forms {
		row(f.name, counts[f.name], f.verdict())
	}
	return text.String()
}

// verdict is the end of a form's line.
func (f form) verdict() string {
	if f.never {
		return " never sent | |"
	}
	return fmt.Sprintf(" %s | %s |", f.who, f.instead)
}

func TestFormsAreFound(t *testing.T) {
	t.Parallel()
	for _, f := range forms {
		database := "postgres"
		if strings.Contains(f.example, "`") || strings.Contains(f.example, "/*") || strings.Contains(f.example, "@") {
			database = "mariadb"
		}
		example, whole := read(database, f.example)
		require.True(t, whole, f.example)
		require.True(t, f.has(example), "%s: %s", f.name, f.example)
		require.True(t, f.never || f.who != "" || f.instead != "" || len(f.not) == 0, "%s: what is done instead?", f.name)
	}
}

func TestPlainStatementsHaveNoForms(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{
		"SELECT * FROM `posts` WHERE `posts`.`deleted_at` IS NULL ORDER BY id LIMIT 1",
		"UPDATE `posts` SET `deleted_at` = '2020-01-01', `note` = 'ctid FOR UPDATE' WHERE `id` IN (?,?) AND `deleted_at` IS NULL",
		"DELETE FROM `posts` WHERE `ctid` = 1 -- LIMIT 5",
		"INSERT INTO `sequence` (`set`) VALUES (?)",
		"SELECT `a`.`id` FROM `a` JOIN `b` ON `a`.`id` = `b`.`id`",
		"SELECT id FROM a WHERE for_update = 1",
	} {
		tokens, whole := read("mariadb", sql)
		require.True(t, whole, sql)
		for _, f := range forms {
			require.False(t, f.has(tokens), "%s: %s", f.name, sql)
		}
	}
}

// TestListInTheDocs holds the list in the documentation against the forms. How often each is sent changes from day to day.
func TestListInTheDocs(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile(filepath.Join("..", "..", "docs", "scale.md"))
	require.NoError(t, err)
	lines := strings.Split(string(docs), "\n")
	for _, f := range forms {
		require.True(t, slices.ContainsFunc(lines, func(line string) bool {
			return strings.HasPrefix(line, "| "+f.name+" |") && strings.HasSuffix(line, "|"+f.verdict())
		}), "docs/scale.md has no line that begins with %q and ends with %q", "| "+f.name+" |", f.verdict())
	}
}

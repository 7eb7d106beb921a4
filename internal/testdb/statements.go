package testdb

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// statementsEnv names a folder. Each process of tests writes into a file of its own there which statements the library has had
// GORM or the driver send, of each database, each once. Unset, nothing is recorded, and no connection is looked at.
const statementsEnv = "SOFTDELETE_TEST_STATEMENTS"

// What a process records at most: so many statements, of so many bytes each.
const (
	mostStatements = 20_000
	longestSQL     = 8192
)

// Statement is what the library has sent to a database, with what is bound and counted left out.
type Statement struct {
	Database string // "postgres"
	SQL      string
}

// Recorded reads the statements that processes have recorded in a folder, each once.
func Recorded(folder string) ([]Statement, error) {
	files, err := filepath.Glob(filepath.Join(folder, "statements-*"))
	if err != nil {
		return nil, err
	}
	seen := map[Statement]bool{}
	var all []Statement
	for _, name := range files {
		if err := eachRecorded(name, func(s Statement) {
			if !seen[s] {
				seen[s] = true
				all = append(all, s)
			}
		}); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

func eachRecorded(name string, each func(Statement)) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 4*longestSQL)
	for lines.Scan() {
		var s Statement
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return err
		}
		each(s)
	}
	return lines.Err()
}

// recorder writes the statements of this process.
type recorder struct {
	mu     sync.Mutex
	file   *os.File
	broken error
	texts  map[Statement]bool // as they were sent, that are recorded
	seen   map[Statement]bool // as they are recorded
}

// drivers are the names by which GORM knows the databases, where these are others.
var drivers = map[string]string{"sqlite": "sqlite", postgresKind.name: "postgres", mariadbKind.name: "mysql", tidbKind.name: "mysql"}

// theRecorder is nil where nothing is to be recorded.
var theRecorder = sync.OnceValue(func() *recorder {
	if os.Getenv(statementsEnv) == "" {
		return nil
	}
	return &recorder{texts: map[Statement]bool{}, seen: map[Statement]bool{}}
})

// Unrecorded keeps what this process's tests send out of the record: of a package whose own conditions are written to get where no
// condition belongs, and look like anything. It has to be called before the first handle is opened.
func Unrecorded() { _ = os.Unsetenv(statementsEnv) }

// record records a statement that was sent, if it is the library's. Few texts are new, and the stack is looked at for
// those only that are not recorded.
func (r *recorder) record(database, sql string) {
	sent := Statement{database, sql}
	r.mu.Lock()
	known := r.texts[sent] || len(r.seen) >= mostStatements || r.broken != nil
	r.mu.Unlock()
	if known || !isOurs(database, sql) {
		return
	}
	short := Statement{database, normalized(database, sql)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.texts) < mostStatements {
		r.texts[sent] = true
	}
	if !r.seen[short] {
		r.seen[short] = true
		r.broken = r.write(short)
	}
}

// write appends to the file. A process may end at any moment, so nothing is held back.
func (r *recorder) write(s Statement) error {
	if r.file == nil {
		folder := os.Getenv(statementsEnv)
		if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // it is for all to see
			return err
		}
		file, err := os.CreateTemp(folder, "statements-*")
		if err != nil {
			return err
		}
		r.file = file
	}
	line, err := json.Marshal(s)
	if err == nil {
		_, err = r.file.Write(append(line, '\n'))
	}
	return err
}

// checkRecorder fails a test where statements are to be recorded and could not be.
func checkRecorder(tb testing.TB) {
	tb.Helper()
	if r := theRecorder(); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.broken != nil {
			tb.Fatalf("testdb: recording statements in the folder that %s names: %v", statementsEnv, r.broken)
		}
	}
}

// normalized is a statement without what is another for each test: values, how many of them there are, names that are counted.
func normalized(database, sql string) string {
	tokens, whole := rawsql.Tokens(drivers[database], sql)
	if !whole {
		return cut(sql)
	}
	var words []string
	for _, token := range tokens {
		switch {
		case token.Kind == rawsql.Value, token.Kind == rawsql.Number, token.Kind == rawsql.Text:
			token.Text = "?"
		case isSavepoint(words):
			token.Text = "?"
		}
		words = shortened(append(words, token.Text))
	}
	return cut(strings.Join(words, " "))
}

// isSavepoint tells if the name of a savepoint comes next, each of which is a new one.
func isSavepoint(words []string) bool { return len(words) > 0 && words[len(words)-1] == "SAVEPOINT" }

// shortened leaves out what stands twice at the end of a list: a value, or a row of values.
func shortened(words []string) []string {
	n := len(words)
	if n >= 3 && words[n-1] == "?" && words[n-2] == "," && words[n-3] == "?" {
		return words[:n-2]
	}
	if n < 3 || words[n-1] != ")" {
		return words
	}
	// ( ? , DEFAULT ) , ( ? , DEFAULT )
	start := n - 2
	for start > 0 && words[start] != "(" {
		start--
	}
	row := n - start
	before := start - 1 - row
	if before >= 0 && words[start-1] == "," && equal(words[before:start-1], words[start:]) {
		return words[:start-1]
	}
	return words
}

func equal(a, b []string) bool { return strings.Join(a, " ") == strings.Join(b, " ") }

func cut(sql string) string {
	if len(sql) > longestSQL {
		return strings.ToValidUTF8(sql[:longestSQL], "") + "…"
	}
	return sql
}

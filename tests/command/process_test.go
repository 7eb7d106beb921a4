package command_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

const (
	patience = time.Minute // for how long a test waits for what a process does

	// tick is between two looks at that. MariaDB says anew what its transactions do if it was not asked for a tenth of a second.
	tick = 120 * time.Millisecond
)

// program is one that can be started, with the environment that says to it where its database is.
type program struct {
	path string
	env  []string
}

// ran is what became of a process.
type ran struct {
	out, err string
	code     int
}

// started is a process that runs without a terminal.
type started struct {
	cmd      *exec.Cmd
	out, err output
	ended    chan struct{}
	failed   error // of the end, once it has ended
}

// output is what a process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// prepare is a process that has not begun yet.
func (p program) prepare(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.path, args...) //nolint:gosec // a program of these tests
	// Times in another zone than the database's, and nothing that would say how to draw.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains([]string{"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "TERM", "COLUMNS", "TZ", "USER"}, name)
	})
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "TZ=Asia/Kolkata")
	cmd.Env = append(cmd.Env, p.env...)
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// with is the program with more in its environment.
func (p program) with(pairs ...string) program {
	p.env = slices.Concat(p.env, pairs)
	return p
}

// start starts it with nothing on stdin.
func (p program) start(t *testing.T, args ...string) *started {
	t.Helper()
	s := &started{cmd: p.prepare(t, args...), ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.err
	require.NoError(t, s.cmd.Start())
	go func() {
		s.failed = s.cmd.Wait()
		close(s.ended)
	}()
	return s
}

// until waits while it runs until something is so.
func (s *started) until(t *testing.T, so func() bool) {
	t.Helper()
	overdue := time.After(patience)
	for !so() {
		select {
		case <-s.ended:
			require.Fail(t, "the process has ended", "stdout:\n%s\nstderr:\n%s", s.out.String(), s.err.String())
		case <-overdue:
			require.Fail(t, "it never came to that")
		case <-time.After(tick):
		}
	}
}

// wait is for its end.
func (s *started) wait(t *testing.T) ran {
	t.Helper()
	<-s.ended
	var exit *exec.ExitError
	if s.failed != nil {
		require.ErrorAs(t, s.failed, &exit)
	}
	return ran{s.out.String(), s.err.String(), s.cmd.ProcessState.ExitCode()}
}

// run runs it to its end.
func (p program) run(t *testing.T, args ...string) ran {
	t.Helper()
	return p.start(t, args...).wait(t)
}

// must run with a code.
func (p program) must(t *testing.T, code int, args ...string) ran {
	t.Helper()
	r := p.run(t, args...)
	require.Equal(t, code, r.code, "%s\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), r.out, r.err)
	return r
}

// aShop is a shop of its own, a handle on it, and the command of it.
type aShop struct {
	db *gorm.DB
	program
}

// newShop makes one on a database.
func newShop(t *testing.T, open testdb.Opener) aShop {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: shop.Models()})))
	require.NoError(t, shop.Fill(db, time.Now()))
	return aShop{db, program{os.Args[0], []string{placeEnv + "=" + db.Name() + "\n" + dsnOf(t, db)}}}
}

func dsnOf(t *testing.T, db *gorm.DB) string {
	t.Helper()
	dsn := reflect.Indirect(reflect.ValueOf(db.Dialector)).FieldByName("DSN") // Each driver calls it so.
	require.True(t, dsn.IsValid(), "no such database")
	return dsn.String()
}

// exampleShop is the example's program, with a file of its own that is not made yet.
func exampleShop(t *testing.T, name string) program {
	t.Helper()
	built, err := programs()
	require.NoError(t, err)
	return program{built[name], []string{shop.FileEnv + "=" + filepath.Join(t.TempDir(), "shop.db")}}
}

// file is that of an example's shop.
func (p program) file() string { return strings.TrimPrefix(p.env[0], shop.FileEnv+"=") }

// everything is all rows of all tables.
func (s aShop) everything(t *testing.T) map[string][]map[string]any {
	t.Helper()
	all := map[string][]map[string]any{}
	for _, model := range shop.Models() {
		name := tables.TableOf(t, s.db, model)
		all[name] = tables.Stored(t, s.db, s.db.Statement.Quote(name), "id")
	}
	return all
}

// changed is how many rows are not as they were: gone, or other than before.
func changed(before, after map[string][]map[string]any) (n int) {
	for name, rows := range before {
		for _, row := range rows {
			if !slices.ContainsFunc(after[name], func(other map[string]any) bool { return reflect.DeepEqual(row, other) }) {
				n++
			}
		}
	}
	return n
}

//go:build unix

package command_test

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

// atTerminal is a process in a terminal.
type atTerminal struct {
	cmd    *exec.Cmd
	master *os.File
	read   chan struct{} // closed once all is read

	mu   sync.Mutex
	seen strings.Builder
	more chan struct{} // has something in it after more was read
}

// inTerminal starts a process in a terminal of so many columns, with what is set beforehand in other places.
func (p program) inTerminal(t *testing.T, columns int, cmd *exec.Cmd) *atTerminal {
	t.Helper()
	// It is the process's own by one of its streams that is no pipe.
	own := &syscall.SysProcAttr{Setsid: true, Setctty: true}
	for own.Ctty = 0; [...]bool{cmd.Stdin != nil, cmd.Stdout != nil, cmd.Stderr != nil}[own.Ctty]; own.Ctty++ {
	}
	master, err := pty.StartWithAttrs(cmd, &pty.Winsize{Rows: 40, Cols: uint16(columns)}, own) //nolint:gosec // no terminal is so wide
	require.NoError(t, err)
	a := &atTerminal{cmd: cmd, master: master, read: make(chan struct{}), more: make(chan struct{}, 1)}
	t.Cleanup(func() { _ = master.Close() })
	go a.follow()
	return a
}

// follow keeps what the process writes. A terminal without a process gives an error, which is its end.
func (a *atTerminal) follow() {
	defer close(a.read)
	buffer := make([]byte, 4096)
	for {
		n, err := a.master.Read(buffer)
		a.mu.Lock()
		a.seen.Write(buffer[:n])
		a.mu.Unlock()
		select {
		case a.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// text is all that was written so far.
func (a *atTerminal) text() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen.String()
}

// asked is what a command asks for at a terminal.
var asked = regexp.MustCompile(`(?m)^Type (\d+) to .*: $`)

// awaitQuestion waits until something is asked, and returns what is to be typed; nothing once the process has ended without.
func (a *atTerminal) awaitQuestion(t *testing.T) (number string) {
	t.Helper()
	for overdue := time.After(patience); ; {
		if found := asked.FindStringSubmatch(plain(a.text())); found != nil {
			return found[1]
		}
		select {
		case <-a.more:
		case <-a.read:
			return ""
		case <-overdue:
			require.Fail(t, "it neither asks nor ends", a.text())
		}
	}
}

// enter types something.
func (a *atTerminal) enter(t *testing.T, keys string) {
	t.Helper()
	_, err := a.master.WriteString(keys)
	require.NoError(t, err)
}

const (
	ctrlC = "\x03"
	ctrlD = "\x04"
)

// wait waits for the end of the process, and returns all that it wrote, and its code.
func (a *atTerminal) wait(t *testing.T) (text string, code int) {
	t.Helper()
	var exit *exec.ExitError
	if err := a.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	select {
	case <-a.read:
	case <-time.After(patience):
		require.Fail(t, "the terminal stays open")
	}
	return a.text(), a.cmd.ProcessState.ExitCode()
}

// show runs a command that asks nothing in a terminal.
func (p program) show(t *testing.T, columns int, args ...string) (text string, code int) {
	t.Helper()
	return p.inTerminal(t, columns, p.prepare(t, args...)).wait(t)
}

// escapes are what a terminal takes for orders: colours, moves, the title.
var escapes = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>78DEHMc])`)

// plain is a text without them.
func plain(text string) string { return escapes.ReplaceAllString(text, "") }

// toCopy are lines that are copied whole, commands to type and SQL: a terminal breaks them where it ends.
var toCopy = regexp.MustCompile(`^ *(operator|shop|CREATE|DROP|ALTER|UPDATE|DELETE|INSERT) `)

// widest is the longest line on a terminal that is not one to copy, also one that was drawn over.
func widest(text string) (line string) {
	for _, drawn := range strings.FieldsFunc(plain(text), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if !toCopy.MatchString(drawn) && utf8.RuneCountInString(drawn) > utf8.RuneCountInString(line) {
			line = drawn
		}
	}
	return line
}

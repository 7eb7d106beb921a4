//go:build unix

package command_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// ask starts a command in a terminal and waits for its question. It returns what has to be typed. What it says of errors goes to a log:
// a terminal throws away what was written about when Ctrl-C was typed.
func (p program) ask(t *testing.T, columns int, args ...string) (process *atTerminal, number string, log *output) {
	t.Helper()
	log = &output{}
	cmd := p.prepare(t, args...)
	cmd.Stderr = log
	process = p.inTerminal(t, columns, cmd)
	number = process.awaitQuestion(t)
	require.NotEmpty(t, number, process.text())
	return process, number, log
}

// TestAsked has each command that writes ask at a terminal. Only the number lets it.
func TestAsked(t *testing.T) {
	t.Parallel()
	for name, w := range writers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				s := newShop(t, open)
				if w.triggers {
					database.Needs(t, database.FlavourOf(s.db).NoTriggers)
				}
				w.prepare(t, s)
				before := w.look(t, s)
				args := strings.Fields(w.args)
				for _, no := range []struct {
					keys func(number string) string
					code int
				}{
					{func(string) string { return "\n" }, 2},
					{func(string) string { return "y\n" }, 2},
					{func(string) string { return "yes\n" }, 2},
					{func(number string) string { return number + "0\n" }, 2},
					{func(number string) string { return "-" + number + "\n" }, 2},
					{func(string) string { return ctrlD }, 2},
					{func(string) string { return ctrlC }, 1},
					{func(number string) string { return number + ctrlC }, 1}, // before the line is sent
				} {
					process, number, log := s.ask(t, 80, args...)
					if w.rows > 0 {
						require.Equal(t, strconv.Itoa(w.rows), number)
					}
					process.enter(t, no.keys(number))
					text, code := process.wait(t)
					require.Equal(t, no.code, code, "%q\n%s", no.keys(number), text)
					require.Contains(t, log.String(), "nothing was done", "%q", no.keys(number))
					require.Equal(t, before, w.look(t, s), "%q", no.keys(number))
				}
				process, number, _ := s.ask(t, 140, args...)
				process.enter(t, number+"\n")
				text, code := process.wait(t)
				require.Equal(t, w.code, code, text)
				after := w.look(t, s)
				require.Equal(t, w.rows, changed(before.rows, after.rows))
				if w.schema {
					require.NotEqual(t, before.schema, after.schema)
				}
			})
		})
	}
}

// TestAskedAboutWhatWasShown changes a row while the question is open: the answer was to what was shown.
func TestAskedAboutWhatWasShown(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"undo " + shop.Mistake, "restore customers 3", "purge customers 3"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				s := newShop(t, open)
				process, number, log := s.ask(t, 80, strings.Fields(line)...)
				require.Equal(t, "16", number)
				require.NoError(t, softdelete.Purge(s.db, &shop.Line{}, 12).Error)
				before := s.everything(t)
				process.enter(t, number+"\n")
				text, code := process.wait(t)
				require.Equal(t, 2, code, text)
				require.Equal(t, before, s.everything(t), line)
				require.Contains(t, log.String(), "preview "+strings.Fields(line)[0], "what to do next")
			})
		})
	}
}

// TestNotAsked are the ways in which nobody is there to ask.
func TestNotAsked(t *testing.T) {
	t.Parallel()
	command := exampleShop(t, "operator")
	command.must(t, 0, "stats")
	undo := []string{"undo", shop.Mistake}

	// A pipe to read from, or to write to, is nobody; the answer in it is not read.
	fromPipe := command.prepare(t, undo...)
	fromPipe.Stdin = strings.NewReader("16\n")
	text, code := command.inTerminal(t, 80, fromPipe).wait(t)
	require.Equal(t, 2, code, text)
	require.NotRegexp(t, asked, text)

	var out bytes.Buffer
	toPipe := command.prepare(t, undo...)
	toPipe.Stdout = &out
	text, code = command.inTerminal(t, 80, toPipe).wait(t)
	require.Equal(t, 2, code, text)
	require.NotRegexp(t, asked, text+out.String())

	// JSON is for programs, in a terminal too.
	text, code = command.show(t, 80, append(undo, "--json")...)
	require.Equal(t, 2, code, text)
	require.NotRegexp(t, asked, text)

	command.must(t, 0, "preview", "undo", shop.Mistake) // It is all there still.
}

// TestProgress is drawn on stderr, where that is a terminal, and nowhere else.
func TestProgress(t *testing.T) {
	t.Parallel()
	empty := strings.Fields("empty --older-than 30d --batch-size 5 --yes")
	// oneLine is what is written without a way back.
	oneLine := func(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
	for name, try := range map[string]func(t *testing.T, s aShop){
		"at 80 columns": func(t *testing.T, s aShop) {
			t.Helper()
			drawn(t, s, 80, empty)
		},
		"at 140 columns": func(t *testing.T, s aShop) {
			t.Helper()
			drawn(t, s, 140, empty)
		},
		"stderr is a log": func(t *testing.T, s aShop) {
			t.Helper()
			var stderr bytes.Buffer
			withLog := s.prepare(t, empty...)
			withLog.Stderr = &stderr
			text, code := s.inTerminal(t, 80, withLog).wait(t)
			require.Equal(t, 1, code, text)
			require.NotContains(t, stderr.String(), "\r")
			require.NotContains(t, oneLine(text), "\r", "nor has stdout one")
		},
		"a terminal that can't move back": func(t *testing.T, s aShop) {
			t.Helper()
			text, code := s.with("TERM=dumb").show(t, 80, empty...)
			require.Equal(t, 1, code, text)
			require.NotContains(t, oneLine(text), "\r")
		},
		"no terminal": func(t *testing.T, s aShop) {
			t.Helper()
			r := s.must(t, 1, empty...)
			require.NotContains(t, r.out+r.err, "\r")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) { try(t, newShop(t, open)) })
		})
	}
}

// drawn has the bar on stderr while stdout is a file.
func drawn(t *testing.T, s aShop, columns int, args []string) {
	t.Helper()
	var out bytes.Buffer
	toPipe := s.prepare(t, args...)
	toPipe.Stdout = &out
	text, code := s.inTerminal(t, columns, toPipe).wait(t)
	require.Equal(t, 1, code, text)
	require.Regexp(t, `\r.*\d+ %`, text)
	require.LessOrEqual(t, utf8.RuneCountInString(widest(text)), columns)
	require.NotContains(t, out.String(), "\r")
	require.NotContains(t, out.String(), "\x1b")
	require.Contains(t, out.String(), "63")
}

// TestControlCharacters are of the rows, and no orders to the terminal.
func TestControlCharacters(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newShop(t, open)
		const evil = "a\x1b[31m\x1b]0;owned\x07\x9b2J\u202egnp\r\nb"
		require.NoError(t, s.db.Scopes(softdelete.OnlyTrashed).Model(&shop.Customer{}).Where("id = ?", shop.MistakenID).
			UpdateColumns(map[string]any{"name": strings.ToValidUTF8(evil, ""), "deleted_by": "e\x1b[2Jvil", "delete_reason": "x\ry\nz\x1b[1A"}).Error)
		for _, line := range []string{
			"list --model customers", "deletions", "show customers 3", "preview undo " + shop.Mistake, "preview restore customers 3",
			"list --json", "deletions --json", "show customers 3 --json", "show customers \x1b[31m", "no\x1b[31mthing", "list --model \x1b[31m",
		} {
			for _, setting := range []string{"TERM=xterm", "NO_COLOR=1"} {
				text, _ := s.with(setting).show(t, 120, strings.Fields(line)...)
				for _, order := range []string{"\x1b[31mb", "\x1b]", "\x07", "\u009b", "\u202e", "\x1b[2J", "\x1b[1A", "x\ry"} {
					require.NotContains(t, text, order, "%s", line)
				}
				if setting == "NO_COLOR=1" {
					require.NotContains(t, text, "\x1b", line)
				}
			}
		}
		// No secret is shown.
		for _, more := range []string{"", " --json"} {
			r := s.must(t, 0, strings.Fields("show customers 3"+more)...)
			require.Contains(t, r.out, "password_hash")
			require.NotContains(t, r.out, "$2a$")
		}
	})
}

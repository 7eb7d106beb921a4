//go:build unix

package command_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
)

const docsPage = "../../docs/command.md"

var update = flag.Bool("update", false, "write what the commands say into docs/command.md")

// typed is a line of a session: a command that somebody typed.
var typed = regexp.MustCompile(`(?m)^\$ (.*)\n`)

// TestDocsSession types what docs/command.md has somebody type, in one shop from top to bottom, in a terminal of 80 columns. What
// is said is what stands there, but for the times of the day.
func TestDocsSession(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(docsPage)
	require.NoError(t, err)
	w := &walk{shop: shellShop(t)}
	blocks := 0
	now := regexp.MustCompile("(?ms)^```console\n(.*?)^```").ReplaceAllStringFunc(string(page), func(block string) string {
		blocks++
		text := strings.TrimSuffix(strings.TrimPrefix(block, "```console\n"), "```")
		return "```console\n" + w.session(t, text) + "```"
	})
	require.Greater(t, blocks, 5, "the page is read")
	if *update {
		require.NoError(t, os.WriteFile(docsPage, []byte(now), 0o644)) //nolint:gosec // as the page is
	}
}

// walk is the walk through the page.
type walk struct {
	shop program
	last int // the exit code of the command before
}

// session types the commands of a block and returns it with what is said now.
func (w *walk) session(t *testing.T, text string) (now string) {
	t.Helper()
	marks := typed.FindAllStringSubmatchIndex(text, -1)
	require.NotEmpty(t, marks, text)
	require.Zero(t, marks[0][0], "a session begins with a command: %s", text)
	for i, mark := range marks {
		line, end := text[mark[2]:mark[3]], len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		want := text[mark[1]:end]
		said := w.say(t, line, want)
		if !*update {
			require.Equal(t, timeless(want), timeless(said), "$ %s", line)
		}
		now += "$ " + line + "\n" + said
	}
	return now
}

// say types one command, and the answer that stands behind the question in what is wanted.
func (w *walk) say(t *testing.T, line, want string) string {
	t.Helper()
	switch {
	case line == "echo $?":
		return strconv.Itoa(w.last) + "\n"
	case strings.HasPrefix(line, "make operator ARGS="):
		arguments, err := strconv.Unquote(strings.TrimPrefix(line, "make operator ARGS="))
		require.NoError(t, err)
		line = "shop " + arguments
	case !strings.HasPrefix(line, "shop "):
		return want // of the shell
	}
	cmd := w.shop.with("NO_COLOR=1").prepare(t, "-c", line)
	process := w.shop.inTerminal(t, 80, cmd)
	if number := process.awaitQuestion(t); number != "" {
		answer := question.FindStringSubmatch(want)
		if answer == nil && *update {
			answer = []string{"", number}
		}
		require.NotNil(t, answer, "it asks, and the page has no answer: %s", process.text())
		process.enter(t, answer[1]+"\n")
	}
	text, code := process.wait(t)
	w.last = code
	// A line that was drawn over is not there any more.
	return regexp.MustCompile(`[^\n]*\r\x1b\[K`).ReplaceAllString(strings.ReplaceAll(text, "\r\n", "\n"), "")
}

// question is what is asked before something is done, with an answer.
var question = regexp.MustCompile(`(?m)^Type \d+ to .*: (\S+)$`)

// timeless is a text without what is another at another time.
func timeless(text string) string {
	text = regexp.MustCompile(`eyJ[\w-]+`).ReplaceAllString(text, "eyJ") // where a page ends
	text = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z`).ReplaceAllString(text, "2026-01-31T15:04:05Z")
	text = regexp.MustCompile(`\d{4}-\d\d-\d\d\s\d\d:\d\d`).ReplaceAllString(text, "2026-01-31 15:04")
	text = regexp.MustCompile(`\d{4}-\d\d-\d\d`).ReplaceAllString(text, "2026-01-31")
	return regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(text, "")
}

// shellShop is a shell whose command shop is the example's, with a file of its own that is not made yet.
func shellShop(t *testing.T) program {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Symlink(exampleShop(t, "operator").path, filepath.Join(dir, "shop")))
	return program{"/bin/sh", []string{
		"PATH=" + dir + string(filepath.ListSeparator) + os.Getenv("PATH"), shop.FileEnv + "=" + filepath.Join(dir, "shop.db"), "USER=ana",
	}}
}

// TestDocsPrograms holds the Go of docs/command.md against programs that are run: what stands in them between "docs" and "end", and the
// function of the example.
func TestDocsPrograms(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(docsPage)
	require.NoError(t, err)
	for file, shown := range map[string]string{
		"../../examples/operator/main.go": `(?ms)^func main.*`,
		"undercobra/main.go":              marked,
		"underurfave/main.go":             marked,
		"night_test.go":                   `(?ms)^// bringBack .*?^}\n`,
	} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		parts := regexp.MustCompile(shown).FindStringSubmatch(string(source))
		require.NotEmpty(t, parts, file)
		require.Contains(t, string(page), parts[len(parts)-1], "the page shows %s", file)
	}
}

// marked is what is shown of a program.
const marked = `(?ms)^// docs\n(.*)\n// end$`

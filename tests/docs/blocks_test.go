package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/docs/book"
	docs "github.com/gorm-softdelete/softdelete/tests/docs/page"
	"github.com/gorm-softdelete/softdelete/tests/docs/source"
)

// TestPages builds every block of Go of the docs, and runs them with those of SQL: programs as they are, the others section by section on
// each database. What a block sends and prints has to be what stands behind it.
func TestPages(t *testing.T) {
	t.Parallel()
	list := pages(t)
	var made []source.Package
	var total source.Count
	elsewhere := held(t)
	for _, page := range list {
		_, err := os.Stat(filepath.Join("pages", page.Name(), "world.go"))
		of, err := source.Of(page, err == nil, elsewhere)
		require.NoError(t, err)
		made = append(made, of)
		total.Add(of.Count)
		t.Logf("%-28s %3d blocks of Go, %3d of SQL, %3d rows of calls", page.Path, of.Count.Go(), of.Count.SQL(), of.Count.Calls)
	}
	t.Logf("%d blocks of Go: %d run, %d declarations, %d programs, %d in other tests, %d only compiled; %d blocks of SQL: %d sent, %d in other tests, %d run; %d rows of calls and their SQL",
		total.Go(), total.Run, total.Declared, total.Programs, total.Held, total.Compiled, total.SQL(), total.Sent, total.SentHeld, total.SQLRun, total.Calls)
	t.Logf("%d blocks of text are what a block of Go prints; %d blocks are only shown: text of other programs, commands, other languages", total.Printed, total.Shown)
	if *onePage == "" {
		require.Greater(t, total.Run, 100, "the blocks of the docs are found")
		require.Less(t, total.Compiled, total.Run/2, "most blocks are run")
	}
	overlay := overlayOf(t, list, made)
	t.Run("programs", func(t *testing.T) { t.Parallel(); programs(t, overlay, list, made) })
	binary := binaryOf(t, overlay)
	for _, name := range testdb.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := command(t, "run", []string{"SOFTDELETE_TEST_DATABASES=" + name}, binary, "-test.v", "-test.timeout=10m")
			require.NoError(t, err, out)
			if strings.Contains(out, "--- SKIP") {
				t.Skip(out)
			}
			sections := strings.Count(out, "        --- PASS: Test/")
			t.Logf("%d sections and rows of calls are run", sections)
			require.True(t, sections > 0 || *onePage != "", out)
		})
	}
}

// TestFaultsAreSeen says that TestPages fails on what is wrong, by a page that is.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	page, err := book.Read("testdata", "docs/faults.md")
	require.NoError(t, err)
	of, err := source.Of(page, true, nil)
	require.NoError(t, err)
	list := []*book.Page{page}
	binary := binaryOf(t, overlayOf(t, list, []source.Package{of}))
	out, err := command(t, "run", []string{"SOFTDELETE_TEST_DATABASES=sqlite"}, binary, "-test.v")
	require.Error(t, err)
	for _, section := range page.Sections[1:] {
		result := "FAIL"
		if section.Heading == "Right" {
			result = "PASS"
		}
		require.Contains(t, out, "--- "+result+": Test/docs/faults.md/sqlite/"+strings.ReplaceAll(section.Heading, " ", "_")+" ", out)
	}
	for _, wrong := range []string{
		"```go\nfunc f() {}\nf()\n```", "```sql\nSELECT 1\n```", "```\nx\n```", "```go maybe\nx()\n```", "| call | SQL |\n|---|---|\n| `f(` | `SELECT 1` |", "| call | SQL |\n|---|---|\n| `f()` | |",
		"```go\ntype T struct{}\n```\n\n```sql\nSELECT 1\n```", "```go\ntype T struct{}\n```\n\n```text\nx\n```", "```go compile\nf()\n```\n\n```text\nx\n```",
		"```go\nf()\n```\n\n```text\nx\n```\n\n```text\ny\n```", "```go\nf()\n```\n\n```sql sent\nSELECT 1\n```", "```go\npackage main\n```\n\n```sql\nSELECT 1\n```",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "wrong.md"), []byte("# Wrong\n\n"+wrong+"\n"), 0o600))
		page, err := book.Read(dir, "wrong.md")
		require.NoError(t, err)
		_, err = source.Of(page, false, nil)
		require.ErrorContains(t, err, "wrong.md:", wrong)
	}
}

// binaryOf builds the test that runs the pages.
func binaryOf(t *testing.T, overlay string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "docs.test")
	out, err := command(t, ".", nil, "go", "test", "-c", "-vet=off", "-tags", "docs", "-overlay", overlay, "-o", binary, "./run")
	require.NoError(t, err, out)
	return binary
}

// overlayOf writes what the pages are made into a file of go's -overlay: nothing is written into the repository.
func overlayOf(t *testing.T, list []*book.Page, made []source.Package) string {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	write := func(path, text string) {
		stored := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		require.NoError(t, os.WriteFile(stored, []byte(text), 0o600))
		at, err := filepath.Abs(path)
		require.NoError(t, err)
		replace[at] = stored
	}
	var imports, calls strings.Builder
	for i, page := range list {
		name := page.Name()
		fmt.Fprintf(&imports, "\tof%[1]s \"github.com/gorm-softdelete/softdelete/tests/docs/pages/%[1]s\"\n", name)
		fmt.Fprintf(&calls, "\tt.Run(%q, func(t *testing.T) { page.Test(t, of%[2]s.World, of%[2]s.Sections) })\n", page.Path, name)
		for file, text := range made[i].Files {
			write(filepath.Join("pages", name, file), text)
		}
		for _, program := range made[i].Programs {
			file := "main.go"
			if !program.Main() {
				file = "some_test.go"
			}
			write(filepath.Join("programs", folder(program), file), "//line "+program.At+"\n"+program.Text)
		}
	}
	write(filepath.Join("run", "pages_test.go"), fmt.Sprintf(`//go:build docs

package run_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
%s)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

func Test(t *testing.T) {
%s}
`, imports.String(), calls.String()))
	text, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	path := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// programs builds the programs, and runs those of which the docs say what they print. A file of another package is vetted.
func programs(t *testing.T, overlay string, list []*book.Page, made []source.Package) {
	t.Helper()
	bin := t.TempDir()
	for i := range list {
		for _, program := range made[i].Programs {
			binary := filepath.Join(bin, folder(program))
			args := []string{"build", "-overlay", overlay, "-o", binary, "./programs/" + folder(program)}
			if !program.Main() {
				args = []string{"vet", "-overlay", overlay, "./programs/" + folder(program)}
			}
			out, err := command(t, ".", nil, "go", args...)
			require.NoError(t, err, "%s: %s", program.At, out)
			if program.Output == "" || !program.Main() {
				continue
			}
			out, err = command(t, t.TempDir(), nil, binary)
			require.NoError(t, err, "%s: %s", program.At, out)
			require.True(t, docs.Like(program.Output, out), "%s printed\n%s\nand the docs say\n%s", program.At, out, program.Output)
		}
	}
}

// folder is where a program is put.
func folder(program source.Program) string {
	return strings.NewReplacer("/", "_", ":", "_", ".", "_").Replace(program.At)
}

// command runs a command, and returns what it printed.
func command(t *testing.T, dir string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/tests/docs/book"
	docs "github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// TestGettingStarted does what docs/getting-started.md says, step after step: the lines of each in the place of those before, and
// the imports that it names above them. TestPages finds the imports itself, so that it misses one that the page forgets.
func TestGettingStarted(t *testing.T) {
	t.Parallel()
	page, err := book.Read(root, "docs/getting-started.md")
	require.NoError(t, err)
	if !chosen(page) {
		return
	}
	steps := stepsOf(t, page)
	require.Len(t, steps, 10)

	binaries := buildSteps(t, steps)
	for _, step := range steps {
		if step.serves {
			continue // it does not end by itself
		}
		out, err := command(t, t.TempDir(), nil, filepath.Join(binaries, step.name()))
		require.NoError(t, err, "%s: %s", step.heading, out)
		require.True(t, docs.Like(step.prints, out), "%s: it printed\n%s\nand the page says\n%s", step.heading, out, step.prints)
	}
}

// step is a section of the page, and the program that its reader then has.
type step struct {
	heading, program, prints string
	serves                   bool
}

func (s step) name() string { return "step" + strings.SplitN(s.heading, ".", 2)[0] }

// stepsOf are the numbered sections.
func stepsOf(t *testing.T, page *book.Page) (steps []step) {
	t.Helper()
	program := ""
	for _, section := range page.Sections {
		if !regexp.MustCompile(`^\d+\. `).MatchString(section.Heading) {
			continue
		}
		s := step{heading: section.Heading}
		for _, block := range section.Blocks {
			switch {
			case block.Language == "go" && program == "":
				program = block.Text
			case block.Language == "go":
				said := saidBefore(t, section, block)
				s.serves = strings.Contains(said, "the place of `return nil` as well")
				program = withLines(t, withImports(t, program, said), block.Text, s.serves)
			case block.Language == "text":
				s.prints = block.Text
			}
		}
		s.program = program
		require.True(t, s.serves || s.prints != "", "%s prints nothing", s.heading)
		steps = append(steps, s)
	}
	return steps
}

// saidBefore is what a section says above a block.
func saidBefore(t *testing.T, section *book.Section, block *book.Block) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "getting-started.md"))
	require.NoError(t, err)
	return strings.Join(strings.Split(string(text), "\n")[section.Line:block.Line-2], "\n")
}

var (
	added = regexp.MustCompile("Add ((?:`\"[^`]+\"`(?:, | and )?)+) to the imports")
	taken = regexp.MustCompile("[Tt]ake (`\"[^`]+\"`) out")
	path  = regexp.MustCompile("`(\"[^`]+\")`")
)

// withImports changes the imports of a program by what is said.
func withImports(t *testing.T, program, said string) string {
	t.Helper()
	for _, found := range taken.FindAllStringSubmatch(said, -1) {
		line := "\t" + strings.Trim(found[1], "`") + "\n"
		require.Contains(t, program, line, "what is taken out is there")
		program = strings.Replace(program, line, "", 1)
	}
	for _, found := range added.FindAllStringSubmatch(said, -1) {
		for _, one := range path.FindAllStringSubmatch(found[1], -1) {
			program = strings.Replace(program, "import (\n", "import (\n\t"+one[1]+"\n", 1)
		}
	}
	return program
}

// withLines puts lines into try, above its return nil or in the place of that too.
func withLines(t *testing.T, program, lines string, toTheEnd bool) string {
	t.Helper()
	const head, end = "func try(ctx context.Context, db *gorm.DB) error {\n", "return nil\n"
	before, _, found := strings.Cut(program, head)
	require.True(t, found, program)
	if !toTheEnd {
		lines += end
	}
	return before + head + lines + "}\n"
}

// buildSteps builds all programs at once, and returns the folder in which they are.
func buildSteps(t *testing.T, steps []step) string {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	replace, args := map[string]string{}, []string{"build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", bin + "/"}
	for _, step := range steps {
		stored := filepath.Join(dir, step.name()+".go")
		require.NoError(t, os.WriteFile(stored, []byte(step.program), 0o600))
		at, err := filepath.Abs(filepath.Join("programs", step.name(), "main.go"))
		require.NoError(t, err)
		replace[at] = stored
		args = append(args, "./"+filepath.Join("programs", step.name()))
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o600))
	out, err := command(t, ".", nil, "go", args...)
	require.NoError(t, err, fmt.Sprintf("the steps, as a reader types them: %s", out))
	return bin
}

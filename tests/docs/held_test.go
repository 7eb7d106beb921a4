package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// marked is what stands between two comments in a test's file, for the docs to show it word for word.
var marked = regexp.MustCompile(`(?ms)^(\t*)// docs\n(.*?)^\t*// end$`)

// held are the blocks of Go that other tests compile and run: those that are marked, and whole files of the examples.
func held(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*_test.go", "examples/*.go", "tests/mount/*.go", "tests/command/*.go").Output()
	require.NoError(t, err)
	blocks := map[string]bool{}
	for path := range strings.FieldsSeq(string(out)) {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			continue // removed, and not yet committed
		}
		if !strings.HasSuffix(path, "_test.go") {
			blocks[strings.TrimSpace(string(text))] = true
		}
		for _, found := range marked.FindAllStringSubmatch(string(text), -1) {
			blocks[strings.TrimSpace(regexp.MustCompile(`(?m)^`+found[1]).ReplaceAllString(found[2], ""))] = true
		}
	}
	return blocks
}

package softdelete_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// exampleFiles are the files with examples of the packages that users import.
func exampleFiles(t *testing.T) (paths []string) {
	t.Helper()
	for _, dir := range []string{".", "trashui", "trashcmd"} {
		files, err := filepath.Glob(filepath.Join(dir, "example_*_test.go"))
		require.NoError(t, err)
		paths = append(paths, files...)
	}
	require.Greater(t, len(paths), 50)
	return paths
}

// TestExamplesStandAlone says that each example is a program with what its own file has: pkg.go.dev shows it so, and a reader can
// copy it. What it prints is checked, but of a main.
func TestExamplesStandAlone(t *testing.T) {
	t.Parallel()
	for _, path := range exampleFiles(t) {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		// A file with a single example is shown as it is, whatever it lacks: beside another one, go/doc looks at what it needs.
		source = append(source, "\nfunc Example_another() {}\n"...)
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ParseComments)
		require.NoError(t, err)
		for _, example := range doc.Examples(file) {
			if example.Name == "_another" {
				continue
			}
			require.NotNil(t, example.Play, "%s: Example%s needs what another file declares", path, example.Name)
			require.True(t, example.Output != "" || example.Name == "Main", "%s: Example%s has no output", path, example.Name)
			require.NotEmpty(t, example.Doc, "%s: what does Example%s show?", path, example.Name)
		}
	}
}

// TestExamplesAreShown says that each example hangs on something that pkg.go.dev shows.
func TestExamplesAreShown(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{".", "trashui", "trashcmd"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		set := token.NewFileSet()
		var parsed []*ast.File
		written := 0
		for _, path := range files {
			source, err := os.ReadFile(path)
			require.NoError(t, err)
			if strings.HasSuffix(path, "_test.go") && !strings.HasPrefix(filepath.Base(path), "example_") {
				continue
			}
			file, err := parser.ParseFile(set, path, source, parser.ParseComments)
			require.NoError(t, err)
			parsed = append(parsed, file)
			if strings.HasSuffix(path, "_test.go") {
				written += len(regexp.MustCompile(`(?m)^func Example`).FindAll(source, -1))
			}
		}
		pkg, err := doc.NewFromFiles(set, parsed, "example.org/"+dir)
		require.NoError(t, err)
		require.Len(t, shown(pkg), written, "of %s, shown are %v", dir, shown(pkg))
	}
}

// shown are the names of the examples that hang on what a package has.
func shown(pkg *doc.Package) (names []string) {
	add := func(of string, list []*doc.Example) {
		for _, example := range list {
			names = append(names, of+"("+example.Suffix+")")
		}
	}
	add("package", pkg.Examples)
	for _, f := range pkg.Funcs {
		add(f.Name, f.Examples)
	}
	for _, typ := range pkg.Types {
		add(typ.Name, typ.Examples)
		for _, f := range append(typ.Funcs, typ.Methods...) {
			add(f.Name, f.Examples)
		}
	}
	return names
}

package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/tests/docs/book"
)

// named are names of the library in a text, as others write them.
var named = regexp.MustCompile(`\b(softdelete|trashui|trashcmd)\.([A-Z]\w*)`)

// TestNames says that the library has what the pages call by its name, in their text too.
func TestNames(t *testing.T) {
	t.Parallel()
	has := map[string]map[string]bool{"softdelete": exported(t, "."), "trashui": exported(t, "trashui"), "trashcmd": exported(t, "trashcmd")}
	var paths []string
	for _, page := range texts(t) {
		paths = append(paths, page.Path)
	}
	total := 0
	for _, path := range paths {
		text, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		for i, line := range strings.Split(string(text), "\n") {
			for _, name := range named.FindAllStringSubmatch(line, -1) {
				total++
				if !has[name[1]][name[2]] {
					t.Errorf("%s:%d: there is no %s", path, i+1, name[0])
				}
			}
		}
	}
	t.Logf("%d names of the library, all are there", total)
}

// exported are the names that a package of the library has for others.
func exported(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	require.NoError(t, err)
	names := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil {
					names[decl.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						names[spec.Name.Name] = true
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							names[name.Name] = true
						}
					}
				}
			}
		}
	}
	require.NotEmpty(t, names)
	return names
}

// TestTools says that the code which llms.txt gives to tools stands in a page, where it is run.
func TestTools(t *testing.T) {
	t.Parallel()
	file, err := book.Read(root, "llms.txt")
	require.NoError(t, err)
	var run []string
	for _, page := range allPages(t) {
		for _, section := range page.Sections {
			for _, block := range section.Blocks {
				run = append(run, block.Text)
			}
		}
	}
	found := 0
	for _, section := range file.Sections {
		for _, block := range section.Blocks {
			found++
			require.Contains(t, run, block.Text, "llms.txt:%d", block.Line)
		}
	}
	require.NotZero(t, found)
}

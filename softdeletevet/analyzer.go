package softdeletevet

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// page says more of each rule.
const page = "https://github.com/gorm-softdelete/softdelete/blob/main/docs/softdeletevet.md"

// Analyzer finds what reaches around soft deletes. Each diagnostic begins with its code,
// SD001 to SD010, and says what to write instead.
var Analyzer = &analysis.Analyzer{
	Name: "softdeletevet",
	Doc: `find what reaches around soft deletes

Each diagnostic begins with its code, SD001 to SD010. A comment

	//softdelete:allow SD003 why

on the line, or on the line above, says that it is meant.`,
	URL:       page,
	Run:       run,
	FactTypes: []analysis.Fact{new(constantFact), new(tablesFact)},
}

const (
	gormPath    = "gorm.io/gorm"
	pluginPath  = "gorm.io/plugin/soft_delete"
	libraryPath = "github.com/gorm-softdelete/softdelete"
	clausePath  = "gorm.io/gorm/clause"
)

// checker looks at one package.
type checker struct {
	pass   *analysis.Pass
	tables map[string]*table // that the package and what it imports declare, by name
	types  knownTypes
	used   usedTypes
	origins
	found []finding
	seen  map[finding]bool
}

func run(pass *analysis.Pass) (any, error) {
	c := &checker{pass: pass, types: newKnownTypes(), used: usedTypes{}, seen: map[finding]bool{}}
	c.exportConstants()
	c.collectTables()
	c.exportTables()
	if isGORMs(pass.Pkg.Path()) || !c.mayMatter() {
		return nil, nil
	}
	c.findOrigins()
	for _, file := range c.files() {
		w := &walker{checker: c, file: file}
		w.walk()
	}
	c.declarations()
	c.report()
	return nil, nil
}

// isGORMs tells if a package is of GORM itself, or of its drivers and plugins.
func isGORMs(path string) bool { return strings.HasPrefix(path, "gorm.io/") }

// mayMatter tells if there can be something to find: a package that imports neither GORM
// nor a model has none.
func (c *checker) mayMatter() bool {
	if len(c.tables) > 0 {
		return true
	}
	for _, imported := range c.pass.Pkg.Imports() {
		if path := imported.Path(); isGORMs(path) || path == libraryPath {
			return true
		}
	}
	return false
}

// files are those that people write.
func (c *checker) files() []*ast.File {
	var files []*ast.File
	for _, file := range c.pass.Files {
		if !ast.IsGenerated(file) {
			files = append(files, file)
		}
	}
	return files
}

// fileOf is the file of a position.
func (c *checker) fileOf(pos token.Pos) *ast.File {
	for _, file := range c.pass.Files {
		if file.FileStart <= pos && pos < file.FileEnd {
			return file
		}
	}
	return nil
}

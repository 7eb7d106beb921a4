package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
)

const library = "github.com/gorm-softdelete/softdelete"

// known are the packages whose names blocks use without importing them.
var known = map[string]string{
	"bytes": "bytes", "context": "context", "embed": "embed", "errors": "errors", "flag": "flag", "fmt": "fmt", "io": "io", "json": "encoding/json", "log": "log",
	"os": "os", "sql": "database/sql", "slices": "slices", "slog": "log/slog", "strconv": "strconv", "strings": "strings", "sync": "sync", "testing": "testing",
	"time": "time", "http": "net/http", "httptest": "net/http/httptest", "httputil": "net/http/httputil", "url": "net/url", "signal": "os/signal", "maps": "maps", "filepath": "path/filepath",
	"uuid": "github.com/google/uuid", "require": "github.com/stretchr/testify/require",
	"gorm": "gorm.io/gorm", "clause": "gorm.io/gorm/clause", "logger": "gorm.io/gorm/logger", "schema": "gorm.io/gorm/schema", "soft_delete": "gorm.io/plugin/soft_delete",
	"sqlite": "github.com/glebarez/sqlite", "postgres": "gorm.io/driver/postgres", "mysql": "gorm.io/driver/mysql",
	"softdelete": library, "trashui": library + "/trashui", "trashcmd": library + "/trashcmd",
	"page": library + "/tests/docs/page",
}

// used are the imports of a text: those that its blocks bring along, and those that are known by the names that it uses. Each has its name.
func used(text string, brought map[string]string) map[string]string {
	imports := map[string]string{"context": "", "gorm.io/gorm": "", library + "/tests/docs/page": ""}
	names := map[string]bool{"context": true, "gorm": true, "page": true}
	for at, as := range brought {
		imports[at] = as
		name := as
		if name == "" {
			name = path.Base(at)
		}
		names[name] = true
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text, parser.SkipObjectResolution)
	if err != nil {
		return imports // told by whoever formats it
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if of, ok := selector.X.(*ast.Ident); ok && known[of.Name] != "" && !names[of.Name] && ast.IsExported(selector.Sel.Name) {
				names[of.Name] = true
				imports[known[of.Name]] = ""
				if path.Base(known[of.Name]) != of.Name {
					imports[known[of.Name]] = of.Name
				}
			}
		}
		return true
	})
	return imports
}

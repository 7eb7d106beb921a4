package softdeletevet

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strconv"

	"golang.org/x/tools/go/analysis"
)

// imported is by what name the library is called at a position, with the edit that imports it
// where that is missing. The name is empty where it means something else there.
func (c *checker) imported(pos token.Pos) (name string, edits []analysis.TextEdit) {
	file := c.fileOf(pos)
	if file == nil {
		return "", nil
	}
	const usual = "softdelete"
	if name, ok := c.importName(file, libraryPath); ok {
		if c.isPackage(name, pos) {
			return name, nil
		}
		return "", nil
	}
	if scope := c.pass.Pkg.Scope().Innermost(pos); scope == nil {
		return "", nil
	} else if _, obj := scope.LookupParent(usual, pos); obj != nil {
		return "", nil
	}
	return usual, []analysis.TextEdit{importEdit(file)}
}

// isPackage tells if a name is that of an imported package at a position, and nothing else.
func (c *checker) isPackage(name string, pos token.Pos) bool {
	scope := c.pass.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(name, pos)
	_, ok := obj.(*types.PkgName)
	return ok
}

// importName is by what name a file imports a package.
func (c *checker) importName(file *ast.File, of string) (string, bool) {
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		switch {
		case err != nil || imported != of:
		case spec.Name == nil:
			if name := c.pass.TypesInfo.PkgNameOf(spec); name != nil {
				return name.Name(), true
			}
			return path.Base(of), true
		case spec.Name.Name != "_" && spec.Name.Name != ".":
			return spec.Name.Name, true
		}
	}
	return "", false
}

// importEdit adds the import of the library to a file.
func importEdit(file *ast.File) analysis.TextEdit {
	quoted := strconv.Quote(libraryPath)
	if len(file.Decls) > 0 {
		decl, ok := file.Decls[0].(*ast.GenDecl)
		switch {
		case !ok || decl.Tok != token.IMPORT:
		case decl.Rparen.IsValid():
			return analysis.TextEdit{Pos: decl.Rparen, End: decl.Rparen, NewText: []byte("\n\t" + quoted + "\n")}
		default:
			return analysis.TextEdit{Pos: decl.End(), End: decl.End(), NewText: []byte("\nimport " + quoted)}
		}
	}
	return analysis.TextEdit{Pos: file.Name.End(), End: file.Name.End(), NewText: []byte("\n\nimport " + quoted)}
}

// typeName is how a file writes the name of a model's type; empty if it can't.
func (c *checker) typeName(pos token.Pos, pkg, name string) string {
	if pkg == c.pass.Pkg.Path() {
		scope := c.pass.Pkg.Scope().Innermost(pos)
		if scope == nil {
			return ""
		}
		if in, obj := scope.LookupParent(name, pos); obj == nil || in != c.pass.Pkg.Scope() {
			return ""
		}
		return name
	}
	file := c.fileOf(pos)
	if file == nil || !ast.IsExported(name) {
		return ""
	}
	if by, ok := c.importName(file, pkg); ok && c.isPackage(by, pos) {
		return by + "." + name
	}
	return ""
}

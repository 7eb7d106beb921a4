package softdelete_test

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocComments says of what pkg.go.dev shows, the doc comments of what is exported, fields too, that no sentence is long, and that
// links lead somewhere.
func TestDocComments(t *testing.T) {
	t.Parallel()
	const most = 30
	total := 0
	for _, dir := range []string{".", "trashui", "trashcmd"} {
		pkg, texts := docComments(t, dir)
		for _, page := range pkg.Parser().Parse(pkg.Doc).Links {
			_, path, _ := strings.Cut(page.URL, "/blob/main/")
			require.FileExists(t, path, page.URL)
		}
		for name, text := range texts {
			for _, sentence := range sentences(pkg, text) {
				total++
				if link := unlinked.FindString(sentence); link != "" {
					t.Errorf("%s: %s: a link that leads nowhere: %s", dir, name, link)
				}
				if n := len(strings.Fields(sentence)); n > most {
					t.Errorf("%s: %s: a sentence of %d words: %s", dir, name, n, sentence)
				}
			}
		}
	}
	t.Logf("%d sentences, none of more than %d words", total, most)
	require.Greater(t, total, 500, "the comments are read")
}

// docComments are the doc comments of a package by what they stand at.
func docComments(t *testing.T, dir string) (*doc.Package, map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, path := range files {
		if !strings.HasSuffix(path, "_test.go") {
			file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
			require.NoError(t, err)
			parsed = append(parsed, file)
		}
	}
	// doc.NewFromFiles leaves out what is not exported.
	pkg, err := doc.NewFromFiles(set, parsed, "example.org/"+dir)
	require.NoError(t, err)
	texts := map[string]string{"package": pkg.Doc}
	values := func(list []*doc.Value) {
		for _, value := range list {
			texts[value.Names[0]] = value.Doc
			fieldComments(value.Decl, value.Names[0], texts)
		}
	}
	funcs := func(of string, list []*doc.Func) {
		for _, f := range list {
			texts[of+f.Name] = f.Doc
		}
	}
	values(pkg.Consts)
	values(pkg.Vars)
	funcs("", pkg.Funcs)
	for _, typ := range pkg.Types {
		texts[typ.Name] = typ.Doc
		fieldComments(typ.Decl, typ.Name, texts)
		values(typ.Consts)
		values(typ.Vars)
		funcs("", typ.Funcs)
		funcs(typ.Name+".", typ.Methods)
	}
	return pkg, texts
}

// fieldComments adds what stands within a declaration: at fields, at variables of a group.
func fieldComments(decl ast.Node, name string, texts map[string]string) {
	ast.Inspect(decl, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Field:
			if len(node.Names) > 0 {
				texts[name+"."+node.Names[0].Name] = node.Doc.Text() + "\n" + node.Comment.Text()
			}
		case *ast.ValueSpec:
			texts[name+": "+node.Names[0].Name] = node.Doc.Text() + "\n" + node.Comment.Text()
		}
		return true
	})
}

// unlinked is what was to be a link, of which there is no symbol.
var unlinked = regexp.MustCompile(`\[\*?[A-Za-z]\w+(\.\w+)*\]`)

// sentenceEnd is where a sentence ends: before what can begin another one.
var sentenceEnd = regexp.MustCompile(`([.!?]["'”’)]*)\s+([\p{Lu}\p{N}("“‘'[])`)

// sentences are those of a doc comment, without its code.
func sentences(pkg *doc.Package, text string) []string {
	var list []string
	for _, block := range pkg.Parser().Parse(text).Content {
		var paragraphs []comment.Block
		switch block := block.(type) {
		case *comment.Paragraph:
			paragraphs = append(paragraphs, block)
		case *comment.List:
			for _, item := range block.Items {
				paragraphs = append(paragraphs, item.Content...)
			}
		}
		for _, paragraph := range paragraphs {
			plain := string(new(comment.Printer).Text(&comment.Doc{Content: []comment.Block{paragraph}}))
			plain = strings.Join(strings.Fields(plain), " ")
			list = append(list, strings.Split(sentenceEnd.ReplaceAllString(plain, "$1\n$2"), "\n")...)
		}
	}
	return list
}

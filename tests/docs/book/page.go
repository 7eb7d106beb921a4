// Package book reads the Markdown of the docs: what stands in it as code, as links and as sentences.
package book

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Page is a file of the docs.
type Page struct {
	// Path is the file's, from the root of the repository.
	Path string
	// Sections begin at headings. The first one is what stands above all headings but the title.
	Sections []*Section
	// Links are where the page leads to, as they are written.
	Links []Link
	// Anchors are the names of its headings that a link can have behind its #.
	Anchors map[string]bool
	// Sentences are those of its text, without code.
	Sentences []Sentence
	// Indented are the lines of code that is indented and not in a fence, of which no test knows the language.
	Indented []int
}

// Section is what stands below a heading, down to the next one.
type Section struct {
	// Heading is its text, empty above the first one.
	Heading string
	Line    int
	Blocks  []*Block
	Rows    []*Row
}

// Block is a fence.
type Block struct {
	// Language is the first word behind the fence, and Mark the rest.
	Language, Mark string
	Text           string
	// Line is that of the first line of the text.
	Line int
}

// Row is one of a table of calls and the SQL that they send.
type Row struct {
	Line int
	// Calls and SQL are the code of its first two cells.
	Calls, SQL []string
	// Database is the one that sends the SQL, if the header names one: PostgreSQL.
	Database string
}

// Link is one to another place.
type Link struct {
	To   string
	Line int
}

// Name is the page's, as a Go package may be called: gettingstarted of docs/getting-started.md.
func (p *Page) Name() string {
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(p.Path), ".md"))
	name = strings.NewReplacer("-", "", "_", "").Replace(name)
	if dir := filepath.Dir(p.Path); name == "readme" && dir != "." {
		name = strings.ReplaceAll(filepath.ToSlash(dir), "/", "") + name
	}
	return name
}

// Read reads a page of the repository at root.
func Read(root, path string) (*Page, error) {
	source, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return nil, err
	}
	r := &reader{source: source, page: &Page{Path: path, Anchors: map[string]bool{}, Sections: []*Section{{}}}}
	root1 := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	if err := ast.Walk(root1, r.visit); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r.page, nil
}

type reader struct {
	source []byte
	page   *Page
}

// visit takes what a node has for the page.
func (r *reader) visit(node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	switch node := node.(type) {
	case *ast.Heading:
		r.heading(node)
	case *ast.FencedCodeBlock:
		r.fence(node)
	case *ast.CodeBlock:
		r.page.Indented = append(r.page.Indented, r.line(node))
	case *east.Table:
		r.table(node)
	case *ast.Link:
		r.page.Links = append(r.page.Links, Link{string(node.Destination), r.line(node)})
	case *ast.Image:
		r.page.Links = append(r.page.Links, Link{string(node.Destination), r.line(node)})
	case *ast.HTMLBlock:
		r.html(node.Lines())
	case *ast.RawHTML:
		r.html(node.Segments)
	}
	if isText(node) {
		r.sentences(node)
	}
	return ast.WalkContinue, nil
}

// leads is where HTML leads to.
var leads = regexp.MustCompile(`\b(?:href|src|srcset)="([^"]*)"`)

func (r *reader) html(lines *text.Segments) {
	for i := range lines.Len() {
		line := lines.At(i)
		for _, found := range leads.FindAllSubmatch(line.Value(r.source), -1) {
			r.page.Links = append(r.page.Links, Link{string(found[1]), r.lineAt(line.Start)})
		}
	}
}

func (r *reader) heading(node *ast.Heading) {
	title := r.plain(node)
	r.page.Anchors[r.free(anchor(title))] = true
	if node.Level > 1 {
		r.page.Sections = append(r.page.Sections, &Section{Heading: title, Line: r.line(node)})
	}
}

// free is the anchor of a heading whose text may have stood above.
func (r *reader) free(name string) string {
	for n, as := 1, name; ; n++ {
		if !r.page.Anchors[as] {
			return as
		}
		as = fmt.Sprintf("%s-%d", name, n)
	}
}

// section is the one that is being read.
func (r *reader) section() *Section { return r.page.Sections[len(r.page.Sections)-1] }

func (r *reader) fence(node *ast.FencedCodeBlock) {
	block := &Block{Line: r.line(node)}
	if node.Info != nil {
		block.Language, block.Mark, _ = strings.Cut(string(node.Info.Segment.Value(r.source)), " ")
	}
	lines := node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		block.Text += string(line.Value(r.source))
	}
	r.section().Blocks = append(r.section().Blocks, block)
}

// table takes the rows of one that has a column of calls, and one of SQL, or SQL on PostgreSQL, behind it.
func (r *reader) table(node *east.Table) {
	header := node.FirstChild()
	at := 0
	for cell := header.FirstChild(); cell != nil && !strings.EqualFold(r.plain(cell), "call"); cell = cell.NextSibling() {
		at++
	}
	cell := cellAt(header, at+1)
	if cell == nil {
		return
	}
	sql, database, _ := strings.Cut(r.plain(cell), " on ")
	if sql != "SQL" {
		return
	}
	for row := header.NextSibling(); row != nil; row = row.NextSibling() {
		calls := cellAt(row, at)
		r.section().Rows = append(r.section().Rows, &Row{Line: r.line(row), Calls: r.spans(calls), SQL: r.spans(calls.NextSibling()), Database: database})
	}
}

// cellAt is a cell of a row, or nil.
func cellAt(row ast.Node, at int) ast.Node {
	cell := row.FirstChild()
	for ; cell != nil && at > 0; at-- {
		cell = cell.NextSibling()
	}
	return cell
}

// spans are the pieces of code in a text.
func (r *reader) spans(node ast.Node) (spans []string) {
	_ = ast.Walk(node, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if span, ok := node.(*ast.CodeSpan); ok && entering {
			spans = append(spans, r.plain(span))
		}
		return ast.WalkContinue, nil
	})
	return spans
}

// plain is a node's text, as it is read.
func (r *reader) plain(node ast.Node) string {
	return strings.TrimSpace(r.text(node, func(span ast.Node) string { return r.text(span, nil) }))
}

// text is what stands in a node. Pieces of code in it are what code makes of them.
func (r *reader) text(node ast.Node, code func(span ast.Node) string) string {
	var b strings.Builder
	_ = ast.Walk(node, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.CodeSpan:
			if code != nil {
				b.WriteString(code(node))
				return ast.WalkSkipChildren, nil
			}
		case *ast.Text:
			b.Write(node.Segment.Value(r.source))
			if node.SoftLineBreak() || node.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(node.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// line is where a node stands, counted from one.
func (r *reader) line(node ast.Node) int {
	at := -1
	_ = ast.Walk(node, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch {
		case !entering:
			return ast.WalkContinue, nil
		case node.Type() == ast.TypeBlock && node.Lines() != nil && node.Lines().Len() > 0:
			at = node.Lines().At(0).Start
		default:
			if text, ok := node.(*ast.Text); ok {
				at = text.Segment.Start
			}
		}
		if at >= 0 {
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return r.lineAt(max(at, 0))
}

// lineAt is the line of a place in the text, counted from one.
func (r *reader) lineAt(at int) int { return 1 + bytes.Count(r.source[:at], []byte("\n")) }

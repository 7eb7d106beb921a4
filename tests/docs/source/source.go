// Package source makes Go of a page of the docs: its blocks, at the lines at which they stand there.
package source

import (
	"fmt"
	"go/format"
	"strconv"
	"strings"

	"github.com/gorm-softdelete/softdelete/tests/docs/book"
)

// Package is what a page is made of.
type Package struct {
	// Files are those of the page's package, by name.
	Files map[string]string
	// Programs are its blocks that are whole programs.
	Programs []Program
	// Count is what there was.
	Count Count
}

// Program is a block that is one, and what it prints. Nothing is said of that if Output is empty.
type Program struct {
	At, Text, Output string
}

// Main tells whether it is a program, and not a file of another package.
func (p Program) Main() bool { return strings.Contains("\n"+p.Text, "\npackage main\n") }

// Count is how many blocks were found, by what becomes of them.
type Count struct {
	Programs, Declared, Run, Compiled int
	// Held are blocks of Go that other tests compile and run, SentHeld those of SQL behind them, which those tests look at.
	Held, SentHeld      int
	Sent, SQLRun, Calls int
	// Printed are blocks of text that a block of Go has to print, Shown blocks of any other language that nothing runs.
	Printed, Shown int
}

// Add adds another one's.
func (c *Count) Add(of Count) {
	c.Programs += of.Programs
	c.Declared += of.Declared
	c.Run += of.Run
	c.Compiled += of.Compiled
	c.Held += of.Held
	c.SentHeld += of.SentHeld
	c.Sent += of.Sent
	c.SQLRun += of.SQLRun
	c.Calls += of.Calls
	c.Printed += of.Printed
	c.Shown += of.Shown
}

// Go is how many blocks of Go there are.
func (c Count) Go() int { return c.Programs + c.Declared + c.Run + c.Compiled + c.Held }

// SQL is how many of SQL there are.
func (c Count) SQL() int { return c.Sent + c.SQLRun + c.SentHeld }

// shown are the languages of blocks that are only shown.
var shown = map[string]bool{
	"console": true, "sh": true, "json": true, "yaml": true, "hcl": true, "ini": true, "html": true, "toml": true,
	"python": true, "php": true, "ts": true, "diff": true, "prisma": true, "js": true,
}

// maker makes a page's package.
type maker struct {
	page *book.Page
	held map[string]bool
	out  Package
	// imports are those that blocks of declarations bring along, by path, with their names where they have one.
	imports map[string]string
	// declared are the names that the page has declared for the whole package.
	declared map[string]bool
	// decls, funcs and table are the package's text.
	decls, funcs, table strings.Builder
	functions           int
}

// Of makes the package of a page. world tells whether there is a World of it, and held has the blocks that other tests run.
func Of(page *book.Page, world bool, held map[string]bool) (Package, error) {
	m := &maker{page: page, held: held, imports: map[string]string{}, declared: map[string]bool{}, out: Package{Files: map[string]string{}}}
	for _, section := range page.Sections {
		if err := m.section(section); err != nil {
			return Package{}, err
		}
		for _, row := range section.Rows {
			if err := m.row(section, row); err != nil {
				return Package{}, err
			}
		}
	}
	name := page.Name()
	text := fmt.Sprintf("//go:build docs\n\npackage %s\n\nimport (\n", name)
	body := m.decls.String() + m.funcs.String()
	for path, as := range used(body, m.imports) {
		text += fmt.Sprintf("\t%s %q\n", as, path)
	}
	text += fmt.Sprintf(")\n\nvar (\n\t_ context.Context\n\t_ *gorm.DB\n)\n%s\n\nvar Sections = []page.Section{\n%s}\n", body, m.table.String())
	if !world {
		text += "\nvar World = page.World{}\n"
	}
	if _, err := format.Source([]byte(text)); err != nil {
		return Package{}, fmt.Errorf("%s: %w", page.Path, err)
	}
	m.out.Files["blocks.go"] = text
	return m.out, nil
}

// at is a place of the page.
func (m *maker) at(line int) string { return m.page.Path + ":" + strconv.Itoa(line) }

// lineOf says where the next line comes from.
func (m *maker) lineOf(block *book.Block) string { return "\n//line " + m.at(block.Line) + "\n" }

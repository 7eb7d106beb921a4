package source

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/gorm-softdelete/softdelete/tests/docs/book"
)

// section makes a function of the blocks of a section, and declarations of those that are some.
func (m *maker) section(section *book.Section) error {
	var run, all body
	var blocks strings.Builder
	ran, compiled := 0, 0
	is := map[int]fate{}
	for i, block := range section.Blocks {
		switch {
		case block.Language == "sql" && block.Mark == "run":
			m.out.Count.SQLRun++
			ran++
			fmt.Fprintf(&blocks, "\t\t{At: %q, SQL: %q},\n", m.at(block.Line), block.Text)
			run.open("run.Block()\nif err := run.SQL(); err != nil { return err }\nrun.Done()\n", "")
		case block.Language == "sql" || block.Language == "text":
			if err := m.behind(section.Blocks, i, is); err != nil {
				return err
			}
		case shown[block.Language]:
			m.out.Count.Shown++
		case block.Language != "go":
			return fmt.Errorf("%s: a fence of %q, of which no test knows", m.at(block.Line), block.Language)
		case m.held[strings.TrimSpace(block.Text)] && textBehind(section.Blocks, i) < 0:
			m.out.Count.Held++
			is[i] = isHeld
		case strings.HasPrefix(strings.TrimSpace(block.Text), "package ") || strings.HasPrefix(block.Text, "//") && strings.Contains(block.Text, "\npackage "):
			m.out.Count.Programs++
			program := Program{m.at(block.Line), block.Text, printed(section.Blocks, i)}
			m.out.Programs = append(m.out.Programs, program)
			if program.Main() {
				is[i] = isProgram
			}
		default:
			text, names, kind, err := m.read(block)
			if err != nil {
				return err
			}
			switch {
			case kind == declarations:
				m.out.Count.Declared++
				if m.taken(names) {
					run.open(m.lineOf(block)+text, "")
					all.open(m.lineOf(block)+text, "")
					continue
				}
				m.decls.WriteString(m.lineOf(block) + text + "\n")
			case block.Mark == "compile":
				m.out.Count.Compiled++
				compiled++
				all.open(m.lineOf(block)+text, ignored(names))
			case block.Mark == "":
				m.out.Count.Run++
				ran++
				is[i] = isRun
				fmt.Fprintf(&blocks, "\t\t{At: %q, Go: %q, Returns: %t, Printed: %q, Sent: []page.Sent{%s}},\n", m.at(block.Line), block.Text, kind == returning, printed(section.Blocks, i), m.sent(section.Blocks, i))
				run.open("run.Block()"+m.lineOf(block)+text, after(names, kind))
				all.open(m.lineOf(block)+text, ignored(names))
			default:
				return fmt.Errorf("%s: a fence marked %q; there are none, compile and run", m.at(block.Line), block.Mark)
			}
		}
	}
	if compiled > 0 {
		fmt.Fprintf(&m.funcs, "\nfunc _(ctx context.Context, db *gorm.DB) error {\n%s}\n", all.close())
	}
	if ran > 0 {
		m.add(section.Heading, section.Line, blocks.String(), run.close())
	}
	return nil
}

// add adds a section that is run.
func (m *maker) add(heading string, line int, blocks, body string) {
	m.functions++
	fmt.Fprintf(&m.funcs, "\nfunc section%d(ctx context.Context, db *gorm.DB, run *page.Run) error {\n%s}\n", m.functions, body)
	fmt.Fprintf(&m.table, "\t{Heading: %q, At: %q, Run: section%d, Blocks: []page.Block{\n%s\t}},\n", heading, m.at(line), m.functions, blocks)
}

// row makes a section of the calls of a table's row.
func (m *maker) row(section *book.Section, row *book.Row) error {
	block := &book.Block{Text: strings.Join(row.Calls, "\n"), Line: row.Line}
	text, names, kind, err := m.read(block)
	if err != nil {
		return err
	}
	if kind == declarations || len(row.SQL) == 0 {
		return fmt.Errorf("%s: a row of calls has statements of Go and the SQL that they send, both in backticks", m.at(row.Line))
	}
	m.out.Count.Calls++
	sql := strings.Join(row.SQL, "\n\n")
	if row.Database != "" {
		sql = "-- " + row.Database + "\n" + sql
	}
	var run body
	run.open("run.Block()"+m.lineOf(block)+text, after(names, kind))
	blocks := fmt.Sprintf("\t\t{At: %q, Go: %q, Sent: []page.Sent{{At: %[1]q, SQL: %[3]q}}},\n", m.at(row.Line), block.Text, sql)
	m.add(section.Heading, row.Line, blocks, run.close())
	return nil
}

// body is the body of a function in which each block sees what those before it have declared, and may declare it anew.
type body struct {
	text  strings.Builder
	depth int
}

func (b *body) open(text, rest string) {
	b.text.WriteString("{\n" + text + "\n" + rest)
	b.depth++
}

func (b *body) close() string {
	return b.text.String() + strings.Repeat("}\n", b.depth) + "return nil\n"
}

// kind is what a block of Go is.
type kind int

const (
	statementsOnly kind = iota
	// returning are statements of which the last one returns.
	returning
	declarations
)

// read reads a block: its text without imports, the names that it declares, and what it is.
func (m *maker) read(block *book.Block) (text string, names []string, is kind, err error) {
	fset := token.NewFileSet()
	const head = "package p;"
	if file, err := parser.ParseFile(fset, "", head+block.Text, parser.SkipObjectResolution|parser.ParseComments); err == nil && len(file.Decls) > 0 {
		text, names = m.declare(fset, file, head+block.Text)
		return strings.TrimPrefix(text, head), names, declarations, nil
	}
	const open = "package p;func _() {"
	file, err := parser.ParseFile(fset, "", open+block.Text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return "", nil, 0, fmt.Errorf("%s: neither declarations nor statements: %w", m.at(block.Line), err)
	}
	for _, statement := range file.Decls[0].(*ast.FuncDecl).Body.List {
		names = append(names, defined(statement)...)
		_, last := statement.(*ast.ReturnStmt)
		if is = statementsOnly; last {
			is = returning
		}
	}
	return block.Text, names, is, nil
}

// declare takes the imports out of a file of declarations, and lists what it declares.
func (m *maker) declare(fset *token.FileSet, file *ast.File, text string) (string, []string) {
	var names []string
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				names = append(names, decl.Name.Name)
			}
		case *ast.GenDecl:
			if decl.Tok == token.IMPORT {
				from, to := fset.Position(decl.Pos()).Offset, fset.Position(decl.End()).Offset
				text = text[:from] + strings.Repeat("\n", strings.Count(text[from:to], "\n")) + text[to:]
				continue
			}
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name.Name)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		m.imports[path] = ""
		if spec.Name != nil {
			m.imports[path] = spec.Name.Name
		}
	}
	return text, names
}

// taken tells whether the page has declared one of these names before, and notes them.
func (m *maker) taken(names []string) (taken bool) {
	for _, name := range names {
		taken = taken || m.declared[name] && name != "_"
	}
	for _, name := range names {
		m.declared[name] = m.declared[name] || !taken
	}
	return taken
}

// defined are the names that a statement gives to what it declares.
func defined(statement ast.Stmt) (names []string) {
	switch statement := statement.(type) {
	case *ast.AssignStmt:
		if statement.Tok == token.DEFINE {
			for _, left := range statement.Lhs {
				if name, ok := left.(*ast.Ident); ok {
					names = append(names, name.Name)
				}
			}
		}
	case *ast.DeclStmt:
		if decl, ok := statement.Decl.(*ast.GenDecl); ok && decl.Tok == token.VAR {
			for _, spec := range decl.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

// ignored uses names, as a block of the docs need not.
func ignored(names []string) (text string) {
	for _, name := range names {
		if name != "_" {
			text += "_ = " + name + "\n"
		}
	}
	return text
}

// after uses names behind a block that is run: an error among them has to be one of which the block tells. It says that the block has
// come to its end, if that is not to return.
func after(names []string, is kind) (text string) {
	if slices.Contains(names, "err") {
		text = "run.Err(err)\n"
	}
	if is != returning {
		text += "run.Done()\n"
	}
	return ignored(names) + text
}

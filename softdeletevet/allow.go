package softdeletevet

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

const allowPrefix = "//softdelete:allow"

var code = regexp.MustCompile(`^SD\d{3}$`)

// allowance is a comment that says that something is meant.
type allowance struct {
	comment *ast.Comment
	line    line
	codes   []string
	used    map[string]bool
}

type line struct {
	file string
	no   int
}

type allowances []*allowance

func (c *checker) allowances() allowances {
	var list allowances
	for _, file := range c.files() {
		for _, group := range file.Comments {
			for _, comment := range group.List {
				rest, ok := strings.CutPrefix(comment.Text, allowPrefix)
				if ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
					list = append(list, &allowance{comment, c.lineOf(comment.Pos()), codesOf(rest), map[string]bool{}})
				}
			}
		}
	}
	return list
}

// codesOf are those at the beginning of a text, parted by commas or blanks.
func codesOf(text string) (codes []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == ':' }) {
		if !code.MatchString(word) {
			break
		}
		codes = append(codes, word)
	}
	return codes
}

func (c *checker) lineOf(pos token.Pos) line {
	at := c.pass.Fset.Position(pos)
	return line{at.Filename, at.Line}
}

// covers tells if a comment stands on the line of a finding or above it. A finding that is a
// line of a longer statement is covered by what stands above the statement, or on its first
// or last line, too.
func (list allowances) covers(c *checker, f finding) bool {
	at := c.lineOf(f.pos)
	lines := []line{at, {at.file, at.no - 1}}
	from, to := c.statementAt(f.pos)
	if first := c.lineOf(from); first.no < at.no {
		lines = append(lines, first, line{first.file, first.no - 1})
	}
	lines = append(lines, c.lineOf(to))
	lines = append(lines, c.commentLines(f.pos)...)
	covered := false
	for _, a := range list {
		if slices.Contains(lines, a.line) && slices.Contains(a.codes, f.code) {
			a.used[f.code], covered = true, true
		}
	}
	return covered
}

// commentLines are those of the comment that a finding is in: a directive is the last of them.
func (c *checker) commentLines(pos token.Pos) (lines []line) {
	file := c.fileOf(pos)
	if file == nil {
		return nil
	}
	for _, group := range file.Comments {
		if group.Pos() <= pos && pos < group.End() {
			for _, comment := range group.List {
				lines = append(lines, c.lineOf(comment.Pos()))
			}
		}
	}
	return lines
}

// statementAt is where the innermost simple statement begins and ends that a position is in.
// Of one with a block it is the position itself that counts as the end.
func (c *checker) statementAt(pos token.Pos) (from, to token.Pos) {
	from, to = pos, pos
	file := c.fileOf(pos)
	if file == nil {
		return from, to
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil || pos < n.Pos() || n.End() <= pos {
			return false
		}
		switch n.(type) {
		case *ast.BlockStmt, *ast.FuncDecl, *ast.FuncLit, *ast.TypeSpec, *ast.GenDecl, *ast.Field:
			from, to = pos, pos
		case *ast.AssignStmt, *ast.ExprStmt, *ast.ReturnStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt, *ast.ValueSpec:
			from, to = n.Pos(), n.End()
		case *ast.IfStmt, *ast.SwitchStmt, *ast.RangeStmt:
			from, to = n.Pos(), pos
		}
		return true
	})
	return from, to
}

// reportIdle tells of comments that allow nothing.
func (list allowances) reportIdle(c *checker) {
	for _, a := range list {
		if len(a.codes) == 0 {
			c.pass.Report(analysis.Diagnostic{
				Pos: a.comment.Pos(), End: a.comment.End(), Category: "SD000", URL: page,
				Message: "SD000: " + allowPrefix + " names no code: write //softdelete:allow SD003 and why",
			})
		}
		for _, code := range a.codes {
			if !a.used[code] {
				c.pass.Report(analysis.Diagnostic{
					Pos: a.comment.Pos(), End: a.comment.End(), Category: code, URL: page,
					Message: code + ": this comment allows nothing here: remove " + code + " from it",
				})
			}
		}
	}
}

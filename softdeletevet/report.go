package softdeletevet

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// finding is what a rule has found.
type finding struct {
	pos, end token.Pos
	code     string
	text     string
	fix      *fix
}

// fix is what to write instead.
type fix struct {
	says  string
	edits []analysis.TextEdit
}

// add takes a finding, once.
func (c *checker) add(at ast.Node, code string, fixed *fix, text string, args ...any) {
	f := finding{pos: at.Pos(), end: at.End(), code: code, text: fmt.Sprintf(text, args...)}
	if c.seen[f] {
		return
	}
	c.seen[f] = true
	if fixed != nil && c.keepsComments(fixed) {
		f.fix = fixed
	}
	c.found = append(c.found, f)
}

// retract takes back what was found at a place.
func (c *checker) retract(code string, at ast.Node) {
	c.found = slices.DeleteFunc(c.found, func(f finding) bool { return f.code == code && f.pos == at.Pos() && f.end == at.End() })
}

// report tells of what has been found and is not allowed, and of comments that allow
// nothing.
func (c *checker) report() {
	slices.SortStableFunc(c.found, func(a, b finding) int { return int(a.pos - b.pos) })
	allowed := c.allowances()
	for _, f := range c.found {
		if allowed.covers(c, f) {
			continue
		}
		d := analysis.Diagnostic{Pos: f.pos, End: f.end, Category: f.code, Message: f.code + ": " + f.text, URL: page}
		if f.fix != nil {
			d.SuggestedFixes = []analysis.SuggestedFix{{Message: f.fix.says, TextEdits: f.fix.edits}}
		}
		c.pass.Report(d)
	}
	allowed.reportIdle(c)
}

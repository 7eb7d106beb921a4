package book

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// Sentence is one of a page's text. A piece of code in it is one word.
type Sentence struct {
	Text  string
	Words int
	Line  int
}

// isText tells whether a node is a text of its own: a paragraph, a heading, what stands behind a bullet, a cell.
func isText(node ast.Node) bool {
	switch node.(type) {
	case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *east.TableCell:
		return true
	}
	return false
}

// end is where a sentence ends: before what can begin another one.
var end = regexp.MustCompile(`([.!?]["'”’)]*)\s+([\p{Lu}\p{N}("“‘'¤])`)

// sentences takes those of a text.
func (r *reader) sentences(node ast.Node) {
	line := r.line(node)
	words := end.ReplaceAllString(r.words(node), "$1\n$2")
	for sentence := range strings.SplitSeq(words, "\n") {
		if sentence = strings.TrimSpace(sentence); sentence != "" {
			r.page.Sentences = append(r.page.Sentences, Sentence{sentence, len(strings.Fields(sentence)), line})
		}
	}
}

// words is a text with each piece of code as one word.
func (r *reader) words(node ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(node, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch node := node.(type) {
		case *ast.CodeSpan:
			if entering {
				b.WriteString("¤" + strings.Join(strings.Fields(r.plain(node)), "_"))
			}
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if entering {
				b.Write(node.Segment.Value(r.source))
				if node.SoftLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				b.Write(node.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

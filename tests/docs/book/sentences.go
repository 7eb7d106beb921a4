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
	return r.text(node, func(span ast.Node) string { return "¤" + strings.Join(strings.Fields(r.plain(span)), "_") })
}

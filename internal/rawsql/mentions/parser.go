package mentions

import (
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// parser goes through the tokens of a text, once.
type parser struct {
	text   *Text
	driver string

	all   []token
	at    int
	depth int
}

// deepest is how many queries and parentheses may stand within each other.
const deepest = 200

type token struct {
	rawsql.Token

	key string // a word in upper case, or a sign. Empty for what is in quotes, and for values.
}

// tokens takes a text apart. Comments are left out.
func (p *parser) tokens(sql string) {
	tokens, whole := rawsql.Tokens(p.driver, sql)
	p.text.Gaps = !whole
	p.all = make([]token, 0, len(tokens))
	for _, t := range tokens {
		switch t.Kind {
		case rawsql.Comment:
			p.text.Meant = p.text.Meant || readsComment(t.Text)
			p.text.Gaps = p.text.Gaps || p.driver == "mysql" && isCode(t.Text)
			continue
		case rawsql.Word:
			p.all = append(p.all, token{t, strings.ToUpper(t.Text)})
		case rawsql.Sign:
			p.all = append(p.all, token{t, t.Text})
		default:
			p.all = append(p.all, token{t, ""})
		}
	}
	if !whole {
		p.all = nil // what cannot be read is left alone
	}
}

func (p *parser) done() bool { return p.at >= len(p.all) }

// key is the word or sign n tokens on, in upper case.
func (p *parser) key(n int) string {
	if i := p.at + n; i >= 0 && i < len(p.all) {
		return p.all[i].key
	}
	return ""
}

// is tells if one of some words stands here.
func (p *parser) is(keys ...string) bool {
	here := p.key(0)
	if here == "" {
		return false
	}
	for _, key := range keys {
		if here == key {
			return true
		}
	}
	return false
}

// take goes on behind one of some words, if it stands here.
func (p *parser) take(keys ...string) bool {
	if p.is(keys...) {
		p.at++
		return true
	}
	return false
}

// isName tells if a name may stand n tokens on.
func (p *parser) isName(n int) bool {
	if p.at+n >= len(p.all) {
		return false
	}
	kind := p.all[p.at+n].Kind
	return kind == rawsql.Word || kind == rawsql.Name
}

// isTable tells if the name of a table may stand there, where one is called for: SQLite
// takes a string for one, and MySQL what is in double quotes, as it is set.
func (p *parser) isTable(n int) bool {
	if p.at+n >= len(p.all) {
		return false
	}
	t := p.all[p.at+n]
	return p.isName(n) || t.Kind == rawsql.Text && (p.driver == "sqlite" && t.Text[0] == '\'' || p.driver == "mysql" && t.Text[0] == '"')
}

// skipTo goes on to a sign outside of all parentheses.
func (p *parser) skipTo(sign string) {
	depth := 0
	for ; !p.done(); p.at++ {
		switch key := p.key(0); {
		case key == sign && depth <= 0:
			return
		case key == "(":
			depth++
		case key == ")":
			depth--
		}
	}
}

// skipGroup goes on behind a group in parentheses in which nothing is of interest.
func (p *parser) skipGroup() {
	if !p.is("(") {
		return
	}
	depth := 0
	for ; !p.done(); p.at++ {
		switch p.key(0) {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				p.at++
				return
			}
		}
	}
}

// down tells if it may go one level deeper. Whoever asks goes up again.
func (p *parser) down() bool {
	if p.depth++; p.depth > deepest {
		p.text.Gaps = true
		p.at = len(p.all)
		return false
	}
	return true
}

func (p *parser) up() { p.depth-- }

package rawsql

import (
	"strings"
)

// Kind is what a token is.
type Kind int

// The kinds of tokens.
const (
	Word    Kind = iota // a name without quotes, or a keyword
	Name                // a name in quotes
	Text                // a string
	Number              // a number
	Value               // where a value is bound
	Comment             // a comment, hints too
	Sign                // anything else, a byte at a time
)

// Token is a piece of a text of SQL.
type Token struct {
	Kind Kind
	Text string
	At   int // its offset in the text
}

// Tokens takes a text of SQL apart, as the database does that a handle's driver has the
// name of. It tells if it could read all of it.
func Tokens(driver, sql string) (tokens []Token, whole bool) {
	l := lexiconNamed(driver)
	r := reader{sql: sql, lexicon: l, escapes: l.escapes}
	for r.at < len(sql) {
		start := r.at
		r.token()
		if r.at == start || r.problem == openQuote || r.problem == openComment {
			return tokens, false
		}
		if kind, any := kindOf(l, sql[start:r.at]); any {
			tokens = append(tokens, Token{kind, sql[start:r.at], start})
		}
	}
	return tokens, true
}

// token reads on by one, or by blanks.
func (r *reader) token() {
	c := r.sql[r.at]
	switch {
	case kinds[c] == letter:
		r.word()
	case kinds[c] == digit:
		r.number()
	case c == '$' && kinds[r.next(1)] == digit && !r.lexicon.variables:
		r.at++
		r.number()
	case kinds[c] == special && c != ';':
		r.special(c)
	default:
		r.at++
	}
}

// kindOf tells what a token is by how it begins. A blank is none.
func kindOf(l *lexicon, token string) (kind Kind, any bool) {
	c := token[0]
	switch {
	case kinds[c] == blank:
		return 0, false
	case c == '?' || c == '$' && len(token) > 1 && kinds[token[1]] == digit:
		return Value, true
	case c == '\'' || c == '$' && len(token) > 1 || kinds[c] == letter && strings.HasSuffix(token, "'"):
		return Text, true
	case c == '"' && l.escapes:
		return Text, true // MySQL's, unless it is set otherwise
	case c == '"', c == '`', c == '[' && l.brackets:
		return Name, true
	case kinds[c] == letter:
		return Word, true
	case kinds[c] == digit:
		return Number, true
	case len(token) > 1 && (c == '-' || c == '/' || c == '#'):
		return Comment, true
	default:
		return Sign, true
	}
}

// Package rawsql reads SQL that the caller has written: which of it could reach what
// stands beside it, such as the filter of trashed rows, and what holds it back.
//
// Nothing is parsed. A text is read by its strings, names, comments, parentheses and
// operators, as the database at hand reads these.
package rawsql

import (
	"strings"
)

// rawText is what a piece of SQL is, read by a database's rules: whether it stands
// on its own, so that parentheses around it hold it, and what it has outside of
// all parentheses and quotes.
type rawText struct {
	problem string // why it does not stand on its own, empty if it does
	depth   int    // how many parentheses it leaves open

	// quote is the quote that it leaves open.
	quote byte

	// comment: it ends in a comment that goes on to the end of the line.
	comment bool

	// loose: it has another clause, or an end that an AND behind it would belong
	// to.
	loose bool

	// or: it has an OR, an XOR or a ||, anywhere. alternative: it has one that is
	// an operator which binds less than AND, outside of parentheses.
	or, alternative bool

	// unsure: databases differ in how they read it.
	unsure bool

	// twofold: how it is read depends on whether a backslash escapes a quote.
	twofold bool

	// set: it has a UNION or the like.
	set bool

	// mark: it has a ? in quotes or in a comment.
	mark bool
}

// The problems of a text.
const (
	closesTooMuch   = "closes a parenthesis that it does not open"
	closesTooLittle = "opens a parenthesis that it does not close"
	openQuote       = "ends within quotes"
	openComment     = "ends within a comment"
	hasSemicolon    = "has a semicolon"
	hasNul          = "has a zero byte"
	hasOddText      = "has a comment or quotes that servers read in more than one way"
	hasSetOperator  = "has a UNION, INTERSECT or EXCEPT"
)

// what stands before a place in a text
const (
	nothingYet = iota
	anOperand
	anOperator
	aDot
	aDistinct
)

// reader reads a text. Without a lexicon it reads for any database, and stops
// where they differ.
type reader struct {
	rawText

	sql     string
	at      int
	lexicon *lexicon
	escapes bool // a backslash escapes a quote in a string

	before         int
	between, cases int // how many BETWEEN have no AND yet, CASE no END
}

// the kinds of bytes, outside of quotes
const (
	special  = 0
	blank    = 1
	operator = 2
	wordPart = 4 // a bit of the next two
	letter   = 4
	digit    = 5
)

var kinds = func() (table [256]uint8) {
	for c := range table {
		switch {
		case c >= 0x80 || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_':
			table[c] = letter
		case c >= '0' && c <= '9':
			table[c] = digit
		case c > 0 && c <= ' ':
			table[c] = blank
		}
	}
	for _, c := range "=<>!+*%&^~" {
		table[c] = operator
	}
	return table
}()

// closesQuote is a comment. Within a string it ends that, and what follows makes
// no sense to any database.
const closesQuote = "/*'*/"

// readText reads a text as a database does. Servers can be set to read a backslash
// in another way. To one that is, the text may end within quotes: then closes is
// what has to stand behind it, so that such a server refuses the statement.
func readText(sql string, l *lexicon) (as rawText, closes string) {
	as = readWith(sql, l, l.escapes)
	if !as.twofold {
		return as, ""
	}
	other := readWith(sql, l, !l.escapes)
	if as.problem != "" {
		as, other = other, as
	}
	as.mark = as.mark || other.mark
	switch {
	case as.problem != "":
	case other.problem == "":
		as.comment, as.set = as.comment || other.comment, as.set || other.set
		as.loose, as.alternative = as.loose || other.loose, as.alternative || other.alternative
	case other.quote == '\'':
		closes = closesQuote
	default:
		as.problem = hasOddText
	}
	return as, closes
}

func readWith(sql string, l *lexicon, escapes bool) rawText {
	r := reader{sql: sql, lexicon: l, escapes: escapes}
	if strings.IndexByte(sql, 0) >= 0 {
		r.problem = hasNul
		return r.rawText
	}
	r.read()
	r.finish()
	return r.rawText
}

func (r *reader) read() {
	for r.at < len(r.sql) && r.problem == "" && !r.unsure {
		c := r.sql[r.at]
		switch kinds[c] {
		case blank:
			r.at++
		case letter:
			r.word()
		case digit:
			r.number()
		case operator:
			r.before = anOperator
			r.at++
		default:
			r.special(c)
		}
	}
}

// finish says what is wrong with the end of a text.
func (r *reader) finish() {
	r.loose = r.loose || r.between > 0 || r.cases > 0 || r.before == anOperator || r.before == aDot || r.before == aDistinct
	switch {
	case r.problem != "":
	case r.depth > 0:
		r.problem = closesTooLittle
	}
}

// special reads what is no word, number or plain operator.
func (r *reader) special(c byte) {
	switch c {
	case '(':
		r.depth++
		r.step(1, anOperator)
	case ')':
		if r.depth--; r.depth < 0 {
			r.problem = closesTooMuch
		}
		r.step(1, anOperand)
	case '?':
		r.step(1, anOperand)
	case '\'', '"':
		r.quoted(c)
	case '`':
		if r.lexicon != nil && !r.lexicon.backticks {
			r.step(1, anOperator)
			return
		}
		r.quoted(c)
	case '.':
		r.dot()
	case '-', '/', '#':
		r.commentOr(c)
	case '|':
		r.pipe()
	case ';':
		r.problem = hasSemicolon
	default:
		r.rare(c)
	}
}

func (r *reader) step(n, before int) {
	r.at += n
	r.before = before
}

func (r *reader) next(n int) byte {
	if r.at+n < len(r.sql) {
		return r.sql[r.at+n]
	}
	return 0
}

func (r *reader) dot() {
	switch {
	case kinds[r.next(1)] == digit && r.before != anOperand:
		r.step(1, anOperator)
	case r.before == anOperand:
		r.step(1, aDot)
	default:
		r.step(1, anOperator)
	}
}

func (r *reader) pipe() {
	if r.next(1) != '|' {
		r.step(1, anOperator)
		return
	}
	r.or = true
	if r.lexicon != nil && r.lexicon.orPipes && r.depth == 0 {
		r.alternative = true
	}
	r.step(2, anOperator)
}

// rare reads what few conditions have, and of which databases make different
// things.
func (r *reader) rare(c byte) {
	switch {
	case r.lexicon == nil && c == ':' && r.next(1) == ':':
		r.step(2, anOperator)
	case r.lexicon == nil && c == ',' && r.depth > 0:
		r.step(1, anOperator)
	case r.lexicon == nil && c == '@' && kinds[r.next(1)] == operator:
		r.step(2, anOperator) // an operator of PostgreSQL's
	case r.lexicon == nil && (c != '@' || r.opensBehindWord()):
		r.unsure = true
	case c == ',' || c == ':' && r.next(1) == '=':
		r.loose = r.loose || r.depth == 0
		r.step(1, anOperator)
	case c == '[' && r.lexicon != nil && r.lexicon.brackets:
		r.bracketed()
	case c == ']' || c == '}':
		r.step(1, anOperand)
	case c == '$':
		r.dollar()
	case c == ':' && r.next(1) == ':':
		r.step(2, anOperator)
	default:
		r.variable()
	}
}

// variable reads a sign that can begin the name of a parameter.
func (r *reader) variable() {
	if r.lexicon != nil && r.lexicon.variables && r.opensBehindWord() {
		r.problem = hasOddText
	}
	r.step(1, anOperator)
}

// opensBehindWord tells if a word and a parenthesis stand behind a sign, with
// nothing between them.
func (r *reader) opensBehindWord() bool {
	i := r.at + 1
	for i < len(r.sql) && (isWordPart(r.sql[i]) || r.sql[i] == ':') {
		i++
	}
	return i > r.at+1 && i < len(r.sql) && r.sql[i] == '('
}

func isWordPart(c byte) bool {
	return kinds[c] == letter || kinds[c] == digit || c == '$'
}

func (r *reader) number() {
	i := r.at
	if r.sql[i] == '0' && r.next(1)|0x20 == 'x' {
		for i += 2; i < len(r.sql) && isHex(r.sql[i]); i++ {
		}
		r.step(i-r.at, anOperand)
		return
	}
	digits := func() {
		for i < len(r.sql) && kinds[r.sql[i]] == digit {
			i++
		}
	}
	digits()
	if i < len(r.sql) && r.sql[i] == '.' {
		i++
		digits()
	}
	if i+1 < len(r.sql) && r.sql[i]|0x20 == 'e' && (kinds[r.sql[i+1]] == digit || i+2 < len(r.sql) && (r.sql[i+1] == '-' || r.sql[i+1] == '+') && kinds[r.sql[i+2]] == digit) {
		i += 2
		digits()
	}
	r.step(i-r.at, anOperand)
}

func isHex(c byte) bool {
	return kinds[c] == digit || c|0x20 >= 'a' && c|0x20 <= 'f'
}

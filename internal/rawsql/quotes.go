package rawsql

import (
	"strings"
)

// quoted reads a string or a name in quotes.
func (r *reader) quoted(c byte) {
	if r.lexicon == nil {
		r.plainlyQuoted(c)
		return
	}
	defer r.passed(r.at)
	switch {
	case c == '\'':
		r.string(c, r.escapes, r.lexicon.fixedEscapes)
	case c == '"' && r.lexicon.escapes:
		// A string or a name, as the server is set.
		twofold := r.twofold
		r.twofold = false
		r.string(c, false, false)
		if r.twofold {
			r.problem = hasOddText
		}
		r.twofold = twofold
	default:
		r.string(c, false, true)
	}
	r.before = anOperand
}

// passed notes a ? in what has been read from a place on, which is no SQL.
func (r *reader) passed(from int) {
	r.mark = r.mark || strings.IndexByte(r.sql[from:min(r.at, len(r.sql))], '?') >= 0
}

// plainlyQuoted reads quotes in which all databases read the same.
func (r *reader) plainlyQuoted(c byte) {
	start := r.at + 1
	end := strings.IndexByte(r.sql[start:], c)
	if end < 0 {
		r.problem = openQuote
		return
	}
	inside := r.sql[start : start+end]
	for i := range len(inside) {
		switch {
		case inside[i] == '\\' || inside[i] == 0 || inside[i] == '?':
			r.unsure = true
		case c == '`' && !isWordPart(inside[i]):
			r.unsure = true
		}
	}
	r.or = r.or || hasOr(inside)
	r.step(end+2, anOperand)
}

// string reads quotes with a doubled quote in them, or one behind a backslash.
// That the latter counts can be certain.
func (r *reader) string(c byte, escapes, certain bool) {
	for i := r.at + 1; i < len(r.sql); i++ {
		switch {
		case r.sql[i] == '\\' && i+1 < len(r.sql) && (r.sql[i+1] == '\\' || r.sql[i+1] == c):
			if r.sql[i+1] == '\\' {
				i++ // with or without escapes no quote is between them
				continue
			}
			r.twofold = r.twofold || !certain
			if !certain && r.sql[i-1] >= 0x80 {
				r.problem = hasOddText // it may be half of a character
			}
			if escapes {
				i++
			}
		case r.sql[i] != c:
		case i+1 < len(r.sql) && r.sql[i+1] == c:
			i++
		default:
			r.at = i + 1
			return
		}
	}
	r.at = len(r.sql)
	r.quote, r.problem = c, openQuote
}

// escapeString reads E'…'. A string on the next line would be its second half,
// and read like it.
func (r *reader) escapeString() {
	r.string('\'', true, true)
	r.before = anOperand
	rest := strings.TrimLeft(r.sql[r.at:], blanks)
	for strings.HasPrefix(rest, "--") {
		_, rest, _ = strings.Cut(rest, "\n")
		rest = strings.TrimLeft(rest, blanks)
	}
	if strings.HasPrefix(rest, "'") {
		r.problem = hasOddText
	}
}

const blanks = " \t\r\n\f\v"

func (r *reader) bracketed() {
	end := strings.IndexByte(r.sql[r.at:], ']')
	if end < 0 {
		r.problem = openQuote
		return
	}
	r.step(end+1, anOperand)
}

// dollar reads $1, $name, or a string in dollars.
func (r *reader) dollar() {
	i := r.at + 1
	for i < len(r.sql) && (kinds[r.sql[i]] == letter || i > r.at+1 && kinds[r.sql[i]] == digit) {
		i++
	}
	switch {
	case r.lexicon.variables:
		r.variable()
	case i == len(r.sql) || r.sql[i] != '$':
		r.step(1, anOperator)
	case !r.lexicon.dollarQuotes:
		r.problem = hasOddText // new versions of MySQL have them
	default:
		tag := r.sql[r.at : i+1]
		end := strings.Index(r.sql[i+1:], tag)
		if end < 0 {
			r.problem = openQuote
			return
		}
		r.step(2*len(tag)+end, anOperand)
	}
}

// commentOr reads a comment, or an operator that looks like the start of one.
func (r *reader) commentOr(c byte) {
	l := r.lexicon
	defer r.passed(r.at)
	line := c == '-' && r.next(1) == '-' || c == '#'
	block := c == '/' && r.next(1) == '*'
	switch {
	case !line && !block:
		r.step(1, anOperator)
	case l == nil:
		r.unsure = true
	case c == '#' && !l.hashComment:
		r.variable()
	case c == '-' && l.blankAfterDashes && r.at+2 < len(r.sql) && r.next(2) > ' ' && r.next(2) != 0x7f:
		r.step(2, anOperator)
	case line:
		r.lineComment()
	case l.codeComments && isCodeComment(r.sql[r.at:]):
		r.codeComment()
	default:
		r.blockComment()
	}
}

func (r *reader) lineComment() {
	rest := r.sql[r.at:]
	end := strings.IndexByte(rest, '\n')
	if end < 0 {
		end, r.comment = len(rest), true
	}
	// Some databases end it at a bare carriage return too.
	if i := strings.IndexByte(rest[:end], '\r'); i >= 0 && (i != end-1 || r.comment) {
		r.problem = hasOddText
	}
	r.at += end
}

func (r *reader) blockComment() {
	hint := r.lexicon.codeComments && r.next(2) == '+'
	depth := 0
	for i := r.at; i+1 < len(r.sql); i++ {
		switch {
		case r.sql[i] == '/' && r.sql[i+1] == '*' && (depth == 0 || r.lexicon.nestedComments):
			depth++
			i++
		case r.sql[i] == '*' && r.sql[i+1] == '/':
			i++
			if depth--; depth == 0 {
				if hint && strings.ContainsAny(r.sql[r.at:i], "'\"`") {
					r.problem = hasOddText // it may end within quotes
				}
				r.at = i + 1
				return
			}
		}
	}
	r.problem = openComment
}

// isCodeComment tells if a comment is SQL to some versions: of MySQL, MariaDB,
// TiDB.
func isCodeComment(sql string) bool {
	return len(sql) > 2 && sql[2] == '!' || len(sql) > 3 && sql[3] == '!' && (sql[2] == 'M' || sql[2] == 'T')
}

// codeComment reads a comment that is SQL to some versions. What has quotes or
// comments in it does not end at the same place for all of them.
func (r *reader) codeComment() {
	content, _, closed := strings.Cut(r.sql[r.at+2:], "*/")
	code := strings.TrimLeft(content, "MT!0123456789")
	switch inner := readWith(code, r.lexicon, r.escapes); {
	case !closed:
		r.problem = openComment
	case inner.problem != "" || inner.comment || strings.ContainsAny(code, "'\"`#[") || strings.Contains(code, "--") || strings.Contains(code, "/*") ||
		strings.HasSuffix(code, "/"): // before the star of its end: a comment begins there
		r.problem = hasOddText
	default:
		r.or = r.or || inner.or
		r.set = r.set || inner.set && r.depth == 0
		r.loose = r.loose || r.depth == 0
		r.step(len(content)+4, anOperator)
	}
}

package migrator

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// tableSQL is the text of a CREATE TABLE in its parts.
type tableSQL struct {
	Parts []SQLText // columns and constraints
	end   string    // what stands after them
}

// SQLText is a part of a statement as words: names, signs, and what stands in
// parentheses as one.
type SQLText []string

// ParseTable cuts a CREATE TABLE at its commas.
func ParseTable(definition string) (tableSQL, bool) {
	words := wordsOf(definition)
	i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "(") })
	if i < 0 {
		return tableSQL{}, false
	}
	inner := wordsOf(words[i][1 : len(words[i])-1])
	t := tableSQL{Parts: []SQLText{nil}, end: strings.Join(words[i+1:], " ")}
	for _, word := range inner {
		if word == "," {
			t.Parts = append(t.Parts, nil)
			continue
		}
		last := len(t.Parts) - 1
		t.Parts[last] = append(t.Parts[last], word)
	}
	return t, true
}

func (t tableSQL) Body() string {
	parts := make([]string, len(t.Parts))
	for i, part := range t.Parts {
		parts[i] = strings.Join(part, " ")
	}
	return strings.TrimSpace("(" + strings.Join(parts, ", ") + ") " + t.end)
}

// DropUnique removes the unique constraints on some columns: of the table, or of
// a column. It tells if there was one, and none with a collation of its own: an
// index of live rows in its place would let in what that keeps out.
func (t *tableSQL) DropUnique(columns []string) bool {
	dropped := false
	kept := t.Parts[:0]
	for _, part := range t.Parts {
		from, to, ofTable := part.unique()
		switch {
		case from < 0:
		case ofTable && model.SameSet(listedIn(part[to-1-part.resolution(to)]), columns):
			if strings.Contains(strings.ToUpper(part[to-1-part.resolution(to)]), " COLLATE ") {
				return false
			}
			dropped = true
			// Constraints of a table may stand one after the other without a comma.
			if part = part[to:]; len(part) == 0 {
				continue
			}
		case !ofTable && len(columns) == 1 && unquoted(part[0]) == columns[0]:
			dropped = true
			part = slices.Delete(slices.Clone(part), from, to)
		}
		kept = append(kept, part)
	}
	t.Parts = kept
	return dropped
}

// unique finds the words of a unique constraint, its name and what to do on a
// conflict included; from is -1 if there is none.
func (s SQLText) unique() (from, to int, ofTable bool) {
	at := slices.IndexFunc(s, func(word string) bool { return strings.EqualFold(word, "UNIQUE") })
	if at < 0 {
		return -1, -1, false
	}
	from, to = at, at+1
	if at >= 2 && strings.EqualFold(s[at-2], "CONSTRAINT") {
		from = at - 2
	}
	if ofTable = from == 0 && to < len(s) && strings.HasPrefix(s[to], "("); ofTable {
		to++
	}
	if to+2 < len(s) && strings.EqualFold(s[to], "ON") && strings.EqualFold(s[to+1], "CONFLICT") {
		to += 3
	}
	return from, to, ofTable
}

// resolution is how many words before an end say what to do on a conflict.
func (s SQLText) resolution(to int) int {
	if to >= 3 && strings.EqualFold(s[to-2], "CONFLICT") {
		return 3
	}
	return 0
}

// listedIn are the columns of a list in parentheses.
func listedIn(list string) []string {
	var names []string
	next := true
	for _, word := range wordsOf(list[1 : len(list)-1]) {
		switch {
		case next:
			names = append(names, unquoted(word))
		case strings.EqualFold(word, "COLLATE"):
			return nil // it is more than that
		}
		next = word == ","
	}
	return names
}

func unquoted(name string) string {
	if len(name) >= 2 && strings.ContainsRune("\"`[", rune(name[0])) {
		quote := string(name[len(name)-1])
		return strings.ReplaceAll(name[1:len(name)-1], quote+quote, quote)
	}
	return name
}

// wordsOf cuts SQL into words. What is quoted, or in parentheses, is one; comments
// are left out.
func wordsOf(sql string) []string {
	var words []string
	for i := 0; i < len(sql); {
		end := i + 1
		switch c := sql[i]; {
		case strings.IndexByte(" \t\r\n\f", c) >= 0:
			i++
			continue
		case strings.HasPrefix(sql[i:], "--"):
			i = EndOf(sql, i, "\n")
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			i = EndOf(sql, i, "*/")
			continue
		case c == '(':
			end = closing(sql, i)
		case c == '[':
			end = EndOf(sql, i, "]")
		case strings.IndexByte("'\"`", c) >= 0:
			end = EndOfQuoted(sql, i)
		case isNamePart(c):
			end = endOfName(sql, i)
		}
		words = append(words, sql[i:end])
		i = end
	}
	return words
}

func isNamePart(c byte) bool {
	return c == '_' || c == '$' || c == '.' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// endOfName is where a name or a number ends: 1.5e-3 and x'00ff' are one word.
func endOfName(sql string, from int) int {
	end := from
	for end < len(sql) && isNamePart(sql[end]) {
		end++
	}
	number := strings.IndexByte("0123456789.", sql[from]) >= 0
	switch rest := sql[end:]; {
	case end == from+1 && strings.EqualFold(sql[from:end], "x") && strings.HasPrefix(rest, "'"):
		return EndOfQuoted(sql, end)
	case number && strings.IndexByte("eE", sql[end-1]) >= 0 && len(rest) > 1 && strings.IndexByte("+-", rest[0]) >= 0 && isNamePart(rest[1]):
		return endOfName(sql, end+1)
	}
	return end
}

// EndOf is where a text ends that a sign closes, such as a comment.
func EndOf(sql string, from int, sign string) int {
	if i := strings.Index(sql[from+1:], sign); i >= 0 {
		return from + 1 + i + len(sign)
	}
	return len(sql)
}

// EndOfQuoted is where a text in quotes ends. Two of them stand for one.
func EndOfQuoted(sql string, from int) int {
	for i := from + 1; i < len(sql); i++ {
		if sql[i] != sql[from] {
			continue
		}
		if i+1 < len(sql) && sql[i+1] == sql[from] {
			i++
			continue
		}
		return i + 1
	}
	return len(sql)
}

// closing is where the parenthesis at a place is closed.
func closing(sql string, from int) int {
	depth := 0
	for i := from; i < len(sql); {
		switch c := sql[i]; {
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case c == '[':
			i = EndOf(sql, i, "]")
			continue
		case strings.IndexByte("'\"`", c) >= 0:
			i = EndOfQuoted(sql, i)
			continue
		case strings.HasPrefix(sql[i:], "--"):
			i = EndOf(sql, i, "\n")
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			i = EndOf(sql, i, "*/")
			continue
		}
		i++
	}
	return len(sql)
}

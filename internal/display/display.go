// Package display says how what is in a row is shown to people: by the command and by the
// trash page alike.
//
// What comes out of a database may be anything that somebody has typed into a form: text that
// moves a terminal's cursor, a picture, a password. What leaves this package is one line of
// characters that can be seen.
package display

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes a text safe to print: what is not seen as a character of its own (control
// characters, those that turn the direction of writing, bytes that are no text) is written
// out, as in \x1b, \n and \u202e.
func Line(text string) string {
	if !strings.ContainsFunc(text, isUnseen) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			_, _ = b.WriteString(`\x` + hex(text[i]))
		case isUnseen(r):
			quoted := strconv.QuoteRuneToASCII(r)
			_, _ = b.WriteString(quoted[1 : len(quoted)-1])
		default:
			_, _ = b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String()
}

// Lines is Line for a text of several lines, as a message may be: the ends of lines stay.
func Lines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Line(line)
	}
	return strings.Join(lines, "\n")
}

// isUnseen tells if a character cannot be printed as it is. Those that join letters or
// pictures (in Persian, in emoji) can; U+FFFD stands for a byte that is no text, too.
func isUnseen(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	return r == utf8.RuneError || !unicode.IsGraphic(r) && r != zeroWidthNonJoiner && r != zeroWidthJoiner
}

func hex(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&15]})
}

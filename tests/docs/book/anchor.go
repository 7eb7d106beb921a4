package book

import (
	"strings"
	"unicode"
)

// anchor is what GitHub makes of a heading: letters and digits in lower case, spaces as hyphens, without what else there is.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

package trashcmd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

var bare = regexp.MustCompile(`^[\pL\pN_@%+:,./-][\pL\pN_@%+=:,./-]*$`)

// quote writes a word so that a shell takes it as it is. What cannot be seen in it is written
// for printf, which any shell has, and no terminal takes for a command.
func quote(word string) string {
	if bare.MatchString(word) {
		return word
	}
	if display.Line(word) == word {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for text := strings.NewReplacer(`\`, `\\`, "%", "%%", "'", `\047`).Replace(word); text != ""; {
		_, size := utf8.DecodeRuneInString(text)
		if display.Line(text[:size]) == text[:size] && (b.Len() > 0 || text[0] != '-') {
			_, _ = b.WriteString(text[:size])
		} else {
			for _, c := range []byte(text[:size]) {
				_, _ = fmt.Fprintf(&b, `\%03o`, c)
			}
		}
		text = text[size:]
	}
	return `"$(printf '` + b.String() + `')"`
}

// line is a command to type: the program's name, and words that are quoted.
func (s *session) line(words ...string) string {
	text := s.name
	for _, word := range words {
		text += " " + quote(word)
	}
	return text
}

// again is the command that was typed, with a flag in place of what that had before.
func (s *session) again(flag, value string) string {
	words := strings.Fields(s.command.name)
	for i := 0; i < len(s.flagWords); i++ {
		if name, _, _ := strings.Cut(s.flagWords[i][0], "="); name != flag {
			words = append(words, s.flagWords[i]...)
		}
	}
	words = append(words, flag)
	if value != "" {
		words = append(words, value)
	}
	if len(s.words) > 0 {
		if slices.ContainsFunc(s.words, func(word string) bool { return strings.HasPrefix(word, "-") }) {
			words = append(words, "--")
		}
		words = append(words, s.words...)
	}
	return s.line(words...)
}

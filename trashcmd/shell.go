package trashcmd

import (
	"regexp"
	"slices"
	"strings"
)

var bare = regexp.MustCompile(`^[\pL\pN_@%+:,./-][\pL\pN_@%+=:,./-]*$`)

// quote writes a word so that a shell takes it as it is.
func quote(word string) string {
	if bare.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
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

package display

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// humps are where a word begins in a name such as apiKeyId.
var humps = regexp.MustCompile(`(\p{Ll})(\p{Lu})`)

// LooksSecret tells if what a column of that name holds is likely not to be shown around:
// if the name speaks of a password, token, secret, hash or key. A table with such a column
// is shown by its keys and tracking columns only. It is rather too careful than not enough.
func LooksSecret(column string) bool {
	name := strings.ToLower(column)
	for _, part := range []string{"password", "passwd", "passphrase", "token", "secret", "hash", "credential"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	words := strings.FieldsFunc(strings.ToLower(humps.ReplaceAllString(column, "${1}_${2}")), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(words, func(word string) bool {
		return strings.HasSuffix(word, "key") || strings.HasSuffix(word, "keys") || word == "pwd"
	})
}

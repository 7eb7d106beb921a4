package model

import (
	"strings"

	"gorm.io/gorm/schema"
)

// ignoreWord is the part of a tag that tells Doctor what is meant to be as it is:
// softdelete:"ignore:index-holds-trash".
const ignoreWord = "ignore"

// IgnoredOf lists the codes of findings that a field's tag wants to hear nothing of.
func IgnoredOf(field *schema.Field) []string {
	var codes []string
	for part := range strings.FieldsFuncSeq(field.Tag.Get("softdelete"), func(r rune) bool { return r == ',' || r == ';' }) {
		if word, code, _ := strings.Cut(strings.TrimSpace(part), ":"); strings.TrimSpace(word) == ignoreWord {
			codes = append(codes, strings.TrimSpace(code))
		}
	}
	return codes
}

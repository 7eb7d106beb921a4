package dialect

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm/clause"
)

// matching is how a text is compared with a pattern.
type matching struct {
	operator string
	around   string            // what stands for any text, before and behind what is sought
	plain    func(rune) string // a character that stands for itself
}

var (
	// byRegexp is a regular expression, as POSIX has it and RE2: a backslash before what is
	// no letter and no digit takes its meaning from it.
	byRegexp = &matching{operator: "~", plain: func(r rune) string {
		if r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && unicode.IsGraphic(r) {
			return "\\" + string(r)
		}
		return string(r)
	}}

	byGlob = &matching{operator: "GLOB", around: "*", plain: func(r rune) string {
		if strings.ContainsRune("*?[", r) {
			return "[" + string(r) + "]"
		}
		return string(r)
	}}
)

// pattern is one of all texts that contain another, in whatever case.
func (m *matching) pattern(text string) string {
	var b strings.Builder
	_, _ = b.WriteString(m.around)
	for _, r := range text {
		if cases := casesOf(r); len(cases) > 1 {
			_, _ = b.WriteString("[" + string(cases) + "]")
		} else {
			_, _ = b.WriteString(m.plain(r))
		}
	}
	_, _ = b.WriteString(m.around)
	return b.String()
}

// casesOf are the forms of a letter. Those of ASCII are among themselves: the Kelvin sign is
// no k that somebody would look for.
func casesOf(r rune) []rune {
	cases := []rune{r}
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		if r >= utf8.RuneSelf || other < utf8.RuneSelf {
			cases = append(cases, other)
		}
	}
	return cases
}

// IsText tells if a text can be in a column, or be compared with one, on every database.
func IsText(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// Contains is that a text column contains a text, in whatever case.
func (d *Dialect) Contains(column clause.Column, text string) clause.Expression {
	if d.matches == nil {
		escaped := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
		return clause.Expr{SQL: "LOWER(?) LIKE LOWER(?) ESCAPE '!'", Vars: []any{column, "%" + escaped + "%"}}
	}
	return clause.Expr{SQL: "? " + d.matches.operator + " ?", Vars: []any{column, d.matches.pattern(text)}}
}

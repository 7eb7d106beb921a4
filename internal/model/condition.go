package model

import (
	"fmt"
	"regexp"
	"strings"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
)

// SameCondition compares the condition of an index, as the database prints it,
// with one that is to be.
func (m *Model) SameCondition(have string, want clause.Expression) bool {
	if want == nil || have == "" {
		return (want == nil) == (have == "")
	}
	if PlainCondition(have) == PlainCondition(textOf(want)) {
		return true
	}
	// A time is printed in the session's own zone.
	zero, isText := m.Marker.Live.(string)
	if !isText {
		return false
	}
	before, _, found := strings.Cut(PlainCondition(textOf(want)), PlainCondition("'"+zero+"'"))
	return found && strings.HasPrefix(PlainCondition(have), before+"'")
}

// IsLiveColumn tells if a generated column is of the model's marker, whatever the
// database makes of its condition when it prints it.
func (m *Model) IsLiveColumn(column catalogue.Column) bool {
	is, want := PlainCondition(column.Expression), PlainCondition(textOf(m.MarkerCondition(LiveOnly)))
	name := strings.ToLower(m.Marker.Field.DBName)
	for _, part := range []string{name + "isnull", name + "="} {
		if strings.Contains(is, part) != strings.Contains(want, part) {
			return false
		}
	}
	return true
}

// AsLive writes the condition of an index as it is for a row whose marker is
// cleared.
func (mk *Marker) AsLive(where string) string {
	live := "NULL"
	if value := mk.cleared(); value != nil {
		live = strings.ToUpper(fmt.Sprint(value))
		if _, isText := value.(string); isText {
			return where
		}
	}
	column := regexp.MustCompile("(?i)(?:[\"`]?\\w+[\"`]?\\.)?[\"`]?\\b" + regexp.QuoteMeta(mk.Field.DBName) + "\\b[\"`]?")
	return column.ReplaceAllLiteralString(where, live)
}

// castNumber is a number as PostgreSQL prints it beside a column of type numeric: (0)::numeric.
var castNumber = regexp.MustCompile(`\((-?\d+)\)::[a-z]+`)

// PlainCondition is a condition without what databases add to it when they print
// it: quotes of names, parentheses, spaces, casts.
func PlainCondition(text string) string {
	text = castNumber.ReplaceAllString(strings.ToLower(text), "$1")
	if before, _, found := strings.Cut(text, "::"); found && strings.HasSuffix(before, "'") {
		text = before
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"`()[] \t\r\n", r) {
			return -1
		}
		return r
	}, text)
}

// ConditionText is a condition of an index as text, its names unquoted; empty for none.
func ConditionText(e clause.Expression) string {
	if e == nil {
		return ""
	}
	return textOf(e)
}

// textOf is a condition of an index as text, its names unquoted.
func textOf(e clause.Expression) string {
	var b textBuilder
	e.Build(&b)
	return b.String()
}

// textBuilder builds what has no parameters, and needs no database.
type textBuilder struct{ strings.Builder }

func (b *textBuilder) WriteQuoted(field any) {
	if column, ok := field.(clause.Column); ok {
		_, _ = b.WriteString(column.Name)
	}
}

func (*textBuilder) AddVar(clause.Writer, ...any) {}

func (*textBuilder) AddError(err error) error { return err }

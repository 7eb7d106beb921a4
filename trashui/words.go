package trashui

import (
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

// words are the functions of the templates: how numbers, times and lists are said.
var words = template.FuncMap{
	"part":     func(f *frame, of any) part { return part{frame: f, Frame: f, Of: of} },
	"pick":     func(f *frame, of any) part { return part{frame: f, Frame: f, Of: of, Pick: true} },
	"number":   number,
	"rows":     countRows,
	"others":   others,
	"moment":   momentOf,
	"span":     span,
	"list":     listTables,
	"chart":    chartOf,
	"key":      func(key []string) string { return strings.Join(key, ", ") },
	"dateType": dateType,
	"depth":    depth,
	"name":     nameOf,
	"what":     whatOf,
	"capital":  capital,
	"several":  several,
	"blank":    func(text *string) bool { return text != nil && *text == "" },
}

// number writes a whole number of any type with its thousands apart.
func number(value any) string {
	if rv := reflect.ValueOf(value); rv.CanInt() {
		return thousands(rv.Int())
	}
	return ""
}

// countRows says how many rows.
func countRows(n int64) string { return many(n, "row") }

// others says how many rows there are beside one.
func others(n int64) string { return many(n, "other row") }

// listTables says rows by table: "tracks 9, albums 3".
func listTables(list []tableRows) string {
	said := make([]string, len(list))
	for i, t := range list {
		said[i] = t.Table + " " + number(t.Rows)
		if t.More {
			said[i] += "+"
		}
	}
	return strings.Join(said, ", ")
}

// instant is a time as it is shown: the same for everybody, and how far that is from now.
type instant struct {
	ISO, Text, Far string
	Past           bool
}

// momentOf is nil for no time.
func momentOf(now time.Time, at any) *instant {
	var t time.Time
	switch at := at.(type) {
	case time.Time:
		t = at
	case *time.Time:
		if at != nil {
			t = *at
		}
	}
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	m := &instant{ISO: t.Format(time.RFC3339), Text: t.Format("2006-01-02 15:04 UTC"), Past: !t.After(now)}
	switch far := far(now.Sub(t)); {
	case far == "":
		m.Far = "just now"
		if !m.Past {
			m.Far = "in a moment"
		}
	case m.Past:
		m.Far = far + " ago"
	default:
		m.Far = "in " + far
	}
	return m
}

// far says how long something is, about; nothing for less than a minute.
func far(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 0 {
		d = -d
	}
	for _, unit := range []struct {
		from, length time.Duration
		name         string
	}{{2 * 365 * day, 365 * day, "year"}, {100 * day, 30 * day, "month"}, {day, day, "day"}, {time.Hour, time.Hour, "hour"}, {time.Minute, time.Minute, "minute"}} {
		if d >= unit.from {
			return many(int64(d/unit.length), unit.name)
		}
	}
	return ""
}

// span says how long a number of seconds is: "30 days".
func span(seconds int64) string {
	for _, unit := range []struct {
		seconds int64
		name    string
	}{{365 * 24 * 3600, "year"}, {24 * 3600, "day"}, {3600, "hour"}, {60, "minute"}} {
		if seconds >= unit.seconds && (seconds%unit.seconds == 0 || seconds >= 10*unit.seconds) {
			return many(seconds/unit.seconds, unit.name)
		}
	}
	return many(seconds, "second")
}

// dateType is the kind of field for a time that somebody has chosen: one that also takes what
// is more exact than a day, if it is.
func dateType(value string) string {
	if _, err := time.Parse(time.DateOnly, value); err != nil && value != "" {
		return "text"
	}
	return "date"
}

// depth is the class of something that is so far below.
func depth(n int) string { return "d" + strconv.Itoa(min(max(n, 0), 6)) }

// nameOf is what people know a row by: also what it is, if that is nothing but its key.
func nameOf(i item) string {
	if what := whatOf(i); what != "" {
		return i.Label
	}
	return i.Model + " " + strings.Join(i.Key, ", ")
}

// whatOf says which row it is, beside its name; nothing if that says so itself.
func whatOf(i item) string {
	key := strings.Join(i.Key, ", ")
	if i.Label == "" || i.Label == key || i.Label == display.LineKey(i.Key) {
		return ""
	}
	return i.Model + " " + key
}

// several tells if more than one is chosen, which only a list that is open can show.
func several(list []option) bool {
	n := 0
	for _, o := range list {
		if o.Selected {
			n++
		}
	}
	return n > 1
}

// capital begins a sentence.
func capital(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:size]) + text[size:]
}

// many is a number of things.
func many(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}

// thousands writes a number with its thousands apart.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

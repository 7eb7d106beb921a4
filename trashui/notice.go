package trashui

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// finish answers a write: with what was done, or with the list where that is said.
func (v *visit) finish(what, back, op string, rows map[string]int64, stay []softdelete.RowError) (*reply, error) {
	if v.json {
		return &reply{body: &done{Rows: counted(rows), Failed: v.failed(stay, mostRows)}}, nil
	}
	location := v.backOf(back, op)
	join := "?"
	if strings.Contains(location, "?") {
		join = "&"
	}
	return &reply{status: http.StatusSeeOther, location: "./" + strings.TrimPrefix(location, "./") + join + "done=" + url.QueryEscape(v.doneText(what, rows, len(stay)))}, nil
}

// doneText says in an address what was done: restored.0.albums:3.tracks:12, where the number is
// how many rows failed. Tables that the trash has not are counted under none.
func (v *visit) doneText(what string, rows map[string]int64, failed int) string {
	parts := []string{what, strconv.Itoa(failed)}
	other := int64(0)
	for _, name := range mostFirst(rows) {
		if v.table(name) == nil {
			other += rows[name]
		} else if rows[name] > 0 {
			parts = append(parts, strings.ReplaceAll(url.QueryEscape(name), ".", "%2E")+":"+strconv.FormatInt(rows[name], 10))
		}
	}
	if other > 0 {
		parts = append(parts, ":"+strconv.FormatInt(other, 10))
	}
	return strings.Join(parts, ".")
}

var wholeNumber = regexp.MustCompile(`^(0|[1-9][0-9]{0,14})$`)

// notice reads what was done from the address. As anybody can write that, it may say no more
// than numbers of rows of tables that are known; what is malformed says nothing.
func (v *visit) notice() *notice {
	parts := strings.Split(v.r.URL.Query().Get("done"), ".")
	what, age, unfinished := strings.Cut(parts[0], "-")
	if unfinished && (what != "emptied" || age != "" && !inDays.MatchString(age)) {
		return nil
	}
	if len(parts) < 2 || len(parts) > 100 || !slices.Contains([]string{"restored", "undone", "purged", "emptied"}, what) || !wholeNumber.MatchString(parts[1]) {
		return nil
	}
	n := &notice{Done: what, Unfinished: unfinished}
	if unfinished && !v.page.options.ReadOnly && v.may(ActionEmpty, Target{}) {
		n.Again = v.emptyHref(age)
	}
	n.More, _ = strconv.ParseInt(parts[1], 10, 64)
	seen := map[string]bool{}
	for _, part := range parts[2:] {
		name, text, _ := strings.Cut(part, ":")
		name, err := url.QueryUnescape(name)
		if err != nil || !wholeNumber.MatchString(text) || seen[name] {
			return nil
		}
		seen[name] = true
		rows, _ := strconv.ParseInt(text, 10, 64)
		n.Total += rows
		if name == "" {
			continue
		}
		t := v.table(name)
		if t == nil || !v.mayViewTable(name, t.schema.Name) {
			return nil
		}
		n.Rows = append(n.Rows, tableRows{Table: display.Line(name), Rows: rows})
	}
	return n
}

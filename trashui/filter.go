package trashui

import (
	"cmp"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

const (
	mostRows   = 500 // on a page, and in a form
	fewRows    = 50  // on a page, unless more or less are asked for
	longValue  = 16 << 10
	longSought = 1000 // what is looked for in reasons, in bytes: no database takes a pattern of any length
	longQuery  = 256 << 10
	manyPairs  = 2000
)

// names of the filters, in the order in which they stand in an address.
var filters = []string{"model", "actor", "reason", "since", "until", "limit"}

// checkQuery refuses what no form of ours sends.
func (v *visit) checkQuery() error {
	raw := v.r.URL.RawQuery
	if len(raw) > longQuery {
		return refuse(413, "This is too long", "The address is longer than any of this page's.")
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return senseless("The address is not escaped as it should be.")
	}
	return checkValues(query)
}

func checkValues(values url.Values) error {
	n := 0
	for name, list := range values {
		n += len(list)
		for _, value := range list {
			if len(value) > longValue {
				return senseless("%s is too long.", shorten(display.Line(name)))
			}
		}
	}
	if n > manyPairs {
		return senseless("These are too many values for one request.")
	}
	return nil
}

// choice is what of the trash a list is about.
type choice struct {
	options softdelete.ListOptions
	filter  filter
	chosen  []*table
	values  url.Values // the filters that are set
}

// choose reads the filters of a list. After an error the choice has those that were typed in.
func (v *visit) choose(path string) (*choice, error) {
	query := v.r.URL.Query()
	c := &choice{values: url.Values{}}
	c.filter = filter{
		Model: query.Get("model"), Actor: query.Get("actor"), Reason: query.Get("reason"), Since: query.Get("since"), Until: query.Get("until"),
		Limit: fewRows, Action: path, ClearHref: path,
	}
	for _, name := range filters {
		for _, value := range query[name] {
			if value != "" {
				c.values.Add(name, value)
				c.filter.Active = c.filter.Active || name != "limit"
			}
		}
	}
	if err := v.chooseModels(c); err != nil {
		return c, err
	}
	return c, c.read(query.Get("limit"), query.Get("after"))
}

// read makes options of the filters.
func (c *choice) read(limit, after string) (err error) {
	o, f := &c.options, &c.filter
	for name, text := range map[string]string{"actor": f.Actor, "reason": f.Reason, "after": after} {
		if !isText(text) {
			return senseless("%s holds characters that no text has.", name)
		}
	}
	if len(f.Reason) > longSought {
		return senseless("reason is too long.")
	}
	if f.Actor != "" {
		o.Actor = f.Actor
	}
	o.Reason, o.After, o.Limit = f.Reason, after, fewRows
	if o.Since, err = parseTime("since", f.Since, 0); err != nil {
		return err
	}
	if o.Until, err = parseTime("until", f.Until, 1); err != nil {
		return err
	}
	if limit != "" {
		if o.Limit, err = strconv.Atoi(limit); err != nil || o.Limit < 1 || o.Limit > mostRows {
			return senseless("limit has to be a number from 1 to %d.", mostRows)
		}
		f.Limit = o.Limit
	}
	return nil
}

// chooseModels reads which models a list is of: those that are named, or all that may be
// viewed, and of which rows have a key by which they are listed.
func (v *visit) chooseModels(c *choice) error {
	named := map[*table]bool{}
	var wrong error
	for _, name := range c.values["model"] {
		t, err := v.named(name)
		if err != nil {
			wrong = cmp.Or(wrong, err)
			continue
		}
		named[t] = true
	}
	for _, t := range v.viewed() {
		if !t.keyed() && c.filter.Action != "deletions" {
			if named[t] {
				wrong = cmp.Or[error](wrong, senseless("Rows of %s have no key, so they cannot be listed.", t.title()))
			}
			continue
		}
		c.filter.Models = append(c.filter.Models, option{Value: t.name(), Text: t.title(), Selected: named[t]})
		if len(named) == 0 || named[t] {
			c.chosen = append(c.chosen, t)
			c.options.Models = append(c.options.Models, t.value)
		}
	}
	return wrong
}

// href is the address of a list with its filters, relative to the root of the page.
func (c *choice) href(path, after string) string {
	values := url.Values{}
	for name, list := range c.values {
		values[name] = list
	}
	if after != "" {
		values.Set("after", after)
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// parseTime reads a moment, or a date, of which the begin is meant or the end.
func parseTime(name, text string, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		if at, err = time.Parse(time.DateOnly, text); err == nil {
			at = at.AddDate(0, 0, days)
		}
	}
	// Years of other than four digits are no time to some databases.
	if err != nil || at.UTC().Year() < 1 || at.UTC().Year() > 9999 {
		return time.Time{}, senseless("%s is no time: write 2026-01-31, or 2026-01-31T15:04:05Z.", name)
	}
	return at, nil
}

// isText tells if a database can take a text.
func isText(text string) bool {
	for _, r := range text {
		if r == 0 {
			return false
		}
	}
	return utf8.ValidString(text)
}

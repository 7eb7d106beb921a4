package trashui

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gorm-softdelete/softdelete"
)

// ages that are offered.
var ages = []struct{ value, text string }{{"7d", "7 days"}, {"30d", "30 days"}, {"90d", "90 days"}, {"180d", "180 days"}, {"365d", "a year"}}

// previewEmpty says what emptying would remove, or asks for an age.
func (v *visit) previewEmpty(values url.Values) (*reply, error) {
	if err := v.needEmpty(); err != nil {
		return nil, err
	}
	answer := &reply{here: "empty", heading: headings["empty"]}
	body := v.emptyView(values)
	answer.body = body
	if values.Get("older_than") == "" && values.Get("until") == "" {
		if v.json {
			return nil, senseless("older_than is missing: write 30d, or 720h.")
		}
		return answer, nil
	}
	until, err := v.untilOf(values)
	if err != nil {
		var p *problem
		if v.json || !errors.As(err, &p) {
			return nil, err
		}
		body.Problem, answer.status = p.Detail, p.Status
		return answer, nil
	}
	return answer, v.foresee(body, until)
}

// needEmpty asks if the trash may be emptied as a whole.
func (v *visit) needEmpty() error {
	if err := v.whole(); err != nil {
		return err
	}
	return v.need(ActionEmpty, Target{})
}

func (v *visit) emptyView(values url.Values) *empty {
	body := &empty{Operation: "empty", OlderThan: values.Get("older_than"), Rows: map[string]int64{}, Failed: []failed{}}
	list := v.backOf(values.Get("back"), "empty")
	body.Back = v.base + list
	if list != v.backOf("", "empty") {
		body.List = list
	}
	body.Reason.Required = v.page.options.RequireReason
	for _, age := range ages {
		body.Choices = append(body.Choices, option{Value: age.value, Text: age.text, Selected: age.value == body.OlderThan})
	}
	return body
}

// foresee fills in what would be removed.
func (v *visit) foresee(body *empty, until time.Time) error {
	report, err := v.emptied(v.ctx, until, (*softdelete.Trash).PreviewEmpty)
	if err != nil {
		return err
	}
	body.Asked, body.Until = true, &until
	body.Rows, body.Total, body.Tables = counted(report.Rows), sum(report.Rows), byTable(report.Rows)
	body.Failed = v.failed(report.Failed, mostRows)
	body.More, body.Most = v.unfinished(report.Rows), v.page.mostEmptied
	body.Confirm.Want = body.Total
	if body.Total > 0 && !v.page.options.ReadOnly {
		body.Post = v.base + "empty"
	}
	body.Fields = []option{
		{Text: "older_than", Value: body.OlderThan},
		{Text: "until", Value: until.Format(time.RFC3339Nano)},
		{Text: "back", Value: strings.TrimPrefix(body.Back, "./")},
	}
	for _, of := range mostFirst(report.Rows) {
		body.Fields = append(body.Fields, option{Text: "was", Value: url.QueryEscape(of) + ":" + strconv.FormatInt(report.Rows[of], 10)})
	}
	return nil
}

// empty empties the trash.
func (v *visit) empty() (*reply, error) {
	answer, err := v.emptyNow()
	return answer, v.backTo(err, v.backOf(v.form.Get("back"), "empty"), "Back")
}

func (v *visit) emptyNow() (*reply, error) {
	if err := v.needEmpty(); err != nil {
		return nil, err
	}
	if !isText(v.form.Get("reason")) {
		return nil, senseless("reason holds characters that no text has.")
	}
	for _, name := range []string{"item", "id", "parents"} {
		if v.form.Get(name) != "" {
			return nil, senseless("%s is not for emptying, which goes by age.", name)
		}
	}
	until, err := v.untilOf(v.form.Values)
	if err != nil {
		return nil, err
	}
	if answer, err := v.checkEmpty(until); answer != nil || err != nil {
		return answer, err
	}
	ctx := softdelete.WithReason(v.ctx, v.form.Get("reason"))
	report, err := v.emptied(ctx, until, (*softdelete.Trash).Empty)
	if err != nil {
		return nil, err
	}
	return v.emptiedSoFar(report)
}

// emptiedSoFar answers with what was removed, and if there may be more.
func (v *visit) emptiedSoFar(report softdelete.EmptyReport) (*reply, error) {
	more := v.unfinished(report.Rows)
	if v.json {
		return &reply{body: &emptied{done{Rows: counted(report.Rows), Failed: v.failed(report.Failed, mostRows)}, more}}, nil
	}
	what := "emptied"
	if more {
		what += "-" + inDays.FindString(v.form.Get("older_than"))
	}
	return v.finish(what, v.form.Get("back"), "empty", report.Rows, report.Failed)
}

// checkEmpty looks at what a person has to type.
func (v *visit) checkEmpty(until time.Time) (*reply, error) {
	unreasoned := v.page.options.RequireReason && strings.TrimSpace(v.form.Get("reason")) == ""
	if v.json && unreasoned {
		return nil, wordless(true)
	}
	if !unreasoned && !v.form.Has("confirm") {
		return nil, nil //nolint:nilnil // nothing is to be said
	}
	body := v.emptyView(v.form.Values)
	if err := v.foresee(body, until); err != nil {
		return nil, err
	}
	confirmed := v.form.confirmed(body.Total)
	if confirmed && !unreasoned {
		return nil, nil //nolint:nilnil // as above
	}
	if v.json {
		return nil, wordless(false)
	}
	body.Reason.Value, body.Reason.Missing = v.form.Get("reason"), unreasoned
	body.Confirm.Value, body.Confirm.Wrong = v.form.Get("confirm"), !confirmed
	answer := &reply{status: http.StatusUnprocessableEntity, here: "empty", heading: headings["empty"], body: body}
	if v.form.Has("was") && len(v.changes(v.form.Values["was"], body.Rows)) > 0 {
		answer.status = http.StatusConflict
		body.WasDone = "These are other rows than those that were shown before. This is how it is now."
	}
	return answer, nil
}

// untilOf is up to when is emptied: the moment that a form was shown for, or so long ago.
func (v *visit) untilOf(values url.Values) (time.Time, error) {
	if text := values.Get("until"); text != "" {
		until, err := parseTime("until", text, 0)
		if err == nil && !until.Before(v.now) {
			err = senseless("until has to be in the past.")
		}
		return until.UTC(), err
	}
	age, ok := parseAge(values.Get("older_than"))
	if !ok {
		return time.Time{}, senseless("older_than is no age: write 30d, 2w or 36h.")
	}
	return v.now.Add(-age), nil
}

var inDays = regexp.MustCompile(`^([0-9]{1,5})([dw])$`)

// parseAge reads an age as Go writes it, or in days or weeks.
func parseAge(text string) (time.Duration, bool) {
	if parts := inDays.FindStringSubmatch(text); parts != nil {
		n, _ := strconv.Atoi(parts[1])
		days := time.Duration(n) * 24 * time.Hour
		if parts[2] == "w" {
			days *= 7
		}
		return days, days > 0
	}
	age, err := time.ParseDuration(text)
	return age, err == nil && age > 0
}

// emptyHref is the address of the preview of emptying, or of the question for an age.
func (v *visit) emptyHref(age string) string {
	values := url.Values{"op": {"empty"}}
	if age != "" {
		values.Set("older_than", age)
	}
	return v.base + "preview?" + values.Encode()
}

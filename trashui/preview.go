package trashui

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gorm-softdelete/softdelete"
)

const shownItems = 10 // of those that an order is about

// preview says what an order would do.
func (v *visit) preview() (*reply, error) {
	query := v.r.URL.Query()
	if !query.Has("back") { // ours all say it; a link to here from elsewhere need not
		query.Set("back", v.referrer())
	}
	op := query.Get("op")
	if op == "empty" {
		return v.previewEmpty(query)
	}
	if actions[op] == "" {
		return nil, senseless("op has to be restore, purge, undo or empty.")
	}
	o, err := orderOf(op, query)
	if err != nil {
		return nil, v.backTo(err, v.backOf(query.Get("back"), op), "Back")
	}
	if err := v.gather(o); err != nil {
		return nil, v.backTo(err, v.backOf(o.back, op), "Back")
	}
	if o.missing > 0 {
		return nil, v.backTo(notFound(gone(o)), v.backOf(o.back, op), "Back")
	}
	plan, err := v.plan(o)
	if err != nil {
		return nil, v.backTo(err, v.backOf(o.back, op), "Back")
	}
	body, err := v.previewOf(o, plan)
	if err != nil {
		return nil, err
	}
	return &reply{heading: headings[op], body: body}, nil
}

var headings = map[string]string{"restore": "Restore", "purge": "Remove for good", "undo": "Undo a deletion", "empty": "Empty the trash"}

// gone says that rows are not in the trash.
func gone(o *order) string {
	if len(o.refs) == 1 {
		return "This row is not in the trash: it was restored or removed, or never was there."
	}
	return many(int64(o.missing), "row") + " of these are not in the trash: they were restored or removed, or never were there."
}

// previewOf says what a plan says, and makes the form that carries it out.
func (v *visit) previewOf(o *order, of softdelete.Plan) (*preview, error) {
	said, err := v.planView(o.op, of)
	if err != nil {
		return nil, err
	}
	back := v.backOf(o.back, o.op)
	body := &preview{plan: said, Total: sum(of.Rows), Parents: o.parents, Back: v.base + back}
	if o.undone != nil {
		d, err := v.aboutOne(*o.undone, back)
		if err != nil {
			return nil, err
		}
		body.Deletion = &d
	}
	first := o.items[:min(len(o.items), shownItems)]
	if body.Items, err = v.items(first); err != nil {
		return nil, err
	}
	body.MoreItems = len(o.items) - len(first)
	if o.op == "restore" && !o.parents && v.mayRaise(of) {
		body.ParentsTo = v.base + "preview?" + url.Values{"op": {o.op}, "item": o.refs, "parents": {"1"}, "back": {back}}.Encode()
	}
	body.Forbidden = v.forbids(&said, body.ParentsTo)
	if !of.Forbidden() && body.Total > 0 && !v.page.options.ReadOnly {
		body.Post = v.base + o.op
	}
	body.Fields = v.fields(o, &said, back)
	body.Reason.Required = v.page.options.RequireReason
	if body.ForGood = o.op == "purge"; body.ForGood {
		body.Confirm.Want = body.Total
	}
	return body, nil
}

// fields are the hidden ones of the form.
func (v *visit) fields(o *order, p *plan, back string) []option {
	list := []option{{Text: "plan", Value: p.Fingerprint}, {Text: "back", Value: back}}
	if o.op == "undo" {
		list = append(list, option{Text: "id", Value: o.id.String()})
	}
	for _, item := range o.items {
		list = append(list, option{Text: "item", Value: v.item(item, "").Ref})
	}
	if o.parents {
		list = append(list, option{Text: "parents", Value: "1"})
	}
	for _, name := range mostFirst(p.Rows) {
		list = append(list, option{Text: "was", Value: url.QueryEscape(name) + ":" + strconv.FormatInt(p.Rows[name], 10)})
	}
	return list
}

// changes are the differences between the rows of a form and those of a plan.
func (v *visit) changes(was []string, now map[string]int64) (list []change) {
	before := map[string]int64{}
	for _, text := range was {
		name, number, _ := strings.Cut(text, ":")
		name, err := url.QueryUnescape(name)
		n, wrong := strconv.ParseInt(number, 10, 64)
		if err == nil && wrong == nil && n >= 0 && (v.table(name) != nil || now[name] > 0) {
			before[name] = n
		}
	}
	all := map[string]int64{}
	for name, n := range before {
		all[name] = n
	}
	for name, n := range now {
		all[name] = max(n, all[name])
	}
	for _, name := range mostFirst(all) {
		if before[name] != now[name] {
			list = append(list, change{v.text(name), before[name], now[name]})
		}
	}
	return list
}

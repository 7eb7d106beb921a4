package trashui

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// serveWrite looks at a write before anything is done for it.
func (v *visit) serveWrite() (*reply, error) {
	if err := v.page.crossOrigin.Check(v.r); err != nil {
		return nil, refuse(http.StatusForbidden, "Not allowed", "This form was sent from another page. Nothing was done.")
	}
	if err := v.readOnly(); err != nil {
		return nil, err
	}
	if err := v.readForm(); err != nil {
		return nil, err
	}
	if err := v.open(); err != nil {
		return nil, err
	}
	return v.route.serve(v)
}

func (v *visit) restore() (*reply, error) { return v.carryOut("restore") }
func (v *visit) purge() (*reply, error)   { return v.carryOut("purge") }
func (v *visit) undo() (*reply, error)    { return v.carryOut("undo") }

// How often a write is tried again that the database has ended, and after which pause: each
// time one more of them.
const (
	tries = 8
	pause = 10 * time.Millisecond
)

// carryOut does what was confirmed, or nothing.
func (v *visit) carryOut(op string) (*reply, error) {
	began := time.Now()
	answer, err := v.carried(op)
	// Two that are at the same rows, as after a double click: the database has ended this one,
	// and nothing of it is done. Looked at anew it is done, or has changed.
	for n := range tries {
		if !dialect.IsTransient(err) || v.ctx.Err() != nil || time.Since(began) > v.page.patience {
			break
		}
		time.Sleep(time.Duration(n) * pause)
		answer, err = v.carried(op)
	}
	if err != nil {
		answer, err = v.vanished(op, err)
	}
	return answer, v.backTo(err, v.backOf(v.form.Get("back"), op), "Back")
}

// vanished is the answer where nothing is in the trash any more of what was confirmed: its plan
// has changed to nothing.
func (v *visit) vanished(op string, err error) (*reply, error) {
	var p *problem
	if !errors.As(err, &p) || p.Status != http.StatusNotFound {
		return nil, err
	}
	p.Status, p.Title = http.StatusConflict, "Nothing was done"
	if !v.json {
		return nil, p
	}
	said, err := v.planView(op, softdelete.Plan{})
	return &reply{status: p.Status, body: &held{*p, said}}, err
}

func (v *visit) carried(op string) (*reply, error) {
	o, err := orderOf(op, v.form.Values)
	if err != nil {
		return nil, err
	}
	if v.form.Get("plan") == "" {
		return nil, senseless("plan is missing: look at the preview first, and send its fingerprint.")
	}
	if !isText(v.form.Get("reason")) {
		return nil, senseless("reason holds characters that no text has.")
	}
	if err := v.gather(o); err != nil {
		return nil, err
	}
	if op != "undo" && len(o.items) == 0 {
		return nil, notFound(gone(o))
	}
	plan, err := v.plan(o)
	if err != nil {
		return nil, err
	}
	switch {
	case plan.Fingerprint() != v.form.Get("plan") || o.missing > 0:
		return v.changed(o, plan)
	case plan.Forbidden():
		return v.held(o, plan, "Something forbids it.")
	}
	if answer, err := v.checkWords(o, plan); answer != nil || err != nil {
		return answer, err
	}
	rows, err := v.do(o, plan)
	if err != nil {
		return v.again(o, err)
	}
	return v.finish(map[string]string{"restore": "restored", "purge": "purged", "undo": "undone"}[op], o.back, op, rows, nil)
}

// do carries a plan out, if it is still the same.
func (v *visit) do(o *order, plan softdelete.Plan) (map[string]int64, error) {
	ctx := softdelete.WithReason(v.ctx, v.form.Get("reason"))
	trash := v.part(o, softdelete.Expect(plan))
	switch o.op {
	case "undo":
		d, err := trash.Undo(ctx, o.id)
		return d.Rows, err
	case "purge":
		return trash.Purge(ctx, o.items...)
	}
	return trash.Restore(ctx, o.items...)
}

// checkWords looks at what a person has to type.
func (v *visit) checkWords(o *order, plan softdelete.Plan) (*reply, error) {
	unreasoned := v.page.options.RequireReason && strings.TrimSpace(v.form.Get("reason")) == ""
	unconfirmed := !v.form.confirmed(sum(plan.Rows))
	if !unreasoned && !unconfirmed {
		return nil, nil //nolint:nilnil // nothing is to be said
	}
	if v.json || unconfirmed && o.op != "purge" { // whose form has no such field to mark
		return nil, wordless(unreasoned)
	}
	body, err := v.previewOf(o, plan)
	if err != nil {
		return nil, err
	}
	body.Reason.Value, body.Reason.Missing = v.form.Get("reason"), unreasoned
	if body.ForGood {
		body.Confirm.Value, body.Confirm.Wrong = v.form.Get("confirm"), unconfirmed
	}
	return &reply{status: http.StatusUnprocessableEntity, heading: headings[o.op], body: body}, nil
}

func wordless(unreasoned bool) error {
	if unreasoned {
		return senseless("reason is missing: say why. Nothing was done.")
	}
	return senseless("confirm is not the number of rows. Nothing was done.")
}

// again makes the plan anew where it could not be carried out.
func (v *visit) again(o *order, failed error) (*reply, error) {
	changed := errors.Is(failed, softdelete.ErrPlanChanged)
	for _, kind := range []error{softdelete.ErrRestricted, softdelete.ErrConflict, softdelete.ErrParentTrashed, softdelete.ErrGuarded, softdelete.ErrAmbiguous, softdelete.ErrNotFound} {
		changed = changed || errors.Is(failed, kind)
	}
	if !changed {
		return nil, failed
	}
	if err := v.gather(o); err != nil {
		return nil, err
	}
	if o.op != "undo" && len(o.items) == 0 {
		return nil, notFound(gone(o))
	}
	plan, err := v.plan(o)
	if err != nil {
		return nil, err
	}
	if errors.Is(failed, softdelete.ErrPlanChanged) {
		return v.changed(o, plan)
	}
	return v.held(o, plan, "Something in the database forbids it.")
}

// changed shows the plan anew that was another one when it was confirmed.
func (v *visit) changed(o *order, plan softdelete.Plan) (*reply, error) {
	return v.conflict(o, plan, "What would happen is not what was shown before. This is how it is now.", v.changes(v.form.Values["was"], plan.Rows))
}

// held shows the plan anew of what could not be done.
func (v *visit) held(o *order, plan softdelete.Plan, why string) (*reply, error) {
	return v.conflict(o, plan, why, nil)
}

func (v *visit) conflict(o *order, of softdelete.Plan, why string, changes []change) (*reply, error) {
	if v.json {
		said, err := v.planView(o.op, of)
		p := refuse(http.StatusConflict, "Nothing was done", why)
		return &reply{status: p.Status, body: &held{*p, said}}, err
	}
	body, err := v.previewOf(o, of)
	if err != nil {
		return nil, err
	}
	if body.Changed = changes; len(changes) == 0 {
		body.WasDone = why
	}
	body.Reason.Value = v.form.Get("reason")
	return &reply{status: http.StatusConflict, heading: headings[o.op], body: body}, nil
}

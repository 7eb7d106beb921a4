package trashui

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// order is what somebody wants to be done: to rows, or with an operation.
type order struct {
	op      string // "restore", "purge" or "undo"
	refs    []string
	id      uuid.UUID
	parents bool
	back    string

	items   []softdelete.Item
	missing int // how many of the rows are not in the trash
	undone  *softdelete.Deletion
}

// actions are those of the orders.
var actions = map[string]Action{"restore": ActionRestore, "purge": ActionPurge, "undo": ActionUndo}

// orderOf reads an order from an address or a form.
func orderOf(op string, values url.Values) (*order, error) {
	o := &order{op: op, refs: values["item"], parents: values.Get("parents") == "1" || values.Get("parents") == "true", back: values.Get("back")}
	switch {
	case values.Get("older_than") != "" || values.Get("until") != "":
		return nil, senseless("older_than is for emptying.")
	case op == "undo":
		id, err := uuid.Parse(values.Get("id"))
		if err != nil || len(values.Get("id")) != 36 {
			return nil, senseless("Name the operation to undo by its id.")
		}
		o.id = id
		if o.parents || len(o.refs) > 0 {
			return nil, senseless("An operation is undone as a whole: it takes an id, and neither rows nor parents.")
		}
	case values.Get("id") != "":
		return nil, senseless("id is for undoing an operation.")
	case len(o.refs) == 0:
		return nil, senseless("Choose one row, or several.")
	case len(o.refs) > mostRows:
		return nil, senseless("These are more than %d rows: choose less of them.", mostRows)
	case o.parents && op != "restore":
		return nil, senseless("Only a restore brings parents back.")
	}
	return o, nil
}

// gather finds what an order is about, if whoever asks may see it, and do that to it.
func (v *visit) gather(o *order) error {
	action := actions[o.op]
	if o.op == "undo" {
		for _, a := range []Action{ActionView, action} {
			if err := v.need(a, Target{DeletionID: o.id}); err != nil {
				return err
			}
		}
		// Its rows are those of the plan, of which each table is asked for.
		_, d, err := v.deletionOf(o.id.String())
		o.undone = &d
		return err
	}
	var asked []softdelete.Item
	for _, ref := range o.refs {
		item, err := v.itemOf(ref, action)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(asked, func(other softdelete.Item) bool { return sameRow(item, other) }) {
			asked = append(asked, item)
		}
	}
	found, err := v.trash.Items(v.ctx, asked...)
	switch {
	case errors.Is(err, gorm.ErrInvalidValue):
		return senseless("This is no key of a row.")
	case err != nil:
		return err
	}
	for _, item := range found {
		if item.DeletionID != uuid.Nil && (!v.mayView(item) || !v.may(action, targetOf(item))) {
			return forbidden()
		}
	}
	o.items, o.missing = found, len(asked)-len(found)
	return nil
}

func sameRow(a, b softdelete.Item) bool {
	return a.Table == b.Table && slices.Equal(display.KeyTexts(a.Key), display.KeyTexts(b.Key))
}

// itemOf reads a row as forms name it, and asks if it may be written to. Who may not is not
// told if it is there.
func (v *visit) itemOf(ref string, action Action) (of softdelete.Item, err error) {
	name, text, found := strings.Cut(ref, "/")
	name, err = url.PathUnescape(name)
	texts, wrong := display.ParseKey(text)
	if !found || err != nil || wrong != nil {
		return of, senseless("%s is no row: write table/key.", shorten(display.Line(ref)))
	}
	t, model := v.table(name), v.modelName(name, "")
	switch {
	case !v.mayViewTable(name, model):
		return of, forbidden()
	case t == nil:
		return of, senseless("There is no table %s in the trash.", shorten(display.Line(name)))
	}
	key, err := v.trash.Key(name, asAny(texts)...)
	if err != nil || !t.keyed() {
		if err := v.need(action, Target{Table: name, Model: model}); err != nil {
			return of, err
		}
		return of, senseless("%s is no key of %s.", shorten(display.Line(text)), t.title())
	}
	of = softdelete.Item{Table: name, Model: model, Key: key}
	if !v.mayView(of) || !v.may(action, targetOf(of)) {
		return of, forbidden()
	}
	return of, nil
}

// part is the trash as an order wants it.
func (v *visit) part(o *order, scopes ...func(*gorm.DB) *gorm.DB) *softdelete.Trash {
	if o.parents {
		scopes = append(scopes, softdelete.WithParents)
	}
	if len(scopes) == 0 {
		return v.trash
	}
	return v.trash.Scopes(scopes...)
}

// plan says what an order would do, if whoever asks may do that to all tables that it reaches.
func (v *visit) plan(o *order) (plan softdelete.Plan, err error) {
	id := uuid.Nil
	switch o.op {
	case "undo":
		id = o.id
		plan, err = v.trash.PreviewUndo(v.ctx, o.id)
	case "purge":
		plan, err = v.part(o).Preview(v.ctx, softdelete.OpPurge, o.items...)
	default:
		plan, err = v.part(o).Preview(v.ctx, softdelete.OpRestore, o.items...)
	}
	if err != nil {
		if why, ok := v.reasonOf(err); ok && !errors.Is(err, softdelete.ErrOutOfScope) {
			err = refuse(http.StatusConflict, "Nothing was done", why)
		}
		return plan, err
	}
	return plan, v.reach(actions[o.op], plan, id)
}

// reasonOf says why there is no plan, where that is no failure.
func (v *visit) reasonOf(err error) (string, bool) {
	switch {
	case errors.Is(err, softdelete.ErrAmbiguous):
		return "Rows belong to it that are in the trash, too, and nothing says if they were deleted along. Ask a developer to bring it back.", true
	case errors.Is(err, softdelete.ErrOutOfScope):
		return "It would reach rows that are outside of what you may see.", true
	case errors.Is(err, softdelete.ErrNotFound):
		return "It is not in the trash any more.", true
	}
	return "", false
}

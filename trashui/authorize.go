package trashui

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
)

// may asks if something may be done.
func (v *visit) may(action Action, target Target) bool {
	ask := v.page.options.Authorize
	return ask == nil || ask(v.r, action, target) == nil
}

// need is the error where something may not be done.
func (v *visit) need(action Action, target Target) error {
	if !v.may(action, target) {
		return forbidden()
	}
	return nil
}

// whole asks if the trash may be looked at.
func (v *visit) whole() error { return v.need(ActionView, Target{}) }

// mayViewTable asks once for each request if a table may be viewed as a whole.
func (v *visit) mayViewTable(table, model string) bool {
	may, asked := v.known[table]
	if !asked {
		may = v.may(ActionView, Target{Table: table, Model: model})
		v.known[table] = may
	}
	return may
}

// targetOf is a row.
func targetOf(item softdelete.Item) Target {
	return Target{Table: item.Table, Model: item.Model, Key: item.Key, DeletionID: item.DeletionID}
}

// mayView asks if a row may be viewed, whose table may be.
func (v *visit) mayView(item softdelete.Item) bool {
	if !v.mayViewTable(item.Table, item.Model) {
		return false
	}
	return v.may(ActionView, targetOf(item))
}

// mayWrite asks if a row may be written to that may be viewed.
func (v *visit) mayWrite(action Action, item softdelete.Item) bool {
	return !v.page.options.ReadOnly && v.may(action, targetOf(item))
}

// shows tells if a list has a row.
func (v *visit) shows(item softdelete.Item) bool {
	return v.page.options.Authorize == nil || v.mayView(item)
}

// viewable leaves those of some rows that may be viewed.
func (v *visit) viewable(items []softdelete.Item) []softdelete.Item {
	if v.page.options.Authorize == nil {
		return items
	}
	list := make([]softdelete.Item, 0, len(items))
	for _, item := range items {
		if v.shows(item) {
			list = append(list, item)
		}
	}
	return list
}

// reach asks if an action may be done to the tables of which rows go along by a plan, and to those
// of an operation, of which none was asked for by its key.
func (v *visit) reach(action Action, plan softdelete.Plan, id uuid.UUID) error {
	for _, name := range mostFirst(plan.Rows) {
		if id == uuid.Nil && onlyAddressed(plan, name) {
			continue
		}
		model := v.modelName(name, "")
		for _, step := range plan.Steps {
			if model == "" && step.Table == name {
				model = step.Model
			}
		}
		if !v.mayViewTable(name, model) || !v.may(action, Target{Table: name, Model: model, DeletionID: id}) {
			return forbidden()
		}
	}
	return nil
}

// mayViewAll asks if tables may be viewed, of which the models are given: not if none are known.
func (v *visit) mayViewAll(tables map[string]string) bool {
	if v.page.options.Authorize == nil {
		return true
	}
	for name, model := range tables {
		if !v.mayViewTable(name, v.modelName(name, model)) {
			return false
		}
	}
	return len(tables) > 0
}

// onlyAddressed tells if all that a plan does to a table it does to the rows that it was made for.
func onlyAddressed(plan softdelete.Plan, table string) bool {
	addressed := false
	for _, step := range plan.Steps {
		if step.Table == table {
			if step.Relation != "" {
				return false
			}
			addressed = true
		}
	}
	return addressed
}

// readOnly refuses writes where none are offered. Previews change nothing, and are shown.
func (v *visit) readOnly() error {
	if v.page.options.ReadOnly {
		return refuse(403, "Not allowed", fmt.Sprintf("%s is for looking only. Nothing was done.", v.page.options.Title))
	}
	return nil
}

package trashui

import (
	"cmp"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
)

// shownDeletion is one operation with those of its rows that may be viewed, and tells if there is
// anything of it. Where rows are asked for one by one they are listed, and need not be counted.
func (v *visit) shownDeletion(id uuid.UUID) (d softdelete.Deletion, found bool, err error) {
	if v.page.options.Authorize != nil {
		d, found, whole, err := v.listedDeletion(id)
		if err != nil || whole {
			return d, found, err
		}
	}
	d, err = v.trash.Deletion(v.ctx, id)
	if errors.Is(err, softdelete.ErrNotFound) {
		return d, false, nil
	}
	if err != nil {
		return d, false, err
	}
	visible, err := v.visible([]softdelete.Deletion{d})
	if err != nil || len(visible) == 0 {
		return softdelete.Deletion{ID: id}, true, err
	}
	return visible[0], true, nil
}

// listedDeletion makes an operation of its rows. It is not whole if there are more of these than
// are listed, or some that have no key.
func (v *visit) listedDeletion(id uuid.UUID) (d softdelete.Deletion, found, whole bool, err error) {
	d = softdelete.Deletion{ID: id, Rows: map[string]int64{}}
	for _, t := range v.tables {
		if !t.keyed() {
			return d, false, false, nil
		}
		page, err := v.trash.List(v.ctx, softdelete.ListOptions{Models: []any{t.value}, DeletionID: id, Limit: mostRows})
		if err = listed(err); err != nil || page.Next != "" {
			return d, false, false, err
		}
		found = found || len(page.Items) > 0
		if len(page.Items) > 0 && !v.mayViewTable(t.name(), t.schema.Name) {
			v.partial[id] = true
		}
		for _, item := range page.Items {
			if item.At.After(d.At) {
				d.At = item.At
			}
			if v.mayView(item) {
				d.Rows[t.name()]++
				d.By, d.Reason = cmp.Or(d.By, item.By), cmp.Or(d.Reason, item.Reason)
				v.see(item)
			}
		}
	}
	return d, found, true, nil
}

// visible leaves those operations, and of each those rows, that may be viewed. Rows that may
// not are told from the newest of the time that the operations span.
func (v *visit) visible(list []softdelete.Deletion) ([]softdelete.Deletion, error) {
	if v.page.options.Authorize == nil {
		return list, nil
	}
	visible := make([]softdelete.Deletion, 0, len(list))
	byID := map[uuid.UUID]map[string]int64{}
	for _, d := range list {
		if !v.may(ActionView, Target{DeletionID: d.ID}) {
			continue
		}
		rows := map[string]int64{}
		for name, n := range d.Rows {
			if t := v.table(name); t != nil && v.mayViewTable(name, t.schema.Name) {
				rows[name] = n
			} else {
				v.partial[d.ID] = true
			}
		}
		d.Rows = rows
		byID[d.ID] = rows
		visible = append(visible, d)
	}
	if err := v.countOut(visible, byID); err != nil {
		return nil, err
	}
	shown := visible[:0]
	for _, d := range visible {
		if len(d.Rows) > 0 {
			shown = append(shown, d)
		}
	}
	return shown, nil
}

// countOut takes rows that may not be viewed off those of operations.
func (v *visit) countOut(list []softdelete.Deletion, byID map[uuid.UUID]map[string]int64) error {
	o := softdelete.ListOptions{Limit: mostRows}
	tables := map[string]bool{}
	for i, d := range list {
		for name := range d.Rows {
			tables[name] = true
		}
		// Of the tables some keep times by the second only.
		if from := d.At.Truncate(time.Second); i == 0 || from.Before(o.Since) {
			o.Since = from
		}
		if to := d.At.Add(2 * time.Second); i == 0 || to.After(o.Until) {
			o.Until = to
		}
	}
	if len(list) == 1 {
		o.Since, o.Until, o.DeletionID = time.Time{}, time.Time{}, list[0].ID
	}
	for _, t := range v.tables {
		if !tables[t.name()] || !t.keyed() {
			continue
		}
		list, known := v.newest[t.name()]
		if !known {
			o.Models = []any{t.value}
			page, err := v.trash.List(v.ctx, o)
			if err = listed(err); err != nil {
				return err
			}
			list = page.Items
		}
		v.takeOff(t, list, byID)
	}
	return nil
}

// takeOff takes those of some rows off that may not be viewed, and keeps the others.
func (v *visit) takeOff(t *table, list []softdelete.Item, byID map[uuid.UUID]map[string]int64) {
	for _, item := range list {
		rows := byID[item.DeletionID]
		switch {
		case rows == nil:
		case v.mayView(item):
			v.see(item)
		default:
			if rows[t.name()]--; rows[t.name()] <= 0 {
				delete(rows, t.name())
			}
		}
	}
}

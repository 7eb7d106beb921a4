package trashui

import (
	"cmp"
	"errors"
	"slices"
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
		visible = append(visible, d)
	}
	if err := v.countOut(visible); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(visible, func(d softdelete.Deletion) bool { return len(d.Rows) == 0 }), nil
}

// looked is what was looked at of an operation.
type looked struct {
	at         *softdelete.Deletion
	asked      map[string]int64 // rows that were asked for, by table
	shown      map[string]int64 // those of them that may be viewed
	whole      map[string]bool  // tables of which all rows were asked for
	by, reason string           // as the rows that may be viewed say
}

// add asks for rows. It tells if one may not be viewed.
func (l *looked) add(v *visit, items ...softdelete.Item) (refused bool) {
	for _, item := range items {
		l.asked[item.Table]++
		if !v.mayView(item) {
			refused = true
			continue
		}
		v.see(item)
		l.shown[item.Table]++
		l.by, l.reason = cmp.Or(l.by, item.By), cmp.Or(l.reason, item.Reason)
	}
	return refused
}

// misses tells if there are rows of a table that were not asked for.
func (l *looked) misses(t *table) bool {
	return t.keyed() && !l.whole[t.name()] && l.asked[t.name()] < l.at.Rows[t.name()]
}

// settle makes the numbers those of rows that may be viewed, as far as that is known. Of an
// operation that is not shown as a whole, who and why are said as these have it.
func (l *looked) settle(partial bool) {
	for name, n := range l.at.Rows {
		hidden := l.asked[name] > l.shown[name]
		if partial = partial || hidden; hidden || l.whole[name] || l.asked[name] >= n && n > 0 {
			l.at.Rows[name] = l.shown[name]
		}
		if l.at.Rows[name] == 0 {
			delete(l.at.Rows, name)
		}
	}
	if partial {
		l.at.By, l.at.Reason = l.by, l.reason
	}
}

// countOut takes rows that may not be viewed off those of operations: of all where some may
// not. Of one of which none was among the newest rows it is asked for some of its own.
func (v *visit) countOut(list []softdelete.Deletion) error {
	byID := map[uuid.UUID]*looked{}
	for i := range list {
		byID[list[i].ID] = &looked{at: &list[i], asked: map[string]int64{}, shown: map[string]int64{}, whole: map[string]bool{}}
	}
	refused, err := v.newestOf(list, byID)
	for i := range list {
		l := byID[list[i].ID]
		if err == nil && (refused || len(l.asked) == 0) {
			refused, err = v.lookThrough(l, refused)
		}
		if err != nil {
			return err
		}
		l.settle(v.partial[l.at.ID])
	}
	return err
}

// newestOf asks for the newest rows of the time that some operations span.
func (v *visit) newestOf(list []softdelete.Deletion, byID map[uuid.UUID]*looked) (refused bool, err error) {
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
		items, known := v.newest[t.name()]
		if !known {
			o.Models = []any{t.value}
			page, err := v.trash.List(v.ctx, o)
			if err = listed(err); err != nil {
				return false, err
			}
			items = page.Items
		}
		for _, item := range items {
			if l := byID[item.DeletionID]; l != nil {
				refused = l.add(v, item) || refused
			}
		}
	}
	return refused, nil
}

// lookThrough asks for the rows of one operation by themselves: for some, and for as many as are
// ever asked for where one may not be viewed.
func (v *visit) lookThrough(l *looked, refused bool) (bool, error) {
	for _, t := range v.tables {
		if !l.misses(t) {
			continue
		}
		o := softdelete.ListOptions{Models: []any{t.value}, DeletionID: l.at.ID, Limit: mostRows}
		if !refused {
			o.Limit = fewRows
		}
		page, err := v.trash.List(v.ctx, o)
		if err = listed(err); err != nil {
			return refused, err
		}
		l.asked[t.name()], l.shown[t.name()], l.whole[t.name()] = 0, 0, page.Next == ""
		switch hidden := l.add(v, page.Items...); {
		case refused:
		case hidden:
			return v.lookThrough(l, true)
		case len(page.Items) > 0:
			return false, nil
		}
	}
	return refused, nil
}

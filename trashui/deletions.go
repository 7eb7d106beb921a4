package trashui

import (
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// deletions lists operations.
func (v *visit) deletions() (*reply, error) {
	if err := v.whole(); err != nil {
		return nil, err
	}
	c, err := v.choose("deletions")
	if err != nil {
		return nil, v.backTo(err, "deletions", "All operations")
	}
	body := &deletions{Items: []deletion{}, Filter: c.filter}
	if len(c.options.Models) > 0 {
		page, err := v.trash.Deletions(v.ctx, c.options)
		if err = listed(err); err != nil {
			return nil, err
		}
		visible, err := v.visible(page.Items)
		if err != nil {
			return nil, err
		}
		for _, d := range visible {
			body.Items = append(body.Items, v.deletionView(d, c.href("deletions", c.options.After)))
		}
		for _, name := range page.Untold {
			if t := v.table(name); t != nil && t.keyed() && v.mayViewTable(name, t.schema.Name) {
				body.Untold = append(body.Untold, option{Value: v.base + "rows?" + url.Values{"model": {name}}.Encode(), Text: display.Line(name)})
			}
		}
		body.Next = page.Next
	}
	if body.Next != "" {
		body.NextHref = v.base + c.href("deletions", body.Next)
	}
	if c.options.After != "" {
		body.FirstHref = v.base + c.href("deletions", "")
	}
	return &reply{here: "deletions", heading: "Deletions", body: body, notice: v.notice()}, nil
}

// deletion is the page of one operation, with the first of its rows.
func (v *visit) deletion() (*reply, error) {
	id, d, err := v.deletionOf(v.words[1])
	if err != nil {
		return nil, v.backTo(err, "deletions", "All operations")
	}
	body := &oneDeletion{deletion: v.deletionView(d, "deletions"), Items: []item{}, ListHref: v.base + "deletions"}
	c, err := v.choose("deletions/" + id.String())
	if err != nil {
		return nil, err
	}
	c.options.DeletionID = id
	list, next, err := v.list(c)
	if err != nil {
		return nil, err
	}
	if body.Items, err = v.items(list); err != nil {
		return nil, err
	}
	if body.Next = next; next != "" {
		body.NextHref = v.base + c.href("deletions/"+id.String(), next)
	}
	return &reply{here: "deletions", heading: "A deletion", body: body}, nil
}

// deletionOf finds an operation that may be viewed, with those of its rows that may be.
func (v *visit) deletionOf(text string) (id uuid.UUID, d softdelete.Deletion, err error) {
	id, d, err = v.wholeDeletion(text)
	if err != nil {
		return id, d, err
	}
	visible, err := v.visible([]softdelete.Deletion{d})
	if err == nil && len(visible) == 0 {
		err = forbidden()
	}
	if err != nil {
		return id, d, err
	}
	return id, visible[0], nil
}

// wholeDeletion finds an operation, with all of its rows.
func (v *visit) wholeDeletion(text string) (id uuid.UUID, d softdelete.Deletion, err error) {
	missing := notFound("Nothing of this operation is in the trash: it was undone, or its rows were restored or removed one by one.")
	id, err = uuid.Parse(text)
	if err != nil || len(text) != 36 {
		return id, d, missing
	}
	if err := v.need(ActionView, Target{DeletionID: id}); err != nil {
		return id, d, err
	}
	d, err = v.trash.Deletion(v.ctx, id)
	if errors.Is(err, softdelete.ErrNotFound) {
		err = missing
	}
	return id, d, err
}

// deletionView says what a list says of an operation.
func (v *visit) deletionView(d softdelete.Deletion, back string) deletion {
	of := deletion{
		ID: d.ID.String(), At: moment(d.At), By: v.text(d.By), Reason: v.text(d.Reason), Rows: counted(d.Rows),
		Total: sum(d.Rows), Tables: byTable(d.Rows), Href: v.deletionHref(d.ID),
	}
	if !v.page.options.ReadOnly && v.may(ActionUndo, Target{DeletionID: d.ID}) {
		of.UndoTo = v.base + "preview?" + url.Values{"op": {"undo"}, "id": {of.ID}, "back": {back}}.Encode()
	}
	return of
}

// visible leaves those operations, and of each those rows, that may be viewed. Rows that may
// not are told from the newest of the time that the operations span; a row that is known to be
// viewed need not be looked at again.
func (v *visit) visible(list []softdelete.Deletion, known ...softdelete.Item) ([]softdelete.Deletion, error) {
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
			}
		}
		d.Rows = rows
		byID[d.ID] = rows
		visible = append(visible, d)
	}
	if err := v.countOut(visible, byID, known); err != nil {
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
func (v *visit) countOut(list []softdelete.Deletion, byID map[uuid.UUID]map[string]int64, known []softdelete.Item) error {
	o := softdelete.ListOptions{Limit: mostRows}
	tables := map[string]bool{}
	for i, d := range list {
		for name, n := range d.Rows {
			tables[name] = tables[name] || n > 1 || !slices.ContainsFunc(known, func(item softdelete.Item) bool { return item.Table == name && item.DeletionID == d.ID })
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
		o.Models = []any{t.value}
		page, err := v.trash.List(v.ctx, o)
		if err = listed(err); err != nil {
			return err
		}
		for _, item := range page.Items {
			rows := byID[item.DeletionID]
			if rows == nil || v.mayView(item) {
				continue
			}
			if rows[t.name()]--; rows[t.name()] <= 0 {
				delete(rows, t.name())
			}
		}
	}
	return nil
}

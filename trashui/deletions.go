package trashui

import (
	"cmp"
	"net/url"

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
		return v.misread(c, err, "Deletions", &deletions{Items: []deletion{}})
	}
	body := &deletions{Items: []deletion{}, Filter: c.filter}
	page, err := v.listDeletions(c)
	if err != nil {
		return v.misread(c, err, "Deletions", body)
	}
	if body.Items, err = v.deletionViews(page.Items, c.href("deletions", c.options.After)); err != nil {
		return nil, err
	}
	for _, name := range page.Untold {
		if t := v.table(name); t != nil && t.keyed() && v.mayViewTable(name, t.schema.Name) {
			body.Untold = append(body.Untold, option{Value: v.base + "rows?" + url.Values{"model": {name}}.Encode(), Text: display.Line(name)})
		}
	}
	body.Next = page.Next
	if body.Next != "" {
		body.NextHref = v.base + c.href("deletions", body.Next)
	}
	if c.options.After != "" {
		body.FirstHref = v.base + c.href("deletions", "")
	}
	return &reply{here: "deletions", heading: "Deletions", body: body, notice: v.notice()}, nil
}

// listDeletions reads a page of operations that may be viewed. It goes on for those that may not
// as a list of rows does.
func (v *visit) listDeletions(c *choice) (page softdelete.DeletionPage, err error) {
	if len(c.options.Models) == 0 {
		return page, nil
	}
	var shown []softdelete.Deletion
	o := c.options
	for round := range mostRounds {
		read, err := v.trash.Deletions(v.ctx, o)
		if listed(err) != nil {
			return page, listed(err)
		}
		visible, err := v.visible(read.Items)
		if err != nil {
			return page, err
		}
		page = softdelete.DeletionPage{Untold: read.Untold}
		for i := range visible {
			shown = append(shown, visible[i])
			page.Items = shown
			if len(shown) == c.options.Limit && (read.Next != "" || visible[i].ID != read.Items[len(read.Items)-1].ID) {
				page.Next, err = visible[i].After()
				return page, err
			}
		}
		page.Items = shown
		if read.Next == "" {
			return page, nil
		}
		if round+1 >= rounds && len(shown) > 0 {
			page.Next, err = shown[len(shown)-1].After()
			return page, err
		}
		o.After, o.Limit = read.Next, max(o.Limit, manyOperations)
	}
	return page, tooMuch()
}

// manyOperations are looked at at once where some may not be viewed.
const manyOperations = 100

// deletion is the page of one operation, with the first of its rows.
func (v *visit) deletion() (*reply, error) {
	id, d, err := v.deletionOf(v.words[1])
	if err != nil {
		return nil, v.backTo(err, "deletions", "All operations")
	}
	back, list := v.listBehind("deletions", "deletions")
	said, err := v.aboutOne(d, back)
	if err != nil {
		return nil, err
	}
	body := &oneDeletion{deletion: said, Items: []item{}, ListHref: list}
	c, err := v.choose("deletions/" + id.String())
	if err != nil {
		return nil, err
	}
	c.options.DeletionID = id
	if back != "deletions" {
		c.values.Set("back", back)
	}
	items, next, err := v.list(c)
	if err != nil {
		return nil, err
	}
	if body.Items, err = v.items(items); err != nil {
		return nil, err
	}
	if body.Next = next; next != "" {
		body.NextHref = v.base + c.href("deletions/"+id.String(), next)
	}
	return &reply{here: "deletions", heading: cmp.Or(said.Example, "A deletion"), body: body}, nil
}

// deletionOf finds an operation that may be viewed, with those of its rows that may be.
func (v *visit) deletionOf(text string) (id uuid.UUID, d softdelete.Deletion, err error) {
	if id, err = v.deletionID(text); err != nil {
		return id, d, err
	}
	d, found, err := v.shownDeletion(id)
	switch {
	case err != nil:
	case !found:
		err = notInTrash()
	case len(d.Rows) == 0:
		err = forbidden()
	}
	return id, d, err
}

// deletionID reads the id of an operation, and asks if that may be viewed.
func (v *visit) deletionID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 || id == uuid.Nil {
		return id, notInTrash()
	}
	return id, v.need(ActionView, Target{DeletionID: id})
}

func notInTrash() error {
	return notFound("Nothing of this operation is in the trash: it was undone, or its rows were restored or removed one by one.")
}

// deletionView says what a list says of an operation.
func (v *visit) deletionView(d softdelete.Deletion, back string) deletion {
	of := deletion{
		ID: d.ID.String(), Same: d.ID.String(), At: moment(d.At), By: v.text(d.By), Reason: v.text(d.Reason), Rows: counted(d.Rows),
		Total: sum(d.Rows), Tables: byTable(d.Rows), Href: from(v.deletionHref(d.ID), back),
	}
	if v.mayUndo(d) {
		of.UndoTo = v.base + "preview?" + url.Values{"op": {"undo"}, "id": {of.ID}, "back": {back}}.Encode()
	}
	return of
}

// mayUndo asks if an operation may be undone, of which all tables are known to be asked for.
func (v *visit) mayUndo(d softdelete.Deletion) bool {
	if v.page.options.ReadOnly || v.partial[d.ID] || !v.may(ActionUndo, Target{DeletionID: d.ID}) {
		return false
	}
	for name := range d.Rows {
		if !v.may(ActionUndo, Target{Table: name, Model: v.modelName(name, ""), DeletionID: d.ID}) {
			return false
		}
	}
	return true
}

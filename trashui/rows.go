package trashui

import (
	"errors"
	"net/http"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// rows lists rows in the trash.
func (v *visit) rows() (*reply, error) {
	if err := v.whole(); err != nil {
		return nil, err
	}
	c, err := v.choose("rows")
	if err != nil {
		return v.misread(c, err, "Rows", &rows{Items: []item{}, Back: "rows"})
	}
	list, next, err := v.list(c)
	if err != nil {
		return v.misread(c, err, "Rows", &rows{Items: []item{}, Back: "rows"})
	}
	items, err := v.items(list)
	if err != nil {
		return nil, err
	}
	body := &rows{Items: items, Next: next, Filter: c.filter, Back: c.href("rows", c.options.After), Preview: v.base + "preview"}
	body.CanRestore, body.CanPurge = v.offer(list, items)
	for i := range items {
		items[i].Href, items[i].DeletionHref = from(items[i].Href, body.Back), from(items[i].DeletionHref, body.Back)
	}
	if next != "" {
		body.NextHref = v.base + c.href("rows", next)
	}
	if c.options.After != "" {
		body.FirstHref = v.base + c.href("rows", "")
	}
	return &reply{here: "rows", heading: "Rows", body: body, notice: v.notice()}, nil
}

// A list is gone on with where rows of it may not be viewed: a few times, and where there is
// nothing to show yet more often.
const rounds, mostRounds = 4, 20

// list reads a page of rows that may be viewed. A page may be shorter than it could be, and have
// another behind it, which goes on behind a row that may be viewed: none other is named.
func (v *visit) list(c *choice) (list []softdelete.Item, next string, err error) {
	if len(c.chosen) == 0 {
		return nil, "", nil
	}
	o := c.options
	for round := range mostRounds {
		page, err := v.trash.List(v.ctx, o)
		if err != nil {
			return nil, "", listed(err)
		}
		for i, item := range page.Items {
			if !v.shows(item) {
				continue
			}
			if list = append(list, item); len(list) == c.options.Limit && (page.Next != "" || i < len(page.Items)-1) {
				next, err = item.After()
				return list, next, err
			}
		}
		if page.Next == "" {
			return list, "", nil
		}
		if round+1 >= rounds && len(list) > 0 {
			next, err = list[len(list)-1].After()
			return list, next, err
		}
		o.After, o.Limit = page.Next, mostRows
	}
	return nil, "", tooMuch()
}

// listed is the error of a list. Where no model could have such rows, there are none.
func listed(err error) error {
	var model *softdelete.ModelError
	var actor *softdelete.ActorError
	switch {
	case errors.As(err, &model), errors.As(err, &actor):
		return nil
	case errors.Is(err, gorm.ErrInvalidValue):
		return senseless("This is not how a page of this list goes on: begin at its first page.")
	}
	return err
}

// misread answers a list whose filters make no sense: a person gets them back to mend them.
func (v *visit) misread(c *choice, err error, heading string, body any) (*reply, error) {
	var p *problem
	if v.json || !errors.As(err, &p) || p.Status != http.StatusUnprocessableEntity {
		return nil, v.backTo(err, c.filter.Action, "All of them")
	}
	c.filter.Problem = p.Detail
	switch body := body.(type) {
	case *rows:
		body.Filter = c.filter
	case *deletions:
		body.Filter = c.filter
	}
	return &reply{status: p.Status, here: c.filter.Action, heading: heading, body: body}, nil
}

// backTo gives a problem a way back.
func (v *visit) backTo(err error, path, text string) error {
	var p *problem
	if errors.As(err, &p) && p.BackHref == "" {
		p.BackHref, p.BackText = v.base+path, text
	}
	return err
}

package trashui

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// row is the page of one row.
func (v *visit) row() (*reply, error) {
	of, t, err := v.rowOfPath()
	if err != nil {
		return nil, v.backTo(err, "rows", "All rows")
	}
	loaded, err := of.Load(v.ctx)
	if errors.Is(err, softdelete.ErrNotFound) {
		return nil, v.backTo(notFound("This row is not in the trash any more."), "rows", "All rows")
	}
	if err != nil {
		return nil, err
	}
	body := &row{item: v.item(of, v.label(of, loaded)), Hidden: []string{}, Parents: []parent{}}
	body.back, body.ListHref = v.listBehind("rows", "rows?"+url.Values{"model": {of.Table}}.Encode())
	body.CanRestore, body.CanPurge = v.mayWrite(ActionRestore, of), v.mayWrite(ActionPurge, of)
	v.columns(body, t.schema, loaded, of)
	if err := v.parents(body, of); err != nil {
		return nil, err
	}
	if err := v.operation(body, of); err != nil {
		return nil, err
	}
	if err := v.future(body, of); err != nil {
		return nil, err
	}
	return &reply{here: "rows", heading: body.Label, body: body}, nil
}

// rowOfPath finds the row that the path names. Who may not see it is not told if it is there.
func (v *visit) rowOfPath() (of softdelete.Item, t *table, err error) {
	name, err := url.PathUnescape(v.words[1])
	if err != nil {
		return of, nil, notFound("There is no such row.")
	}
	if t = v.table(name); t == nil {
		if !v.mayViewTable(name, "") {
			return of, nil, forbidden()
		}
		return of, nil, notFound("There is no such table in the trash.")
	}
	if !v.mayViewTable(name, t.schema.Name) {
		return of, nil, forbidden()
	}
	missing := notFound("There is no such row in the trash: it is live, or gone, or never was.")
	texts, err := display.ParseKey(v.words[2])
	if err != nil || !t.keyed() {
		return of, nil, missing
	}
	key, err := v.trash.Key(name, asAny(texts)...)
	if err != nil {
		return of, nil, missing
	}
	if err := v.need(ActionView, Target{Table: name, Model: t.schema.Name, Key: key}); err != nil {
		return of, nil, err
	}
	of, err = v.trash.Item(v.ctx, name, key...)
	switch {
	case errors.Is(err, softdelete.ErrNotFound), errors.Is(err, gorm.ErrInvalidValue):
		return of, nil, missing
	case err != nil:
		return of, nil, err
	case of.DeletionID != uuid.Nil && !v.mayView(of):
		return of, nil, forbidden()
	}
	return of, t, nil
}

func asAny(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

const longText = 500 // of a value

// columns are what is in the row.
func (v *visit) columns(body *row, s *schema.Schema, loaded any, of softdelete.Item) {
	var shown []display.Column
	chosen := v.chosenColumns(s.Table)
	if chosen != nil {
		for _, name := range chosen {
			if field := s.FieldsByDBName[name]; field != nil && field.Readable {
				value, _ := field.ValueOf(v.ctx, reflect.ValueOf(loaded).Elem())
				shown = append(shown, display.Column{Name: name, Value: display.ValueOf(value)})
			}
		}
	} else {
		var hidden []string
		shown, hidden, body.Secret = display.Columns(v.ctx, s, loaded)
		body.Hidden = append(body.Hidden, hidden...)
	}
	body.Columns = make([]column, len(shown))
	for i, c := range shown {
		body.Columns[i] = v.column(c)
		body.Columns[i].Told = chosen == nil && isTold(s.FieldsByDBName[c.Name], c, of)
	}
}

// isTold tells if a column says nothing but how the row was deleted, which its page says anyway.
func isTold(field *schema.Field, c display.Column, of softdelete.Item) bool {
	if !of.At.IsZero() && c.Value.Time.Equal(of.At) && field.IndirectFieldType == reflect.TypeFor[gorm.DeletedAt]() {
		return true
	}
	return hasTag(field, "by") || hasTag(field, "reason") || hasTag(field, "deletionID")
}

func (v *visit) column(c display.Column) column {
	of := column{Name: v.text(c.Name), Bytes: c.Value.Binary}
	switch {
	case c.Value.Null || c.Value.Binary > 0:
		return of
	case !c.Value.Time.IsZero():
		text := c.Value.Time.UTC().Format(time.RFC3339Nano)
		of.Value, of.Time = &text, moment(c.Value.Time)
		return of
	}
	text := c.Value.Text
	if cut := display.Cut(text, longText); cut != text {
		text, of.Cut = cut, true
	}
	text = v.text(text)
	of.Value = &text
	return of
}

// parents are what the row hung on.
func (v *visit) parents(body *row, of softdelete.Item) error {
	list, err := of.Parents(v.ctx)
	if err != nil {
		return err
	}
	for _, p := range list {
		target := softdelete.Item{Table: p.Table, Model: p.Model, Key: p.Key}
		if p.Item != nil {
			target = *p.Item
		}
		if !v.mayView(target) {
			continue
		}
		up := parent{Relation: p.Relation, Table: v.text(p.Table), Model: p.Model, Key: v.key(p.Key), Label: v.label(target, p.Row), Trashed: p.Item != nil}
		if p.Item != nil {
			up.Href = v.rowHref(p.Table, p.Key)
		}
		body.Parents = append(body.Parents, up)
	}
	return nil
}

// operation is what the row went with.
func (v *visit) operation(body *row, of softdelete.Item) error {
	if of.DeletionID == uuid.Nil || !v.may(ActionView, Target{DeletionID: of.DeletionID}) {
		return nil
	}
	d, _, err := v.shownDeletion(of.DeletionID)
	if err != nil || len(d.Rows) == 0 {
		return err
	}
	if t := v.addressed(d.Rows); t != nil && t.name() == of.Table && v.seen[place{d.ID, of.Table}].DeletionID == uuid.Nil {
		v.see(of)
	}
	said, err := v.aboutOne(d, body.back)
	if err != nil {
		return err
	}
	body.Deletion, body.Others, body.UndoTo = &said, max(0, said.Total-1), said.UndoTo
	return nil
}

// future is what would become of the row.
func (v *visit) future(body *row, of softdelete.Item) error {
	ctx, cancel := context.WithTimeout(v.ctx, v.page.patience/4)
	defer cancel()
	plan, err := v.trash.Preview(ctx, softdelete.OpRestore, of)
	switch {
	case err != nil && ctx.Err() != nil && v.ctx.Err() == nil:
		body.Restore = nil // a row is to be seen though much hangs on it
	case err != nil:
		why, ok := v.reasonOf(err)
		if !ok {
			return err
		}
		body.RestoreErr = why
	case v.reach(ActionView, plan, uuid.Nil) == nil:
		said, err := v.planView("restore", plan)
		if err != nil {
			return err
		}
		body.Restore = &said
		body.Below = slices.Clone(said.Steps)
		body.Below = slices.DeleteFunc(body.Below, func(s planStep) bool { return s.Parent == "" })
	}
	query := url.Values{"item": {body.Ref}, "back": {body.back}}
	to := func(op string, more ...string) string {
		query.Set("op", op)
		query.Del("parents")
		for _, name := range more {
			query.Set(name, "1")
		}
		return v.base + "preview?" + query.Encode()
	}
	if body.CanRestore && body.RestoreErr == "" && v.reach(ActionRestore, plan, uuid.Nil) == nil {
		body.RestoreTo = to("restore")
		if v.mayRaise(plan) {
			body.ParentsTo = to("restore", "parents")
		}
		if body.Deletion != nil && maps.Equal(plan.Rows, body.Deletion.Rows) {
			body.UndoTo = "" // it would do the same, by another name
		}
	}
	if body.CanPurge {
		body.PurgeTo = to("purge")
	}
	return nil
}

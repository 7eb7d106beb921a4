package trashui

import (
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// text is what is in a row, as it is for programs, and for people so that all of it is seen.
func (v *visit) text(text string) string {
	if v.json {
		return text
	}
	return display.Line(text)
}

// key writes a key. What is no text in it stays escaped.
func (v *visit) key(key []any) []string {
	texts := display.KeyTexts(key)
	for i, text := range texts {
		switch {
		case !v.json:
			texts[i] = display.Line(text)
		case !utf8.ValidString(text):
			texts[i] = display.LineKey([]string{text})
		}
	}
	return texts
}

// moment is a time as it is written; nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// rowHref is the address of a row's page.
func (v *visit) rowHref(table string, key []any) string {
	return v.base + "rows/" + refOf(table, display.KeyTexts(key))
}

func (v *visit) deletionHref(id uuid.UUID) string {
	return v.base + "deletions/" + id.String()
}

// item says what a list says of a row.
func (v *visit) item(of softdelete.Item, label string) item {
	i := item{
		Table: v.text(of.Table), Model: of.Model, Key: v.key(of.Key), At: moment(of.At), By: v.text(of.By), Reason: v.text(of.Reason),
		Label: label, KeptUntil: moment(of.KeptUntil()),
		Ref: refOf(of.Table, display.KeyTexts(of.Key)), Href: v.rowHref(of.Table, of.Key),
	}
	if of.DeletionID != uuid.Nil {
		i.DeletionID, i.DeletionHref = &of.DeletionID, v.deletionHref(of.DeletionID)
	}
	return i
}

// items says what a list says of rows, with their labels.
func (v *visit) items(list []softdelete.Item) ([]item, error) {
	labels, err := v.labels(list)
	if err != nil {
		return nil, err
	}
	items := make([]item, len(list))
	for i, of := range list {
		items[i] = v.item(of, labels[i])
	}
	return items, nil
}

// offer says what may be done with the rows of a list.
func (v *visit) offer(list []softdelete.Item, items []item) (restore, purge bool) {
	for i, of := range list {
		items[i].CanRestore, items[i].CanPurge = v.mayWrite(ActionRestore, of), v.mayWrite(ActionPurge, of)
		restore, purge = restore || items[i].CanRestore, purge || items[i].CanPurge
	}
	return restore, purge
}

// refOf names a row as forms do: table/key.
func refOf(table string, key []string) string {
	return display.PathKey([]string{table}) + "/" + display.PathKey(key)
}

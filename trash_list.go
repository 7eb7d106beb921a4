package softdelete

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// ListOptions choose what of the trash is listed.
type ListOptions struct {
	Limit  int       // entries on a page; zero stands for 50, less is gorm.ErrInvalidValue
	After  string    // the Next of the page before; empty for the first page
	Models []any     // of these models only; defaults to all of the trash
	Actor  any       // trashed by this actor only, as given with WithActor; nil for anybody
	Since  time.Time // trashed at this time or after; zero for no bound
	Until  time.Time // trashed before this time; zero for no bound

	// Reason leaves rows whose reason contains this text, in whatever case; empty for any
	// reason. Nothing in it is a wildcard.
	Reason string

	// DeletionID leaves rows that one operation has trashed; uuid.Nil for any.
	DeletionID uuid.UUID
}

const defaultLimit = 50

func (o *ListOptions) limit() (int, error) {
	switch {
	case o.Limit < 0:
		return 0, fmt.Errorf("softdelete: %w: ListOptions.Limit is %d", gorm.ErrInvalidValue, o.Limit)
	case o.Limit == 0:
		return defaultLimit, nil
	default:
		return o.Limit, nil
	}
}

// ItemPage is one page of List.
type ItemPage struct {
	Items []Item
	Next  string // for ListOptions.After; empty on the last page
}

// List lists trashed rows, of all models of the trash together, newest first. Rows that
// do not say when they were trashed come last. Rows of the same time are in the order of
// their tables, and of a table by primary key, the greatest first.
//
//	page, err := trash.List(ctx, softdelete.ListOptions{Limit: 20})
//	page, err = trash.List(ctx, softdelete.ListOptions{Limit: 20, After: page.Next})
//
//	SELECT id, deletion_id, deleted_at, deleted_by, delete_reason FROM posts
//	WHERE (deleted_at, id) < ('…', 7) AND posts.deleted_at IS NOT NULL
//	ORDER BY deleted_at DESC, id DESC LIMIT 21
//
// Pages go on from the last row of the one before. While rows come and go, none is
// listed twice, and none is left out that was there all along.
//
// With an Actor, a Reason or a DeletionID, models without a column for that are left
// out. With Since or Until, rows without a time are. If no model is left, the error is a
// [*ModelError] or [*ActorError].
//
// Other errors are a *ModelError for a model without a primary key, gorm.ErrInvalidValue
// for options that mean nothing, [ErrNotSoftDeletable] for a model without a marker, and
// those of the database.
func (t *Trash) List(ctx context.Context, options ListOptions) (ItemPage, error) {
	db, models, err := t.begin(ctx, options.Models)
	if err != nil {
		return ItemPage{}, err
	}
	limit, err := options.limit()
	if err != nil {
		return ItemPage{}, err
	}
	models, err = options.fit(models)
	if err != nil {
		return ItemPage{}, err
	}
	l := &listing{trash: t, db: db, d: dialectOf(db), options: options, limit: limit}
	if options.After != "" {
		if l.after, err = l.placeOf(options.After, models); err != nil {
			return ItemPage{}, err
		}
	}
	for _, m := range models {
		if err := checkListed(m); err != nil {
			return ItemPage{}, err
		}
	}
	page, err := l.page(models)
	if l.after != nil && dialect.HasState(err, "22") {
		err = fmt.Errorf("softdelete: %w: ListOptions.After names a key that the database cannot have: %w", gorm.ErrInvalidValue, err)
	}
	return page, err
}

// checkListed returns the error of a model of which no row can be named.
func checkListed(m *model.Model) error {
	if len(m.Schema.PrimaryFields) == 0 {
		return &ModelError{m.Name(), "", "a listing needs a primary key"}
	}
	return nil
}

// fit leaves out models that cannot have rows of an actor, of a reason or of an operation.
func (o *ListOptions) fit(models []*model.Model) ([]*model.Model, error) {
	if len(models) == 0 {
		return models, nil
	}
	if o.Reason != "" && !dialect.IsText(o.Reason) {
		return nil, fmt.Errorf("softdelete: %w: ListOptions.Reason is no text: it has a byte that no text in a database has", gorm.ErrInvalidValue)
	}
	var first error
	fitting := slices.DeleteFunc(slices.Clone(models), func(m *model.Model) bool {
		err := o.misfit(m)
		if err != nil && first == nil {
			first = err
		}
		return err != nil
	})
	if len(fitting) == 0 {
		return nil, first
	}
	return fitting, nil
}

// misfit is why a model cannot have rows that the options choose.
func (o *ListOptions) misfit(m *model.Model) error {
	switch {
	case o.Actor != nil && m.By == nil:
		return &ModelError{m.Name(), "", `ListOptions.Actor needs a column for who trashed a row: embed softdelete.Tracked, or tag a field softdelete:"by"`}
	case o.Reason != "" && m.Reason == nil:
		return &ModelError{m.Name(), "", `ListOptions.Reason needs a column for why a row was trashed: embed softdelete.Tracked, or tag a field softdelete:"reason"`}
	case o.DeletionID != uuid.Nil && m.DeletionID == nil:
		return &ModelError{m.Name(), "", `ListOptions.DeletionID needs a column for the operation that trashed a row: embed softdelete.Tracked, or tag a field softdelete:"deletionID"`}
	case o.Actor != nil:
		_, err := convertActor(m, o.Actor)
		return err
	default:
		return nil
	}
}

// choose leaves of a query on a model that fits the rows that the options choose by who
// trashed them, why and in which operation.
func (o *ListOptions) choose(tx *gorm.DB, m *model.Model) *gorm.DB {
	if o.Actor != nil {
		tx = tx.Scopes(TrashedBy(o.Actor))
	}
	if o.Reason != "" {
		column := clause.Column{Table: clause.CurrentTable, Name: m.Reason.DBName}
		tx = also(tx, dialectOf(tx).Contains(column, o.Reason))
	}
	if o.DeletionID != uuid.Nil {
		id, err := model.UUIDFor(m.DeletionID, o.DeletionID)
		if err != nil {
			_ = tx.AddError(err)
			return tx
		}
		tx = also(tx, clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: m.DeletionID.DBName}, Value: id})
	}
	return tx
}

// place is where a page ends: after a row.
type place struct {
	At    *time.Time // nil for a row without a time
	Table string
	Key   []json.RawMessage
	key   []any
}

// placeOf reads the Next of a page.
func (l *listing) placeOf(text string, models []*model.Model) (*place, error) {
	wrong := fmt.Errorf("softdelete: %w: ListOptions.After is not the Next of a page of this listing", gorm.ErrInvalidValue)
	p := &place{}
	if !decode(text, p) || p.At != nil && !isAskable(*p.At) {
		return nil, wrong
	}
	for _, m := range models {
		if m.Schema.Table != p.Table {
			continue
		}
		if len(p.Key) != len(m.Schema.PrimaryFields) {
			return nil, wrong
		}
		for i, field := range m.Schema.PrimaryFields {
			value := reflect.New(field.FieldType)
			if text := value.Elem(); text.Kind() == reflect.String {
				var raw []byte
				if json.Unmarshal(p.Key[i], &raw) != nil {
					return nil, wrong
				}
				text.SetString(string(raw))
			} else if json.Unmarshal(p.Key[i], value.Interface()) != nil {
				return nil, wrong
			}
			p.key = append(p.key, value.Elem().Interface())
		}
		if !model.CanAsk(l.db, l.d, m.Schema, p.key) {
			return nil, wrong
		}
		return p, nil
	}
	return nil, wrong
}

// isAskable tells if each database can be asked about a time.
func isAskable(at time.Time) bool {
	year := at.UTC().Year()
	return year >= 1 && year <= 9999
}

func decode(text string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into) == nil && errors.Is(decoder.Decode(&struct{}{}), io.EOF)
}

func encode(from any) (string, error) {
	raw, err := json.Marshal(from)
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// After is the ListOptions.After of a list that goes on behind this row: the Next of a page
// that ends with it.
//
//	page, err := trash.List(ctx, softdelete.ListOptions{After: after})
func (i Item) After() (string, error) { return placeAfter(&i) }

// placeAfter is the Next of a page that ends with an item.
func placeAfter(item *Item) (string, error) {
	p := place{Table: item.Table, Key: make([]json.RawMessage, len(item.Key))}
	if !item.At.IsZero() {
		p.At = &item.At
	}
	for i, value := range item.Key {
		if text := reflect.ValueOf(value); text.Kind() == reflect.String {
			value = []byte(text.String()) // which need not be UTF-8
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return "", fmt.Errorf("softdelete: model %s: writing a primary key: %w", item.Model, err)
		}
		p.Key[i] = raw
	}
	return encode(p)
}

// listing makes one page.
type listing struct {
	trash   *Trash
	db      *gorm.DB
	d       *dialect.Dialect
	options ListOptions
	limit   int
	after   *place
}

// page merges the lists of the models' tables.
func (l *listing) page(models []*model.Model) (ItemPage, error) {
	var items []Item
	if l.after == nil || l.after.At != nil {
		for _, m := range models {
			if m.At == nil {
				continue
			}
			more, err := l.timed(m)
			if err != nil {
				return ItemPage{}, err
			}
			items = append(items, more...)
		}
		// Stable: rows of the same time stay in the order of tables and of keys.
		slices.SortStableFunc(items, func(a, b Item) int { return b.At.Compare(a.At) })
	}
	bounded := !l.options.Since.IsZero() || !l.options.Until.IsZero()
	for _, m := range models {
		if m.AlwaysTells() || bounded || len(items) > l.limit {
			continue
		}
		more, err := l.untimed(m)
		if err != nil {
			return ItemPage{}, err
		}
		items = append(items, more...)
	}
	page := ItemPage{Items: items}
	if len(items) > l.limit {
		page.Items = items[:l.limit:l.limit]
		var err error
		if page.Next, err = placeAfter(&page.Items[l.limit-1]); err != nil {
			return ItemPage{}, err
		}
	}
	return page, nil
}

// timed lists rows of a model that say when they were trashed.
func (l *listing) timed(m *model.Model) ([]Item, error) {
	when := m.Timeline(l.d)
	tx := l.query(m)
	if !m.AlwaysTells() {
		tx = also(tx, when.Known(true))
	}
	var bounds []clause.Expression
	if !l.options.Since.IsZero() {
		bounds = append(bounds, &timeCondition{model: m, dialect: l.d, operator: ">=", time: l.options.Since})
	}
	if !l.options.Until.IsZero() {
		bounds = append(bounds, &timeCondition{model: m, dialect: l.d, operator: "<", time: l.options.Until})
	}
	if l.after != nil {
		older, byTime := l.older(m, when)
		if len(bounds) == 0 && !byTime {
			tx = also(tx, older)
		} else {
			bounds = append(bounds, older)
		}
	}
	tx = within(tx, m, l.d, bounds...)
	return l.items(m, tx.Clauses(expr.InOrder(when, model.PrimaryNames(m.Schema), true)))
}

// older is that a row comes after the place where the page before has ended, by its
// time alone or by its key too.
func (l *listing) older(m *model.Model, when *model.Timeline) (condition clause.Expression, byTime bool) {
	at := when.Floor(*l.after.At)
	switch {
	case at.Before(*l.after.At), m.Schema.Table > l.after.Table:
		return when.Compare("<=", at), true
	case m.Schema.Table < l.after.Table:
		return when.Compare("<", at), true
	default:
		return expr.Beyond(when, when.Value(at), model.PrimaryNames(m.Schema), l.after.key, "<", l.d.RowRange), false
	}
}

// untimed lists rows of a model with a flag that do not say when they were
// trashed.
func (l *listing) untimed(m *model.Model) ([]Item, error) {
	tx := l.query(m)
	if m.At != nil {
		tx = also(tx, m.Timeline(l.d).Known(false))
	}
	if l.after != nil && l.after.At == nil {
		switch {
		case m.Schema.Table < l.after.Table:
			return nil, nil
		case m.Schema.Table == l.after.Table:
			tx = also(tx, expr.Beyond(nil, nil, model.PrimaryNames(m.Schema), l.after.key, "<", l.d.RowRange))
		}
	}
	return l.items(m, tx.Clauses(expr.InOrder(nil, model.PrimaryNames(m.Schema), true)))
}

func (l *listing) query(m *model.Model) *gorm.DB {
	return l.options.choose(l.d.First(trashOf(l.db, m), l.limit+1), m)
}

// items runs the query of a list.
func (l *listing) items(m *model.Model, tx *gorm.DB) ([]Item, error) {
	names := model.PrimaryNames(m.Schema)
	dest, key := session.KeyScan(len(names))
	kept, from, read := m.RecordScan(clause.CurrentTable)
	dest = append(dest, from...)
	var items []Item
	var failed error
	tx = tx.Clauses(clause.Select{Columns: append(expr.Columns(clause.CurrentTable, names), kept...)})
	_, err := session.Scan(tx, dest, func() {
		typed, err := model.TypedKey(m.Schema, key())
		if err != nil {
			failed = err
		}
		items = append(items, itemOf(l.trash, l.db, m, typed, read()))
	})
	if err == nil {
		err = failed
	}
	return items, err
}

// itemOf is a row of the trash by its key, and what it says of its deletion.
func itemOf(t *Trash, db *gorm.DB, m *model.Model, key []any, of model.Record) Item {
	return Item{
		Table: m.Schema.Table, Model: m.Name(), Key: key, At: of.At.Time, By: of.By, Reason: of.Reason, DeletionID: of.ID.UUID,
		trash: t, db: db, model: m,
	}
}

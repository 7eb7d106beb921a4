package softdelete

import (
	"cmp"
	"context"
	"fmt"
	"math"
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

// DeletionPage is one page of Deletions.
type DeletionPage struct {
	Items []Deletion
	Next  string // for ListOptions.After; empty on the last page

	// Untold are tables, in order, whose rows do not say by which operation they were
	// trashed: their models have no deletion_id. What is in the trash of them is in no
	// Deletion. They are those of ListOptions.Models, or of all of the trash.
	Untold []string
}

// Deletions lists the operations of which rows are in the trash, newest first. Each says
// when it was, by whom and why, and how many rows of which table are there now. Its ID
// is what [Undo] takes.
//
//	page, err := trash.Deletions(ctx, softdelete.ListOptions{Actor: "ana"})
//
//	SELECT deletion_id, deleted_at FROM posts WHERE … AND posts.deleted_at IS NOT NULL
//	GROUP BY deletion_id, deleted_at ORDER BY deleted_at DESC, deletion_id DESC LIMIT 51
//	SELECT deletion_id, deleted_at, deleted_by, delete_reason, count(*) FROM posts
//	WHERE posts.deletion_id IN (…) AND posts.deleted_at IS NOT NULL GROUP BY …
//
// An operation is listed if one of its rows is of the models, the actor, the reason and
// the times that the options name. Rows are counted in all models of the trash that have
// a deletion_id, whichever the options name. DeletionID lists that operation alone.
//
// Rows without a deletion_id belong to no operation that could be told.
// DeletionPage.Untold names the tables of which that is true of all. Pages go on from
// the last operation of the one before. The errors are those of List.
func (t *Trash) Deletions(ctx context.Context, options ListOptions) (DeletionPage, error) {
	l, untold, err := t.deletions(ctx, options.Models)
	if err != nil {
		return DeletionPage{}, err
	}
	limit, err := options.limit()
	if err != nil {
		return DeletionPage{}, err
	}
	if l.options = options; options.After != "" {
		l.after = &end{}
		if !decode(options.After, l.after) || l.after.ID == uuid.Nil || !isAskable(l.after.At) {
			return DeletionPage{}, fmt.Errorf("softdelete: %w: ListOptions.After is not the Next of a page of deletions", gorm.ErrInvalidValue)
		}
	}
	if l.chosen, err = options.fit(l.chosen); err != nil {
		return DeletionPage{}, err
	}
	page, err := l.page(limit)
	page.Untold = untold
	return page, err
}

// Deletion returns one operation, as Deletions lists it: with what of it is in the trash
// now. Its errors are [ErrNotFound] if nothing is, as for an id that is unknown or undone,
// and those of the database.
func (t *Trash) Deletion(ctx context.Context, id uuid.UUID) (Deletion, error) {
	l, _, err := t.deletions(ctx, nil)
	if err != nil {
		return Deletion{}, err
	}
	var found []Deletion
	if id != uuid.Nil {
		if found, err = l.read([]uuid.UUID{id}); err != nil {
			return Deletion{}, err
		}
	}
	if len(found) == 0 {
		return Deletion{}, fmt.Errorf("%w: no row that this operation trashed is in the trash", ErrNotFound)
	}
	return found[0], nil
}

// deletions looks into the operations of some models. It also returns the tables of those
// of them that keep none.
func (t *Trash) deletions(ctx context.Context, models []any) (l *deletions, untold []string, err error) {
	db, all, err := t.begin(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	_, chosen, err := t.begin(ctx, models)
	if err != nil {
		return nil, nil, err
	}
	unkept := func(m *model.Model) bool { return m.DeletionID == nil }
	for _, m := range chosen {
		if unkept(m) {
			untold = append(untold, m.Schema.Table)
		}
	}
	return &deletions{db: db, d: dialectOf(db), all: slices.DeleteFunc(all, unkept), chosen: slices.DeleteFunc(chosen, unkept)}, untold, nil
}

// deletions makes one page of operations.
type deletions struct {
	db      *gorm.DB
	d       *dialect.Dialect
	options ListOptions
	all     []*model.Model // of which rows are counted
	chosen  []*model.Model // of which an operation has to have rows
	after   *end
}

// keepsPlaces tells if the chosen models alone say when an operation was: if no
// other keeps the time finer than they do.
func (l *deletions) keepsPlaces() bool {
	finest := func(models []*model.Model) time.Duration {
		least := time.Duration(math.MaxInt64)
		for _, m := range models {
			if step := m.Step(); step > 0 {
				least = min(least, step)
			}
		}
		return least
	}
	least := finest(l.all)
	return !slices.ContainsFunc(l.chosen, func(m *model.Model) bool { return m.Step() != least })
}

// end is where a page ends: after an operation.
type end struct {
	At time.Time
	ID uuid.UUID
}

// After is the ListOptions.After of Deletions that go on behind this operation, as those list
// it: the Next of a page that ends with it.
func (d Deletion) After() (string, error) { return encode(end{d.At, d.ID}) }

// newestFirst compares operations in the order of the listing.
func newestFirst(at time.Time, id uuid.UUID, otherAt time.Time, otherID uuid.UUID) int {
	if order := otherAt.Compare(at); order != 0 {
		return order
	}
	return cmp.Compare(otherID.String(), id.String())
}

// page reads candidates from each table until it is certain that no other
// operation comes between them: the tables of an operation keep its time at their
// own precisions, and its place is by the finest.
func (l *deletions) page(limit int) (DeletionPage, error) {
	if o := &l.options; o.DeletionID != uuid.Nil {
		ids := []uuid.UUID{o.DeletionID}
		if o.Actor != nil || o.Reason != "" || len(o.Models) > 0 {
			var err error
			if ids, err = l.choose(ids); err != nil {
				return DeletionPage{}, err
			}
		}
		found, err := l.fitting(ids)
		return DeletionPage{Items: found}, err
	}
	for most := limit + 3; ; most *= 2 {
		ids, bound, err := l.candidates(most)
		if err == nil && !l.keepsPlaces() {
			ids, err = l.choose(ids)
		}
		if err != nil {
			return DeletionPage{}, err
		}
		found, err := l.fitting(ids)
		if err != nil {
			return DeletionPage{}, err
		}
		slices.SortFunc(found, func(a, b Deletion) int { return newestFirst(a.At, a.ID, b.At, b.ID) })
		certain := len(found)
		if bound != nil {
			certain = 0
			for certain < len(found) && found[certain].At.After(*bound) {
				certain++
			}
		}
		if bound != nil && certain <= limit {
			continue
		}
		page := DeletionPage{Items: found[:min(certain, limit)]}
		if certain > limit {
			page.Next, err = page.Items[limit-1].After()
		}
		return page, err
	}
}

// fitting are those of some operations that are in the listing, and after the last page.
func (l *deletions) fitting(ids []uuid.UUID) ([]Deletion, error) {
	found, err := l.read(ids)
	return slices.DeleteFunc(found, func(d Deletion) bool { return !l.fits(&d) }), err
}

// fits tells if an operation is in the listing, and after the last page.
func (l *deletions) fits(d *Deletion) bool {
	switch o := &l.options; {
	case !o.Since.IsZero() && d.At.Before(o.Since), !o.Until.IsZero() && !d.At.Before(o.Until):
		return false
	case d.At.IsZero() && (!o.Since.IsZero() || !o.Until.IsZero()):
		return false
	default:
		return l.after == nil || newestFirst(l.after.At, l.after.ID, d.At, d.ID) < 0
	}
}

// candidates lists the newest operations of each table, and up to when they are
// complete: nil if there are no more.
func (l *deletions) candidates(most int) (ids []uuid.UUID, bound *time.Time, err error) {
	seen := map[uuid.UUID]bool{}
	of, query := l.chosen, l.query
	if !l.keepsPlaces() {
		of, query = l.all, func(m *model.Model) *gorm.DB { return trashOf(l.db, m) }
	}
	for _, m := range of {
		var last time.Time
		n, err := l.newest(l.d.First(query(m), most), m, func(id uuid.UUID, at time.Time) {
			last = at
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		})
		if err != nil {
			return nil, nil, err
		}
		if n == int64(most) && (bound == nil || last.After(*bound)) {
			bound = &last
		}
	}
	return ids, bound, nil
}

// choose leaves those operations that the options are about.
func (l *deletions) choose(ids []uuid.UUID) ([]uuid.UUID, error) {
	chosen := map[uuid.UUID]bool{}
	for _, m := range l.chosen {
		for chunk := range slices.Chunk(ids, l.d.Chunk(1)) {
			among, err := l.among(m, chunk)
			if err != nil {
				return nil, err
			}
			columns := []clause.Column{{Table: clause.CurrentTable, Name: m.DeletionID.DBName}}
			tx := also(l.query(m), among).Clauses(clause.Select{Columns: columns}, clause.GroupBy{Columns: columns})
			var id any
			if _, err := session.Scan(tx, []any{&id}, func() { chosen[model.UUIDOf(id).UUID] = true }); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(ids, func(id uuid.UUID) bool { return !chosen[id] }), nil
}

// query is of the rows of a chosen model that the options are about.
func (l *deletions) query(m *model.Model) *gorm.DB { return l.options.choose(trashOf(l.db, m), m) }

// among is that a row is of one of some operations.
func (l *deletions) among(m *model.Model, ids []uuid.UUID) (clause.Expression, error) {
	values := make([]any, len(ids))
	for i, id := range ids {
		value, err := model.UUIDFor(m.DeletionID, id)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return clause.IN{Column: clause.Column{Table: clause.CurrentTable, Name: m.DeletionID.DBName}, Values: values}, nil
}

// newest reads the newest operations of a table.
func (l *deletions) newest(tx *gorm.DB, m *model.Model, each func(uuid.UUID, time.Time)) (int64, error) {
	tx = within(tx, m, l.d, l.bounds(m)...)
	dest, origin := m.OriginScan()
	columns := make([]clause.Column, 0, 2)
	for _, field := range m.OriginColumns() {
		columns = append(columns, clause.Column{Table: clause.CurrentTable, Name: field.DBName})
	}
	var leading clause.Expression
	if m.At != nil {
		leading = m.Timeline(l.d)
	}
	id := clause.Column{Table: clause.CurrentTable, Name: m.DeletionID.DBName}
	groups := clause.GroupBy{Columns: columns}
	if l.d.CountsTwice {
		// Of groups it is no condition on a column, by which rows would be expected to be fewer.
		groups.Having = []clause.Expression{clause.Expr{SQL: "count(?) > 0", Vars: []any{id}}}
	} else {
		tx = also(tx, clause.Neq{Column: id, Value: nil})
	}
	tx = tx.Clauses(clause.Select{Columns: columns}, groups, expr.InOrder(leading, []string{m.DeletionID.DBName}, true))
	return session.Scan(tx, dest, func() {
		of := origin()
		each(of.ID.UUID, of.At.Time)
	})
}

// bounds are those of when an operation trashed the rows of a table, whose own times
// may be coarser than the operation's. Of two that end the listing it is the nearer one.
func (l *deletions) bounds(m *model.Model) (list []clause.Expression) {
	if m.At == nil {
		return nil
	}
	when := m.Timeline(l.d)
	if !l.options.Since.IsZero() {
		list = append(list, when.Compare(">=", when.Floor(l.options.Since)))
	}
	until := l.options.Until.Add(m.Step())
	switch {
	case l.after != nil && (l.options.Until.IsZero() || l.after.At.Before(until)):
		list = append(list, when.Compare("<=", l.after.At))
	case !l.options.Until.IsZero():
		list = append(list, when.Compare("<", until))
	}
	return list
}

// read counts the rows of operations in all tables.
func (l *deletions) read(ids []uuid.UUID) ([]Deletion, error) {
	byID := map[uuid.UUID]*Deletion{}
	for _, id := range ids {
		byID[id] = &Deletion{ID: id, Rows: map[string]int64{}}
	}
	p, _ := installed(l.db)
	g := p.models.relations()
	// Who and why are read off the table that the others hang on.
	models := slices.SortedStableFunc(slices.Values(l.all), func(a, b *model.Model) int { return cmp.Compare(g.RankOf(a), g.RankOf(b)) })
	for _, m := range models {
		for chunk := range slices.Chunk(ids, l.d.Chunk(1)) {
			if err := l.count(m, chunk, byID); err != nil {
				return nil, err
			}
		}
	}
	list := make([]Deletion, 0, len(ids))
	for _, id := range ids {
		if d := byID[id]; len(d.Rows) > 0 {
			list = append(list, *d)
		}
	}
	return list, nil
}

// count adds the rows of one table.
func (l *deletions) count(m *model.Model, ids []uuid.UUID, byID map[uuid.UUID]*Deletion) error {
	among, err := l.among(m, ids)
	if err != nil {
		return err
	}
	columns, dest, read := m.RecordScan(clause.CurrentTable)
	var n int64
	list := make([]any, 0, len(columns)+1)
	for _, column := range columns {
		list = append(list, column)
	}
	tx := expr.Selecting(also(trashOf(l.db, m), among), append(list, "count(*)")...).
		Clauses(clause.GroupBy{Columns: columns}, clause.OrderBy{Columns: []clause.OrderByColumn{{Column: clause.Column{Name: "count(*)", Raw: true}, Desc: true}}})
	_, err = session.Scan(tx, append(dest, &n), func() {
		of := read()
		d := byID[of.ID.UUID]
		if d == nil {
			return
		}
		d.Rows[m.Schema.Table] += n
		if of.At.Time.After(d.At) {
			d.At = of.At.Time
		}
		d.By, d.Reason = cmp.Or(d.By, of.By), cmp.Or(d.Reason, of.Reason)
	})
	return err
}

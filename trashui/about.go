package trashui

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// mostApart are operations of a page that are asked for a row one by one, as they have too many
// rows to be listed with the others.
const mostApart = 3

// deletionViews says what a list says of operations, each with what it was about.
func (v *visit) deletionViews(list []softdelete.Deletion, back string) ([]deletion, error) {
	about, err := v.about(list)
	if err != nil {
		return nil, err
	}
	views := make([]deletion, len(list))
	for i, d := range list {
		views[i] = v.deletionView(d, back)
		views[i].Example = about[d.ID]
	}
	return views, nil
}

func (v *visit) aboutOne(d softdelete.Deletion, back string) (deletion, error) {
	views, err := v.deletionViews([]softdelete.Deletion{d}, back)
	if err != nil {
		return deletion{}, err
	}
	return views[0], nil
}

// about says of operations what people know one row by that was addressed. None is named that
// may not be viewed.
func (v *visit) about(list []softdelete.Deletion) (map[uuid.UUID]string, error) {
	var items []softdelete.Item
	more := map[uuid.UUID]int64{}
	unlisted := map[*table][]softdelete.Deletion{}
	for _, d := range list {
		t := v.addressed(d.Rows)
		if t == nil {
			continue
		}
		more[d.ID] = d.Rows[t.name()] - 1
		if item, ok := v.seen[place{d.ID, t.name()}]; ok {
			items = append(items, item)
		} else {
			unlisted[t] = append(unlisted[t], d)
		}
	}
	for _, t := range v.tables {
		found, err := v.addressedRows(t, unlisted[t])
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	labels, err := v.labels(items)
	if err != nil {
		return nil, err
	}
	about := map[uuid.UUID]string{}
	for i, item := range items {
		about[item.DeletionID] = v.example(item, labels[i], more[item.DeletionID])
	}
	return about, nil
}

// example says which row it is, and how many there are beside it.
func (v *visit) example(of softdelete.Item, label string, more int64) string {
	said := of.Model + ` "` + label + `"`
	if label == display.LineKey(display.KeyTexts(of.Key)) {
		said = of.Model + " " + strings.Join(v.key(of.Key), ", ")
	}
	if more > 0 {
		said += " and " + thousands(more) + " more"
	}
	return said
}

// addressed is the table of an operation's rows on which the others hang: that of the fewest
// rows, if there are several; nil if its rows have no key.
func (v *visit) addressed(rows map[string]int64) *table {
	var all, tops []*table
	for _, t := range v.tables {
		if rows[t.name()] > 0 && t.keyed() {
			all = append(all, t)
		}
	}
	for _, t := range all {
		if !slices.ContainsFunc(all, func(other *table) bool { return other.name() != t.name() && other.carries(t) }) {
			tops = append(tops, t)
		}
	}
	if len(tops) == 0 {
		tops = all // which hang on each other in a circle
	}
	if len(tops) == 0 {
		return nil
	}
	return slices.MinFunc(tops, func(a, b *table) int {
		return cmp.Or(cmp.Compare(rows[a.name()], rows[b.name()]), cmp.Compare(a.name(), b.name()))
	})
}

// carries tells if rows of another table hang on rows of this one.
func (t *table) carries(child *table) bool {
	relations := &t.schema.Relationships
	return slices.ContainsFunc(slices.Concat(relations.HasOne, relations.HasMany, relations.Many2Many), func(rel *schema.Relationship) bool {
		return rel.FieldSchema.Table == child.name() && rel.JoinTable == nil || rel.JoinTable != nil && rel.JoinTable.Table == child.name()
	})
}

// place is where rows of an operation are.
type place struct {
	id    uuid.UUID
	table string
}

// see keeps a row of an operation, which may be viewed: the one with the least key, as what hangs
// on another row of its table mostly was made after that.
func (v *visit) see(item softdelete.Item) {
	if item.DeletionID != uuid.Nil {
		v.seen[place{item.DeletionID, item.Table}] = item // lists begin with the greatest key
	}
}

// addressedRows finds a row of a table for each of some operations: by one statement, but for the
// large ones.
func (v *visit) addressedRows(t *table, list []softdelete.Deletion) (items []softdelete.Item, err error) {
	slices.SortStableFunc(list, func(a, b softdelete.Deletion) int { return cmp.Compare(a.Rows[t.name()], b.Rows[t.name()]) })
	total, together := int64(0), 0
	for together < len(list) && total+list[together].Rows[t.name()] <= mostRows {
		total += list[together].Rows[t.name()]
		together++
	}
	o := softdelete.ListOptions{Models: []any{t.value}, Limit: mostRows}
	if together > 0 {
		if err := v.seeRows(v.trash.Scopes(trashedIn(t.schema, list[:together])), o); err != nil {
			return nil, err
		}
	}
	for _, d := range list[together:min(len(list), together+mostApart)] {
		o.DeletionID, o.Limit = d.ID, 1
		if err := v.seeRows(v.trash, o); err != nil {
			return nil, err
		}
	}
	for _, d := range list {
		if item, ok := v.seen[place{d.ID, t.name()}]; ok {
			items = append(items, item)
		}
	}
	return items, nil
}

func (v *visit) seeRows(trash *softdelete.Trash, o softdelete.ListOptions) error {
	page, err := trash.List(v.ctx, o)
	if err = listed(err); err != nil {
		return err
	}
	for _, item := range v.viewable(page.Items) {
		v.see(item)
	}
	return nil
}

// trashedIn is a scope that leaves the rows of some operations.
func trashedIn(s *schema.Schema, list []softdelete.Deletion) func(*gorm.DB) *gorm.DB {
	in := clause.IN{}
	for _, field := range s.Fields {
		if !hasTag(field, "deletionID") {
			continue
		}
		in.Column = clause.Column{Table: clause.CurrentTable, Name: field.DBName}
		for _, d := range list {
			in.Values = append(in.Values, idFor(field, d.ID))
		}
	}
	return func(db *gorm.DB) *gorm.DB {
		if len(in.Values) == 0 {
			return db.Where("1 = 0")
		}
		return db.Where(in)
	}
}

// hasTag tells if a word is in the tag of a column.
func hasTag(field *schema.Field, word string) bool {
	parts := strings.FieldsFunc(field.Tag.Get("softdelete"), func(r rune) bool { return r == ',' || r == ';' })
	return slices.ContainsFunc(parts, func(part string) bool { return strings.TrimSpace(part) == word })
}

// idFor is the id of an operation as a column takes it.
func idFor(field *schema.Field, id uuid.UUID) any {
	switch field.IndirectFieldType.Kind() {
	case reflect.Array:
		return id
	case reflect.Slice:
		return id[:]
	}
	return id.String()
}

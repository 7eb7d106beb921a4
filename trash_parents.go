package softdelete

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Parent is a row that an item hangs on.
type Parent struct {
	Relation string // "Type.Field", by which it does
	Table    string
	Model    string // name of the Go type
	Key      []any  // its primary key
	Item     *Item  // the row in the trash; nil if it is live
	Row      any    // a pointer to the model's struct
}

// Parents loads the rows that an item hangs on, live and trashed: those that its foreign
// keys name.
//
//	parents, err := item.Parents(ctx)
//
//	SELECT * FROM posts WHERE posts.id = 7 AND posts.deleted_at IS NOT NULL
//	SELECT * FROM users WHERE users.id = 3
//
// They come in the order of the fields of its model that say so. Those of which only a
// relation of the other's model tells come then, by name; a polymorphic one is such a
// relation, too. Rows that are gone, or outside of what the trash's scopes show, are
// left out. A trashed row has an Item also if its model is not among those that the
// trash was opened with.
//
// It costs one statement for the row and one for each relation of which it has a key.
// The errors are those of [Item.Load].
func (i Item) Parents(ctx context.Context) ([]Parent, error) {
	row, err := i.Load(ctx)
	if err != nil {
		return nil, err
	}
	db := i.db.WithContext(ctx)
	p, _ := installed(db)
	var list []Parent
	for _, by := range ownersOf(p.models.relations(), i.model.Schema) {
		key, ok := by.key(db, reflect.ValueOf(row).Elem())
		if !ok {
			continue
		}
		more, err := by.load(i.trash, db, key)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// owner is a relation by which rows of a model hang on others.
type owner struct {
	name     string
	schema   *schema.Schema // of the others
	foreign  []*schema.Field
	referred []*schema.Field
	fixed    map[*schema.Field]string // what stands in a column of the row, as of a polymorphic relation
}

// ownersOf lists the relations of a model by its own fields, and then those that only the
// models at their other ends declare.
func ownersOf(g *model.Graph, s *schema.Schema) []owner {
	var list []owner
	seen := map[string]bool{}
	add := func(o owner) {
		if text := o.text(); len(o.foreign) > 0 && !seen[text] {
			seen[text] = true
			list = append(list, o)
		}
	}
	for _, rel := range slices.SortedStableFunc(slices.Values(s.Relationships.BelongsTo), func(a, b *schema.Relationship) int {
		return cmp.Compare(slices.Index(s.Fields, a.Field), slices.Index(s.Fields, b.Field))
	}) {
		o := owner{name: s.Name + "." + rel.Name, schema: rel.FieldSchema, fixed: map[*schema.Field]string{}}
		for _, ref := range rel.References {
			if ref.PrimaryKey == nil {
				o.fixed[ref.ForeignKey] = ref.PrimaryValue
				continue
			}
			o.foreign, o.referred = append(o.foreign, ref.ForeignKey), append(o.referred, ref.PrimaryKey)
		}
		add(o)
	}
	var others []owner
	if t := g.Tables[s.Table]; t != nil {
		for _, l := range t.Parents {
			if o, ok := ownerBy(l, s); ok {
				others = append(others, o)
			}
		}
	}
	slices.SortStableFunc(others, func(a, b owner) int { return cmp.Compare(a.name, b.name) })
	for _, o := range others {
		add(o)
	}
	return list
}

// ownerBy is the relation of a link, if Go models tell of both of its ends.
func ownerBy(l *model.Link, s *schema.Schema) (owner, bool) {
	if l.ByDatabase || l.GuardedBy != nil || !hasModel(l.Parent) {
		return owner{}, false
	}
	o := owner{name: relationOf(l), schema: l.Parent.Schema, fixed: map[*schema.Field]string{}}
	for i, column := range l.Foreign {
		foreign, referred := s.FieldsByDBName[column], o.schema.FieldsByDBName[l.Referred[i]]
		if foreign == nil || referred == nil {
			return owner{}, false
		}
		o.foreign, o.referred = append(o.foreign, foreign), append(o.referred, referred)
	}
	for _, f := range l.Fixed {
		field := s.FieldsByDBName[f.Column]
		if field == nil {
			return owner{}, false
		}
		o.fixed[field] = f.Value
	}
	return o, true
}

// hasModel tells if a table's rows have a Go type of which somebody has written a scope,
// say: a join table that GORM has made up has none.
func hasModel(t *model.Table) bool {
	return t.Schema != nil && t.Schema.ModelType != nil && t.Schema.ModelType.Name() != ""
}

// text tells relations apart by their columns.
func (o *owner) text() string {
	parts := []string{o.schema.Table}
	for i, field := range o.foreign {
		parts = append(parts, field.DBName+"="+o.referred[i].DBName)
	}
	for field, value := range o.fixed {
		parts = append(parts, field.DBName+":"+value)
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, "\n")
}

// key is what a row has of the one that it hangs on; false if it names none.
func (o *owner) key(db *gorm.DB, row reflect.Value) ([]any, bool) {
	ctx := db.Statement.Context
	for field, value := range o.fixed {
		if model.Text(model.Plain(model.FieldValue(ctx, field, row))) != value {
			return nil, false
		}
	}
	key := make([]any, len(o.foreign))
	for i, field := range o.foreign {
		value, zero := field.ValueOf(ctx, row)
		if zero || model.IsNull(value) {
			return nil, false
		}
		var ok bool
		if key[i], ok = model.GivenFor(o.referred[i], value); !ok {
			return nil, false
		}
	}
	if slices.Equal(o.referred, o.schema.PrimaryFields) && !model.CanAsk(db, dialectOf(db), o.schema, key) {
		return nil, false
	}
	return key, true
}

// load loads the rows of a key, which the scopes of a trash show.
func (o *owner) load(t *Trash, db *gorm.DB, key []any) ([]Parent, error) {
	tx, some := anyOf(db, o.schema)
	if !some {
		return nil, tx.Error
	}
	names := make([]string, len(o.referred))
	for i, field := range o.referred {
		names[i] = field.DBName
	}
	rows := reflect.New(reflect.SliceOf(reflect.PointerTo(o.schema.ModelType)))
	if err := alsoOn(tx, o.schema, expr.InCurrent(names, [][]any{key})).Find(rows.Interface()).Error; err != nil {
		return nil, err
	}
	p, _ := installed(db)
	m, err := p.models.lookup(db, o.schema)
	if err != nil {
		return nil, err
	}
	var list []Parent
	for i := range rows.Elem().Len() {
		row := rows.Elem().Index(i)
		parent := Parent{Relation: o.name, Table: o.schema.Table, Model: o.schema.Name, Row: row.Interface()}
		for _, field := range o.schema.PrimaryFields {
			parent.Key = append(parent.Key, field.ReflectValueOf(db.Statement.Context, row.Elem()).Interface())
		}
		if m != nil && m.Marker.IsTrashed(db.Statement.Context, row.Elem()) {
			of, err := m.RecordOf(db.Statement.Context, row.Elem())
			if err != nil {
				return nil, err
			}
			item := itemOf(t, db, m, parent.Key, of)
			parent.Item = &item
		}
		list = append(list, parent)
	}
	if table := p.models.relations().Tables[o.schema.Table]; m == nil && table != nil && table.Model != nil {
		return list, itemsFor(t, db, table.Model, list)
	}
	return list, nil
}

// itemsFor looks up those that are in the trash of rows whose own struct has no marker, but
// another model of their table has.
func itemsFor(t *Trash, db *gorm.DB, m *model.Model, list []Parent) error {
	places, keys := map[string]*Parent{}, [][]any{}
	for i := range list {
		if key, err := model.GivenKey(m.Schema, list[i].Key); err == nil {
			places[model.KeyText(key...)] = &list[i]
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	items, err := (&listing{trash: t, db: db}).items(m, also(trashOf(db, m), expr.InCurrent(model.PrimaryNames(m.Schema), keys)))
	for i := range items {
		if parent := places[model.KeyText(items[i].Key...)]; parent != nil {
			parent.Item = &items[i]
		}
	}
	return err
}

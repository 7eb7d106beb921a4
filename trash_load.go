package softdelete

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// LoadAll loads the rows of items, in their order, each as a pointer to the model's
// struct. One that is not in the trash any more, or not in this part of it, is nil. It
// costs one statement a table, not one a row.
//
//	rows, err := trash.LoadAll(ctx, page.Items...)
//
//	SELECT * FROM posts WHERE posts.id IN (7, 8) AND posts.deleted_at IS NOT NULL
//
// Items are told by their Table and Key. Errors are gorm.ErrInvalidValue for a table
// that is not of this trash or a key that is none, and those of the database.
func (t *Trash) LoadAll(ctx context.Context, items ...Item) ([]any, error) {
	loaded := make([]any, len(items))
	err := t.eachTable(ctx, items, func(db *gorm.DB, m *model.Model, keys [][]any, places map[string][]int) error {
		return loadInto(db, m, keys, places, loaded)
	})
	if err != nil {
		return nil, err
	}
	return loaded, nil
}

// Items looks items up anew, as [Trash.Item] does each, in their order. Those that are
// not in the trash any more, or not in this part of it, are left out. It costs one
// statement a table.
//
//	items, err := trash.Items(ctx, softdelete.Item{Table: "posts", Key: []any{"7"}}, …)
//
//	SELECT id, deletion_id, deleted_at, deleted_by, delete_reason FROM posts
//	WHERE posts.id IN (7, 8) AND posts.deleted_at IS NOT NULL
//
// Items are told, and errors are, as for [Trash.LoadAll].
func (t *Trash) Items(ctx context.Context, items ...Item) ([]Item, error) {
	found := make([]*Item, len(items))
	err := t.eachTable(ctx, items, func(db *gorm.DB, m *model.Model, keys [][]any, places map[string][]int) error {
		l := &listing{db: db}
		list, err := l.items(m, also(trashOf(db, m), expr.InCurrent(model.PrimaryNames(m.Schema), keys)))
		for i, item := range list {
			for _, place := range places[model.KeyText(item.Key...)] {
				found[place] = &list[i]
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	list := make([]Item, 0, len(items))
	for _, item := range found {
		if item != nil {
			list = append(list, *item)
		}
	}
	return list, nil
}

// eachTable parts items by their tables, and into as many as fit into a statement. The step
// gets their keys, each once, and which places among the items are those of a key.
func (t *Trash) eachTable(ctx context.Context, items []Item, step func(db *gorm.DB, m *model.Model, keys [][]any, places map[string][]int) error) error {
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return err
	}
	places, keys := map[*model.Model]map[string][]int{}, map[*model.Model][][]any{}
	for i, item := range items {
		m, err := modelNamed(models, item.Table)
		if err == nil {
			err = checkListed(m)
		}
		if err != nil {
			return err
		}
		key, err := model.GivenKey(m.Schema, item.Key)
		if err != nil {
			return err
		}
		if places[m] == nil {
			places[m] = map[string][]int{}
		}
		text := model.KeyText(key...)
		if places[m][text] == nil && model.CanAsk(db, dialectOf(db), m.Schema, key) {
			keys[m] = append(keys[m], key)
		}
		places[m][text] = append(places[m][text], i)
	}
	for _, m := range models {
		for chunk := range slices.Chunk(keys[m], dialectOf(db).Chunk(len(m.Schema.PrimaryFields))) {
			err := step(db, m, chunk, places[m])
			if dialect.HasState(err, "22") {
				err = errNoKey(m, err)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// loadInto loads rows of a model by their keys to where these go.
func loadInto(db *gorm.DB, m *model.Model, keys [][]any, places map[string][]int, loaded []any) error {
	list := reflect.New(reflect.SliceOf(reflect.PointerTo(m.Schema.ModelType)))
	part := once(partOf(db, m), m)
	tx := inTrash(also(part, expr.InCurrent(model.PrimaryNames(m.Schema), keys))).Find(list.Interface())
	if tx.Error != nil {
		return tx.Error
	}
	for i := range list.Elem().Len() {
		row := list.Elem().Index(i)
		key := make([]any, len(m.Schema.PrimaryFields))
		for j, field := range m.Schema.PrimaryFields {
			key[j], _ = field.ValueOf(db.Statement.Context, row)
		}
		for _, place := range places[model.KeyText(key...)] {
			loaded[place] = row.Interface()
		}
	}
	return nil
}

// Key converts the primary key of a row as Trash.Item does, without asking for the row: to
// the types of the model's fields.
//
//	key, err := trash.Key("posts", "7") // uint(7)
//
// Its errors are gorm.ErrInvalidValue for a table that the trash has not, and for keys of
// the wrong number or kind.
func (t *Trash) Key(table string, key ...any) ([]any, error) {
	_, models, err := t.begin(context.Background(), nil)
	if err != nil {
		return nil, err
	}
	m, err := modelNamed(models, table)
	if err != nil {
		return nil, err
	}
	return model.GivenKey(m.Schema, key)
}

func modelNamed(models []*model.Model, table string) (*model.Model, error) {
	i := slices.IndexFunc(models, func(m *model.Model) bool { return m.Schema.Table == table })
	if i < 0 {
		return nil, fmt.Errorf("softdelete: %w: no model of the trash has the table %q", gorm.ErrInvalidValue, table)
	}
	return models[i], nil
}

// Now is the time by GORM's clock (NowFunc) of the handle that the trash is of: what is
// shown as so many days ago, or due, is told by it.
func (t *Trash) Now() time.Time {
	db, _, err := t.begin(context.Background(), nil)
	if err != nil {
		return time.Time{}
	}
	return db.NowFunc()
}

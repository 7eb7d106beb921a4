package softdelete

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Item is one trashed row.
type Item struct {
	Table string
	Model string // name of the Go type
	Key   []any  // the primary key, in the order and the types of the model's fields

	At         time.Time // when it was trashed; zero if the row does not say
	By         string    // by whom; empty if the row does not say
	Reason     string    // why; empty if the row does not say
	DeletionID uuid.UUID // in which operation; uuid.Nil if the row does not say

	trash *Trash
	db    *gorm.DB
	model *model.Model
}

// KeptUntil is when retention takes the row: its TrashRetention, or else that of
// Trash.WithRetention, after it was trashed. Zero if it is kept for ever, or does not say
// when it was trashed, and for an Item that is from no trash.
func (i Item) KeptUntil() time.Time {
	if i.trash == nil || i.At.IsZero() {
		return time.Time{}
	}
	kept := i.trash.retentionOf(i.model)
	if kept == 0 {
		return time.Time{}
	}
	return i.At.Add(kept)
}

// Load loads the row, as a pointer to the model's struct. It returns [ErrNotFound]
// if the row is not in the trash any more.
//
//	SELECT * FROM posts WHERE posts.id = 7 AND posts.deleted_at IS NOT NULL
func (i Item) Load(ctx context.Context) (any, error) {
	switch {
	case i.db == nil:
		return nil, fmt.Errorf("softdelete: %w: the item is from no trash: List and Item give one", gorm.ErrInvalidValue)
	case ctx == nil:
		return nil, errNilContext
	}
	row := model.NewOf(i.model.Schema.ModelType)
	part := once(partOf(i.db.WithContext(ctx), i.model), i.model)
	tx := inTrash(also(part, expr.InCurrent(model.PrimaryNames(i.model.Schema), [][]any{i.Key}))).Limit(1).Find(row)
	if tx.Error == nil && tx.RowsAffected == 0 {
		return nil, fault.About(ErrNotFound, i.Model, "the row is not in the trash any more")
	}
	if tx.Error != nil {
		return nil, tx.Error
	}
	return row, nil
}

// Item returns one row of the trash, as List would, by its table's name and its primary
// key. The table is named as in Item.Table. A composite key is several values in the
// order of the model's fields.
//
//	item, err := trash.Item(ctx, "posts", 7)
//	item, err = trash.Item(ctx, "posts", r.PathValue("key")) // "7"
//
//	SELECT id, deletion_id, deleted_at, deleted_by, delete_reason FROM posts
//	WHERE posts.id = 7 AND posts.deleted_at IS NOT NULL LIMIT 1
//
// A value may have another type than the model's field, such as a number or a UUID that
// is given as text, or a time as RFC 3339 has it. It is converted before the database
// sees it, without a loss or not at all: "7.5" and "7abc" are no 7.
//
// The errors are:
//
//   - [ErrNotFound] if the row is live or gone, or in another part of the trash;
//   - gorm.ErrInvalidValue for a table that the trash has not, and for keys of the wrong
//     number or kind;
//   - [*ModelError] for a model without a primary key, and those of the database.
func (t *Trash) Item(ctx context.Context, table string, key ...any) (Item, error) {
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return Item{}, err
	}
	i := slices.IndexFunc(models, func(m *model.Model) bool { return m.Schema.Table == table })
	if i < 0 {
		return Item{}, fmt.Errorf("softdelete: %w: no model of the trash has the table %q: name it as Item.Table does, and the model in OpenTrash or Config.Models", gorm.ErrInvalidValue, table)
	}
	m := models[i]
	if err := checkListed(m); err != nil {
		return Item{}, err
	}
	typed, err := model.GivenKey(m.Schema, key)
	if err != nil {
		return Item{}, err
	}
	var items []Item
	if model.CanAsk(db, dialectOf(db), m.Schema, typed) {
		l := &listing{trash: t, db: db}
		items, err = l.items(m, also(trashOf(db, m).Limit(1), expr.InCurrent(model.PrimaryNames(m.Schema), [][]any{typed})))
	}
	switch {
	case dialect.HasState(err, "22"):
		return Item{}, errNoKey(m, err)
	case err != nil:
		return Item{}, err
	case len(items) == 0:
		return Item{}, fault.About(ErrNotFound, m.Name(), "no such row is in the trash")
	}
	return items[0], nil
}

func errNoKey(m *model.Model, err error) error {
	return fmt.Errorf("softdelete: model %s: %w: the database cannot have such a key: %w", m.Name(), gorm.ErrInvalidValue, err)
}

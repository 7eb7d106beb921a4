package softdelete

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Bin is the trash of one model, typed: see Of. It is never changed by its
// methods, and safe for concurrent use.
type Bin[T any] struct {
	db     *gorm.DB
	scopes []func(*gorm.DB) *gorm.DB
}

// Of returns the trash of a model, in the style of gorm.G:
//
//	bin := softdelete.Of[Post](db)
//	posts, err := bin.Where("title LIKE ?", "draft%").Find(ctx)
//	n, err := bin.Restore(ctx, 1, 2)
//
// Conditions that db has already stay in force. Every method fails with
// [ErrNotSoftDeletable] if T has no marker.
func Of[T any](db *gorm.DB) Bin[T] { return Bin[T]{db: db} }

// Where returns the part of the trash that meets a condition, written as for
// db.Where.
func (b Bin[T]) Where(query any, args ...any) Bin[T] {
	return b.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where(query, args...) })
}

// Scopes returns the part of the trash that scopes leave, such as [TrashedBefore] or a
// tenant's. Each stands beside those before it and what db has: an OR in one reaches
// none of them. A nil scope is gorm.ErrInvalidValue. So is one that returns no handle,
// or another one than made of what it is given.
func (b Bin[T]) Scopes(scopes ...func(*gorm.DB) *gorm.DB) Bin[T] {
	list := slices.Clone(b.scopes)
	for _, scope := range scopes {
		list = append(list, narrowing(scope))
	}
	return Bin[T]{db: b.db, scopes: list}
}

// Find returns the trashed rows.
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NOT NULL
func (b Bin[T]) Find(ctx context.Context) ([]T, error) {
	tx, err := b.begin(ctx)
	if err != nil {
		return nil, err
	}
	var rows []T
	err = tx.Scopes(b.trashed()).Find(&rows).Error
	return rows, err
}

// Count returns how many trashed rows there are.
//
//	SELECT count(*) FROM posts WHERE posts.deleted_at IS NOT NULL
func (b Bin[T]) Count(ctx context.Context) (int64, error) {
	tx, err := b.begin(ctx)
	if err != nil {
		return 0, err
	}
	var n int64
	err = tx.Model(new(T)).Scopes(b.trashed()).Count(&n).Error
	return n, err
}

// Restore makes trashed rows live again: those of this part of the trash that have the
// given primary keys, or without keys all of it. A composite key is a []any with its
// values in the order of the model's fields.
//
//	n, err := softdelete.Of[Post](db).Restore(ctx, 1, 2)
//
//	UPDATE posts SET deleted_at = NULL WHERE posts.id IN (1, 2) AND posts.deleted_at IS NOT NULL
//
// It returns how many rows of the model were restored, and the errors of the function
// [Restore]. Without keys and conditions that is gorm.ErrMissingWhereClause, and nothing
// changes.
func (b Bin[T]) Restore(ctx context.Context, keys ...any) (int64, error) {
	return b.run(ctx, Restore, keys)
}

// Purge removes trashed rows for good, addressed as for Restore. It returns how
// many rows were removed, and the errors of the function Purge.
//
//	DELETE FROM posts WHERE posts.id IN (1, 2) AND posts.deleted_at IS NOT NULL
func (b Bin[T]) Purge(ctx context.Context, keys ...any) (int64, error) {
	return b.run(ctx, Purge, keys)
}

func (b Bin[T]) run(ctx context.Context, verb func(*gorm.DB, any, ...any) *gorm.DB, keys []any) (int64, error) {
	tx, err := b.begin(ctx)
	if err != nil {
		return 0, err
	}
	tx = tx.Scopes(b.scopes...)
	if len(keys) > 0 {
		condition, err := b.keys(keys)
		if err != nil {
			return 0, err
		}
		tx = also(tx, condition)
	}
	tx = verb(tx, new(T))
	return tx.RowsAffected, tx.Error
}

// trashed applies the bin's scopes to a read. OnlyTrashed is the last, so that
// none of them shows what is not in the trash.
func (b Bin[T]) trashed() func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		for _, scope := range b.scopes {
			db = scope(db)
		}
		return inTrash(db)
	}
}

func (b Bin[T]) begin(ctx context.Context) (*gorm.DB, error) {
	if b.db == nil {
		return nil, fmt.Errorf("softdelete: %w: Of(nil)", gorm.ErrInvalidDB)
	}
	if ctx == nil {
		return nil, errNilContext
	}
	if _, err := soft(b.db, new(T)); err != nil {
		return nil, err
	}
	return b.db.WithContext(ctx), nil
}

// keys is the condition that a primary key is one of those given.
func (b Bin[T]) keys(keys []any) (clause.Expression, error) {
	s, err := model.Parse(b.db, new(T))
	if err != nil {
		return nil, err
	}
	names := model.PrimaryNames(s)
	if len(names) == 0 {
		return nil, fmt.Errorf("softdelete: model %s: %w", s.Name, gorm.ErrPrimaryKeyRequired)
	}
	values := make([][]any, 0, len(keys))
	for _, key := range keys {
		value, ok := key.([]any)
		if !ok {
			value = []any{key}
		}
		if len(value) != len(names) || key == nil {
			return nil, fmt.Errorf("softdelete: model %s: %w: a key of %d values, the primary key has %d", s.Name, gorm.ErrInvalidValue, len(value), len(names))
		}
		if rv := reflect.ValueOf(key); !ok && rv.Kind() == reflect.Slice && rv.Type().Elem().Kind() != reflect.Uint8 {
			return nil, fmt.Errorf("softdelete: model %s: %w: give keys one by one, not as a %T", s.Name, gorm.ErrInvalidValue, key)
		}
		values = append(values, value)
	}
	return expr.InCurrent(names, values), nil
}

// RestoreAll makes all of the part of the trash that b is live again. It returns
// how many rows of the model were restored, and the errors of the function
// Restore.
//
//	UPDATE posts SET deleted_at = NULL WHERE 1 = 1 AND posts.deleted_at IS NOT NULL
func (b Bin[T]) RestoreAll(ctx context.Context) (int64, error) {
	return b.Where("1 = 1").run(ctx, Restore, nil)
}

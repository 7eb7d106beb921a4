package softdelete

import (
	"fmt"
	"maps"
	"reflect"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// WithTrashed shows live and trashed rows of the statement's own model; what it joins
// and preloads stays filtered.
//
//	db.Scopes(softdelete.WithTrashed).Find(&posts)
//
//	SELECT * FROM posts
//
// An Update under it writes to trashed rows too, a Delete still trashes live rows only.
// On a model that is not soft-deletable, the statement fails with [ErrNotSoftDeletable].
//
// Like all scopes it fits db.Scopes, the arguments of Preload, and a direct call,
// softdelete.WithTrashed(db). For gorm.G see [StatementScope]. It is safe for concurrent
// use, and leaves db as it is.
//
// GORM drops a scope within Joins, in a group of conditions, and on the handle of
// gorm.G. The statement fails with gorm.ErrInvalidData then. The scope of
// gorm.G[T](db.Scopes(…)) is lost without a trace.
func WithTrashed(db *gorm.DB) *gorm.DB {
	return scope(db, "WithTrashed", func(r *request) { r.show = model.All })
}

// OnlyTrashed shows trashed rows of the statement's own model and no others;
// what it joins and preloads stays filtered.
//
//	db.Scopes(softdelete.OnlyTrashed).Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NOT NULL
//
// An Update under it writes to trashed rows only, a Delete matches nothing. It
// is no condition: without one of the caller's own, an Update fails with
// gorm.ErrMissingWhereClause.
func OnlyTrashed(db *gorm.DB) *gorm.DB {
	return scope(db, "OnlyTrashed", func(r *request) { r.show = model.TrashedOnly })
}

// WithoutTrashed shows live rows only, which is the default. It takes back a
// scope given before: [WithTrashed], [OnlyTrashed], [TrashedBefore] and its kin.
//
//	db.Scopes(softdelete.WithTrashed, softdelete.WithoutTrashed).Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NULL
func WithoutTrashed(db *gorm.DB) *gorm.DB {
	return scope(db, "WithoutTrashed", func(r *request) { r.show, r.conditions = model.LiveOnly, nil })
}

// TrashedBefore shows rows trashed before t.
//
//	db.Scopes(softdelete.TrashedBefore(t)).Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at < '…' AND posts.deleted_at IS NOT NULL
//
// It is a condition: Purge(db.Scopes(softdelete.TrashedBefore(t)), &Post{})
// needs no other. On a model that keeps no time the statement fails with a
// [*ModelError].
func TrashedBefore(t time.Time) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedBefore", operator: "<", time: t})
}

// TrashedAfter shows rows trashed after t. See [TrashedBefore].
//
//	SELECT * FROM posts WHERE posts.deleted_at > '…' AND posts.deleted_at IS NOT NULL
func TrashedAfter(t time.Time) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedAfter", operator: ">", time: t})
}

// TrashedWithin shows rows trashed no longer than d ago, by Config.Clock when
// the statement runs. See [TrashedBefore].
//
//	SELECT * FROM posts WHERE posts.deleted_at >= '…' AND posts.deleted_at IS NOT NULL
func TrashedWithin(d time.Duration) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedWithin", operator: ">=", within: d})
}

// TrashedBy shows rows trashed by an actor, as given with [WithActor]; nil stands
// for rows of which it was not said. It is a condition, like [TrashedBefore].
//
//	db.Scopes(softdelete.TrashedBy("ana")).Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_by = 'ana' AND posts.deleted_at IS NOT NULL
//
// On a model without such a column the statement fails with a [*ModelError]; if
// the actor does not fit its type, with an [*ActorError].
func TrashedBy(actor any) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedBy", byActor: true, actor: actor})
}

func trashed(c condition) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		return scope(db, c.scope, func(r *request) {
			r.show = model.TrashedOnly
			r.conditions = append(r.conditions[:len(r.conditions):len(r.conditions)], c)
		})
	}
}

// WithTrashedIn shows live and trashed rows of the named models, wherever they
// stand in the statement: its own model, joins, preloads at any depth.
//
//	db.Scopes(softdelete.WithTrashedIn(&Comment{})).Preload("Comments").Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NULL
//	SELECT * FROM comments WHERE comments.post_id IN (…)
//
// A scope of the statement, or of a preload, counts before it. The statement
// fails with [ErrNotSoftDeletable] if a named model has no marker, with
// gorm.ErrInvalidValue if what is named is no model.
func WithTrashedIn(models ...any) func(*gorm.DB) *gorm.DB {
	return in("WithTrashedIn", model.All, models)
}

// OnlyTrashedIn shows trashed rows only of the named models, wherever they
// stand in the statement. See [WithTrashedIn].
//
//	db.Scopes(softdelete.OnlyTrashedIn(&Comment{})).Preload("Comments").Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NULL
//	SELECT * FROM comments WHERE comments.post_id IN (…) AND comments.deleted_at IS NOT NULL
func OnlyTrashedIn(models ...any) func(*gorm.DB) *gorm.DB {
	return in("OnlyTrashedIn", model.TrashedOnly, models)
}

// inKey is a setting, as GORM copies those into preloads.
const inKey = "softdelete:in"

// inUsed tells if any statement has ever had that setting. Most programs never
// use it, and the first look into a statement's settings allocates.
var inUsed atomic.Bool

// shownIn is the visibility of models by their type.
type shownIn map[reflect.Type]model.Visibility

func in(name string, show model.Visibility, models []any) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		tx := scope(db, name, func(*request) {})
		if tx.Error != nil {
			return tx
		}
		next := shownIn{}
		if before, ok := tx.Statement.Settings.Load(inKey); ok {
			maps.Copy(next, before.(shownIn))
		}
		for _, model := range models {
			t := reflect.TypeOf(model)
			for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
				t = t.Elem()
			}
			if t == nil || t.Kind() != reflect.Struct {
				_ = tx.AddError(fmt.Errorf("softdelete: %w: %T names no model", gorm.ErrInvalidValue, model))
				return tx
			}
			next[t] = show
		}
		inUsed.Store(true)
		tx.Statement.Settings.Store(inKey, next)
		return tx
	}
}

func shownInOf(stmt *gorm.Statement) shownIn {
	if !inUsed.Load() {
		return nil
	}
	if v, ok := stmt.Settings.Load(inKey); ok {
		return v.(shownIn)
	}
	return nil
}

// showIn is which rows of a model are shown anywhere in a statement: those that
// were asked for; otherwise live ones, under Unscoped all.
func showIn(stmt *gorm.Statement, m *model.Model) model.Visibility {
	if show := shownInOf(stmt)[m.Schema.ModelType]; show != model.Unasked {
		return show
	}
	if stmt.Unscoped {
		return model.All
	}
	return model.LiveOnly
}

// Into reports a delete: after the statement has succeeded, *d says under which
// id, when, by whom and why, and how many rows of which table were trashed.
//
//	var d softdelete.Deletion
//	db.Scopes(softdelete.Into(&d)).Delete(&post)
//
// It empties *d first: after an error, when no row was trashed, and on a
// statement that is no soft delete, it is empty. Give each statement that runs
// at the same time a Deletion of its own.
func Into(d *Deletion) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if d != nil {
			*d = Deletion{}
		}
		tx := scope(db, "Into", func(r *request) { r.report = d })
		if d == nil && tx.Error == nil {
			_ = tx.AddError(fmt.Errorf("softdelete: %w: Into(nil)", gorm.ErrInvalidValue))
		}
		return tx
	}
}

// Revive lets Create bring back what is in its way. A trashed row is restored and
// updated with the new values, in place of an insert, if it has the same primary key. So
// is one that has the same values in a unique index that the model declares.
//
//	db.Scopes(softdelete.Revive).Create(&User{Email: "ana@example.com"})
//
//	SELECT * FROM users WHERE email = 'ana@example.com' AND deleted_at IS NOT NULL FOR UPDATE
//	UPDATE users SET …, deleted_at = NULL WHERE id = 1 AND deleted_at IS NOT NULL
//
// That holds also for an index that is unique among live rows, though the database would
// take the new row beside the trashed one. Of several such the one that was trashed last
// comes back. A live row in the way is a conflict as ever.
//
// The value gets the key and the creation time of the row that it revived. A key that a
// hook has made for it is not asked for. Hooks are those of Create. It also works for
// CreateInBatches and FirstOrCreate.
//
// The error is [ErrAmbiguous] if several trashed rows are in the way of one new row, or
// if it cannot be told which of several was trashed last. Nothing is changed then.
func Revive(db *gorm.DB) *gorm.DB {
	return scope(db, "Revive", func(r *request) { r.revive = true })
}

// WithParents lets Restore bring back, with a row that a cascade trashed, the
// chain of trashed parents that it hangs on:
//
//	softdelete.Restore(db.Scopes(softdelete.WithParents), &comment)
//
//	UPDATE users SET deleted_at = NULL … WHERE users.id IN (1)
//	UPDATE posts SET deleted_at = NULL … WHERE posts.id IN (7)
//	UPDATE comments SET deleted_at = NULL … WHERE comments.id = 9 AND comments.deleted_at IS NOT NULL
//
// Other rows that were trashed with the parents stay trashed. On a delete, purge
// or force delete it is gorm.ErrInvalidValue.
func WithParents(db *gorm.DB) *gorm.DB {
	return scope(db, "WithParents", func(r *request) { r.parents = true })
}

// RootOnly makes Restore bring back the addressed rows and nothing that was
// trashed along with them, whether their parents are trashed or not:
//
//	softdelete.Restore(db.Scopes(softdelete.RootOnly), &post)
//
//	UPDATE posts SET deleted_at = NULL … WHERE posts.id = 7 AND posts.deleted_at IS NOT NULL
//
// On a delete, purge or force delete it is gorm.ErrInvalidValue.
func RootOnly(db *gorm.DB) *gorm.DB {
	return scope(db, "RootOnly", func(r *request) { r.rootOnly = true })
}

// StatementScope makes a scope fit GORM's generic API:
//
//	gorm.G[Post](db).Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).Find(ctx)
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NOT NULL
//
// The statement fails with the scope's error, if it has one.
func StatementScope(scope func(*gorm.DB) *gorm.DB) func(*gorm.Statement) {
	return func(stmt *gorm.Statement) {
		if tx := scope(stmt.DB); tx.Error != nil && tx != stmt.DB {
			_ = stmt.AddError(tx.Error)
		}
	}
}

// Live is the filter of live rows for SQL written by hand. Give it a value of the model,
// and the alias that its table has in the statement. An empty alias stands for the
// table's own name.
//
//	db.Joins("JOIN comments c ON c.post_id = posts.id AND ?", softdelete.Live(&Comment{}, "c")).Find(&posts)
//
//	SELECT posts.* FROM posts JOIN comments c ON c.post_id = posts.id AND c.deleted_at IS NULL …
//
// The statement fails with [ErrNotSoftDeletable] if the model has no marker.
func Live(model any, alias string) clause.Expression {
	return &liveExpression{model, alias}
}

type liveExpression struct {
	model any
	alias string
}

func (e *liveExpression) Build(b clause.Builder) {
	m, err := e.resolve(b)
	if err != nil {
		_ = b.AddError(err)
		expr.Invalid{Err: err}.Build(b)
		return
	}
	table := e.alias
	if table == "" {
		table = m.Schema.Table
	}
	(&model.Filter{Model: m, Table: table, Show: model.LiveOnly}).Build(b)
}

func (e *liveExpression) resolve(b clause.Builder) (*model.Model, error) {
	stmt, ok := b.(*gorm.Statement)
	if !ok {
		return nil, ErrNotInstalled
	}
	return soft(stmt.DB, e.model)
}

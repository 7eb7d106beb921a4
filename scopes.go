package softdelete

import (
	"fmt"
	"maps"
	"reflect"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// visibility is which rows of a model a statement is about.
type visibility int

const (
	unasked     visibility = iota // what the statement's kind implies: live rows, for most
	liveOnly                      // WithoutTrashed
	all                           // WithTrashed
	trashedOnly                   // OnlyTrashed and kin
)

// request is what a statement asked for by scopes. It is kept among the
// statement's clauses, as GORM copies those with the handle and not into
// preloads; it is never changed there, only replaced.
type request struct {
	show       visibility
	conditions []condition
	revive     bool
	report     *Deletion
	verb       Operation
}

// condition is a scope that has to wait for the model to become SQL.
type condition struct {
	scope    string
	operator string
	time     time.Time
	within   time.Duration
	byActor  bool
	actor    any
}

const requestKey = "softdelete:request"

// Build writes nothing: a request is no SQL.
func (*request) Build(clause.Builder) {}

var noRequest = &request{}

func requestOf(stmt *gorm.Statement) *request {
	if c, ok := stmt.Clauses[requestKey]; ok {
		if r, ok := c.Expression.(*request); ok {
			return r
		}
	}
	return noRequest
}

// ask returns db with its request changed.
func ask(db *gorm.DB, change func(*request)) *gorm.DB {
	if db == nil || db.Config == nil {
		return &gorm.DB{Error: fmt.Errorf("softdelete: %w: the handle is nil", gorm.ErrInvalidDB)}
	}
	tx := db.Clauses()
	if _, ok := installed(tx); !ok {
		_ = tx.AddError(ErrNotInstalled)
		return tx
	}
	next := *requestOf(tx.Statement)
	change(&next)
	tx.Statement.Clauses[requestKey] = clause.Clause{Expression: &next}
	return tx
}

// asksForTrash tells if any scope was used that makes sense on a soft-deletable
// model only.
func (r *request) asksForTrash() bool {
	return r.show != unasked || len(r.conditions) > 0 || r.revive || r.report != nil
}

// showOf is which rows of the statement's own model are shown. What was asked
// of the statement counts before what was asked of the model.
func (r *request) showOf(stmt *gorm.Statement, m *model) visibility {
	if r.show != unasked {
		return r.show
	}
	return showIn(stmt, m)
}

// conditionsFor makes the conditions of a model out of those of the scopes.
func (r *request) conditionsFor(db *gorm.DB, m *model) ([]clause.Expression, error) {
	if len(r.conditions) == 0 {
		return nil, nil
	}
	exprs := make([]clause.Expression, 0, len(r.conditions))
	for _, c := range r.conditions {
		expr, err := c.expression(db, m)
		if err != nil {
			return nil, err
		}
		exprs = append(exprs, expr)
	}
	return exprs, nil
}

func (c condition) expression(db *gorm.DB, m *model) (clause.Expression, error) {
	if c.byActor {
		if m.by == nil {
			return nil, &ModelError{m.name(), "", c.scope + ` needs a column for who trashed a row: embed softdelete.Tracked, or tag a field softdelete:"by"`}
		}
		if c.actor == nil {
			return &actorCondition{m.by, nil}, nil
		}
		value, err := convertActor(m, c.actor)
		return &actorCondition{m.by, value}, err
	}
	if m.at == nil {
		return nil, &ModelError{m.name(), "", c.scope + ` needs a time beside the flag: tag a field softdelete:"at"`}
	}
	t := c.time
	if c.scope == "TrashedWithin" {
		plugin, _ := installed(db)
		now, err := plugin.config.Clock.now(db)
		if err != nil {
			return nil, err
		}
		t = now.Add(-c.within)
	}
	// In the zone that markers are written in: a column without one keeps the
	// digits only.
	t = t.In(db.NowFunc().Location())
	return &timeCondition{model: m, dialect: dialectOf(db), operator: c.operator, time: t}, nil
}

// WithTrashed shows live and trashed rows of the statement's own model; what it
// joins and preloads stays filtered.
//
//	db.Scopes(softdelete.WithTrashed).Find(&posts)
//
//	SELECT * FROM posts
//
// An Update under it writes to trashed rows too, a Delete still trashes live
// rows only. On a model that is not soft-deletable, the statement fails with
// ErrNotSoftDeletable.
//
// Like all scopes it fits db.Scopes, the arguments of Preload, and a direct
// call, softdelete.WithTrashed(db); for gorm.G see StatementScope. It is safe
// for concurrent use, and leaves db as it is.
func WithTrashed(db *gorm.DB) *gorm.DB {
	return ask(db, func(r *request) { r.show = all })
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
	return ask(db, func(r *request) { r.show = trashedOnly })
}

// WithoutTrashed shows live rows only, which is the default. It takes back a
// scope given before: WithTrashed, OnlyTrashed, TrashedBefore and its kin.
//
//	db.Scopes(softdelete.WithTrashed, softdelete.WithoutTrashed).Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NULL
func WithoutTrashed(db *gorm.DB) *gorm.DB {
	return ask(db, func(r *request) { r.show, r.conditions = liveOnly, nil })
}

// TrashedBefore shows rows trashed before t.
//
//	db.Scopes(softdelete.TrashedBefore(t)).Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at < '…' AND posts.deleted_at IS NOT NULL
//
// It is a condition: Purge(db.Scopes(softdelete.TrashedBefore(t)), &Post{})
// needs no other. On a model that keeps no time the statement fails with a
// *ModelError.
func TrashedBefore(t time.Time) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedBefore", operator: "<", time: t})
}

// TrashedAfter shows rows trashed after t. See TrashedBefore.
//
//	SELECT * FROM posts WHERE posts.deleted_at > '…' AND posts.deleted_at IS NOT NULL
func TrashedAfter(t time.Time) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedAfter", operator: ">", time: t})
}

// TrashedWithin shows rows trashed no longer than d ago, by Config.Clock when
// the statement runs. See TrashedBefore.
//
//	SELECT * FROM posts WHERE posts.deleted_at >= '…' AND posts.deleted_at IS NOT NULL
func TrashedWithin(d time.Duration) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedWithin", operator: ">=", within: d})
}

// TrashedBy shows rows trashed by an actor, as given with WithActor; nil stands
// for rows of which it was not said. It is a condition, like TrashedBefore.
//
//	db.Scopes(softdelete.TrashedBy("ana")).Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_by = 'ana' AND posts.deleted_at IS NOT NULL
//
// On a model without such a column the statement fails with a *ModelError; if
// the actor does not fit its type, with an *ActorError.
func TrashedBy(actor any) func(*gorm.DB) *gorm.DB {
	return trashed(condition{scope: "TrashedBy", byActor: true, actor: actor})
}

func trashed(c condition) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		return ask(db, func(r *request) {
			r.show = trashedOnly
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
// fails with ErrNotSoftDeletable if a named model has no marker, with
// gorm.ErrInvalidValue if what is named is no model.
func WithTrashedIn(models ...any) func(*gorm.DB) *gorm.DB {
	return in(all, models)
}

// OnlyTrashedIn shows trashed rows only of the named models, wherever they
// stand in the statement. See WithTrashedIn.
//
//	db.Scopes(softdelete.OnlyTrashedIn(&Comment{})).Preload("Comments").Find(&posts)
//
//	SELECT * FROM posts WHERE posts.deleted_at IS NULL
//	SELECT * FROM comments WHERE comments.post_id IN (…) AND comments.deleted_at IS NOT NULL
func OnlyTrashedIn(models ...any) func(*gorm.DB) *gorm.DB {
	return in(trashedOnly, models)
}

// inKey is a setting, as GORM copies those into preloads.
const inKey = "softdelete:in"

// inUsed tells if any statement has ever had that setting. Most programs never
// use it, and the first look into a statement's settings allocates.
var inUsed atomic.Bool

// shownIn is the visibility of models by their type.
type shownIn map[reflect.Type]visibility

func in(show visibility, models []any) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		tx := ask(db, func(*request) {})
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
func showIn(stmt *gorm.Statement, m *model) visibility {
	if show := shownInOf(stmt)[m.schema.ModelType]; show != unasked {
		return show
	}
	if stmt.Unscoped {
		return all
	}
	return liveOnly
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
		tx := ask(db, func(r *request) { r.report = d })
		if d == nil && tx.Error == nil {
			_ = tx.AddError(fmt.Errorf("softdelete: %w: Into(nil)", gorm.ErrInvalidValue))
		}
		return tx
	}
}

// Revive lets Create bring back what is in its way: a trashed row with the same
// primary key, or the same values in a unique index that the model declares, is
// restored and updated with the new values, in place of an insert. A live row
// there is a conflict as ever.
//
//	db.Scopes(softdelete.Revive).Create(&User{Email: "ana@example.com"})
//
//	SELECT * FROM users WHERE email = 'ana@example.com' AND deleted_at IS NOT NULL FOR UPDATE
//	UPDATE users SET …, deleted_at = NULL WHERE id = 1 AND deleted_at IS NOT NULL
//
// The value gets the key and the creation time of the row that it revived. Hooks
// are those of Create. If several trashed rows are in the way of one new row,
// it fails with ErrAmbiguous and nothing changes. It also works for
// CreateInBatches and FirstOrCreate.
func Revive(db *gorm.DB) *gorm.DB {
	return ask(db, func(r *request) { r.revive = true })
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

// Live is the filter of live rows for SQL written by hand: model is a value of
// the model, alias the name of its table in the statement, empty for the
// table's own.
//
//	db.Joins("JOIN comments c ON c.post_id = posts.id AND ?", softdelete.Live(&Comment{}, "c")).Find(&posts)
//
//	SELECT posts.* FROM posts JOIN comments c ON c.post_id = posts.id AND c.deleted_at IS NULL …
//
// The statement fails with ErrNotSoftDeletable if the model has no marker.
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
		invalid{err}.Build(b)
		return
	}
	table := e.alias
	if table == "" {
		table = m.schema.Table
	}
	(&rowFilter{model: m, table: table, show: liveOnly}).Build(b)
}

func (e *liveExpression) resolve(b clause.Builder) (*model, error) {
	stmt, ok := b.(*gorm.Statement)
	if !ok {
		return nil, ErrNotInstalled
	}
	return soft(stmt.DB, e.model)
}

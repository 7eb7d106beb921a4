package softdelete

import (
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Purge removes trashed rows for good. Live rows are left alone. It takes what [Restore]
// takes, and returns the same errors but for [*ConflictError].
//
//	softdelete.Purge(db.Scopes(softdelete.TrashedBefore(time.Now().AddDate(0, 0, -30))), &Post{})
//
//	DELETE FROM posts WHERE posts.deleted_at < '…' AND posts.deleted_at IS NOT NULL
//
// Rows that hang on the addressed ones by a cascading relation go first, if they are
// trashed or have no marker; a live one is a [*RestrictError]. So do those that the
// database's own foreign keys would take, of which the models do not tell. The catalogue
// is read for that, once, unless [Config].IgnoreConstraints is set. What a foreign key
// still holds is the database's error.
//
// RowsAffected counts the addressed rows. BeforePurge and AfterPurge of the model run,
// in the same transaction; delete hooks do not. After an error nothing is removed.
func Purge(db *gorm.DB, value any, conds ...any) *gorm.DB {
	return removal(db, OpPurge, value, conds)
}

// ForceDelete removes rows for good, live or trashed. It takes what [Purge] takes, and
// returns the same errors. Under [OnlyTrashed], [TrashedBefore] and kin it takes trashed
// rows only, under [WithoutTrashed] live ones only.
//
//	softdelete.ForceDelete(db, &post)
//
//	DELETE FROM posts WHERE posts.id = 1
//
// Rows that hang on the addressed ones by a cascading relation go first, live ones too.
// Live rows of a relation tagged restrict are a [*RestrictError]. What a foreign key
// still holds is the database's error.
//
// RowsAffected counts the addressed rows. BeforePurge and AfterPurge of the model run,
// in the same transaction; delete hooks do not. After an error nothing is removed.
func ForceDelete(db *gorm.DB, value any, conds ...any) *gorm.DB {
	return removal(db, OpForceDelete, value, conds)
}

// BeforePurger is a model with a hook that runs before its row is purged or
// force deleted, in the same transaction; an error stops that.
type BeforePurger interface {
	BeforePurge(tx *gorm.DB) error
}

// AfterPurger is a model with a hook that runs after its row is purged or force
// deleted, in the same transaction; an error rolls it back.
type AfterPurger interface {
	AfterPurge(tx *gorm.DB) error
}

func removal(db *gorm.DB, verb Operation, value any, conds []any) *gorm.DB {
	tx := address(db, verb, value, conds)
	defer forgetVerb(tx.Statement)
	if tx.Error != nil {
		return tx
	}
	return tx.Callback().Delete().Execute(tx)
}

// beginRemoval prepares the delete callbacks of GORM for a purge or force
// delete: no hooks of theirs.
func (p *Plugin) beginRemoval(db *gorm.DB, kind Operation, m *model.Model) {
	op := p.begin(db, kind, m)
	if err := p.planRemoval(db, op); err != nil {
		_ = db.AddError(err)
		return
	}
	db.Statement.SkipHooks = true
	_, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter)
	b := requestOf(db.Statement).batch
	several := op.plan != nil && (b == nil || b.once == nil || inTransaction)
	p.beginUnlessAlone(db, op)
	if several || op.observed != nil || op.runsHooks(db.Statement) || requestOf(db.Statement).expect != nil {
		op.beginUnit(db)
	}
	p.hold(db, op)
}

// remove runs in the place of GORM's DELETE.
func (p *Plugin) remove(db *gorm.DB, op *operation, next func(*gorm.DB)) {
	stmt := db.Statement
	if !runHooks(db, op, func(h BeforePurger, tx *gorm.DB) error { return h.BeforePurge(tx) }) {
		return
	}
	filter, show := op.removalFilter(stmt)
	t, ok := newTarget(db, op, show)
	if !ok {
		return
	}
	if op.plan != nil && !db.DryRun {
		op.cascade = p.newCascade(db, op)
		_ = db.AddError(op.cascade.remove(t, filter, next))
	} else {
		op.removeOwn(db, t, filter, next)
	}
	if dialect.IsMissingTable(db.Error) {
		p.models.unlearn() // what refers to it is not known before it is there
	}
	p.strict(db, t)
	if db.Error == nil {
		op.rows = db.RowsAffected
		op.checkHeld(db)
		op.tell(p, db)
		runHooks(db, op, func(h AfterPurger, tx *gorm.DB) error { return h.AfterPurge(tx) })
	}
}

// removeOwn runs the DELETE of a target on which nothing hangs, and notes its rows
// for observers.
func (op *operation) removeOwn(db *gorm.DB, t *target, filter clause.Expression, next func(*gorm.DB)) {
	stmt := db.Statement
	_, asked := stmt.Clauses["RETURNING"]
	switch {
	case !op.observed.wantsKeys() || len(stmt.Schema.PrimaryFields) == 0:
		removeRows(db, t, filter, next)
		op.noteOwn(db, db.RowsAffected, nil)
	case op.dialect.Returning && op.dialect.RowLock && !asked:
		removed := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)))
		removeRows(db, t, filter, func(db *gorm.DB) {
			dest, value := stmt.Dest, stmt.ReflectValue
			stmt.Dest, stmt.ReflectValue = removed.Interface(), removed.Elem()
			next(db)
			stmt.Dest, stmt.ReflectValue = dest, value
		}, expr.Columns("", model.PrimaryNames(stmt.Schema))...)
		op.noteOwn(db, db.RowsAffected, model.KeysIn(stmt, model.ElementsOf(removed.Elem())))
	default:
		op.removeKeyed(db, t, filter, next)
	}
}

// removeKeyed removes the rows of a target by their keys, which it reads under a
// lock before.
func (op *operation) removeKeyed(db *gorm.DB, t *target, filter clause.Expression, next func(*gorm.DB)) {
	keys := op.keysBefore(db, t, filter)
	if db.Error == nil {
		op.eachChunk(db, t, model.PrimaryNames(db.Statement.Schema), keys, filter, func() { removeRows(db, t, filter, next) })
		op.noteOwn(db, db.RowsAffected, keys)
	}
}

// removeRows runs the DELETE of a target, which returns some columns.
func removeRows(db *gorm.DB, t *target, filter clause.Expression, next func(*gorm.DB), returned ...clause.Column) {
	if db.Error != nil {
		return
	}
	stmt := db.Statement
	t.apply(filter)
	defer t.restore()
	defer saveClauses(stmt)()
	if len(returned) > 0 {
		stmt.AddClause(clause.Returning{Columns: returned})
	}
	stmt.AddClauseIfNotExists(clause.Delete{})
	stmt.AddClauseIfNotExists(clause.From{})
	op := operationOf(stmt)
	isForced := op != nil && op.kind == OpForceDelete
	said := isForced && saysForce(db, op.dialect)
	if said {
		op.dialect.Guard.Says(stmt.Clauses)
	}
	stmt.Build(stmt.BuildClauses...)
	next(db)
	if isForced && !said && op.dialect.Guard.Learns && dialect.IsGuarded(db.Error) && learnsOfGuard(db) {
		op.dialect.Guard.Says(stmt.Clauses)
		unbuilt(stmt)
		stmt.Build(stmt.BuildClauses...)
		next(db)
	}
}

// removalFilter is which rows are removed: those that the scopes name; if they
// name none, trashed ones for a purge, and any for a force delete.
func (op *operation) removalFilter(stmt *gorm.Statement) (clause.Expression, model.Visibility) {
	if op.kind == OpPurge {
		return op.trashedFilter(stmt)
	}
	show := requestOf(stmt).show
	if show == model.Unasked {
		show = shownInOf(stmt)[op.model.Schema.ModelType]
	}
	if filter := op.model.FilterFor(show); filter != nil {
		return filter, show
	}
	return nil, model.All
}

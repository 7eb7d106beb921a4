package softdelete

import (
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Restore makes trashed rows live again, and clears their marker and tracking columns.
// It takes what db.Delete takes: a pointer to a value with its key, a slice of those, a
// key after a pointer to an empty value, or conditions.
//
//	softdelete.Restore(db, &post)
//	softdelete.Restore(db, &Post{}, 1)
//	softdelete.Restore(db.Where("title LIKE ?", "draft%"), &Post{})
//
//	UPDATE posts SET deleted_at = NULL WHERE posts.id = 1 AND posts.deleted_at IS NOT NULL
//
// What the same operation has trashed along comes back along, by the deletion id or else
// by the time. Nothing else does. A row that a cascade trashed does not come back while
// its parent is trashed: [WithParents] brings the parents back, too. [RootOnly] restores
// the addressed rows alone.
//
// RowsAffected counts the addressed rows; live rows are left as they are. The value's
// fields are cleared if its row was restored. BeforeRestore and AfterRestore of the
// model run, in the same transaction; update hooks do not.
//
// After an error nothing has changed. The errors are:
//
//   - gorm.ErrMissingWhereClause without any condition: db.Where("1 = 1") or
//     AllowGlobalUpdate means all rows;
//   - [*ConflictError] if a live row has taken a unique value;
//   - [ErrParentTrashed] if a parent is trashed;
//   - [ErrAmbiguous] if it cannot be told what was trashed along;
//   - [ErrNotFound] in strict mode, if a key matches no row;
//   - gorm.ErrInvalidValue for nil and for what is no pointer, [ErrNotSoftDeletable],
//     [ErrNotInstalled].
//
// It is safe for concurrent use.
func Restore(db *gorm.DB, value any, conds ...any) *gorm.DB {
	tx := address(db, OpRestore, value, conds)
	defer forgetVerb(tx.Statement)
	if tx.Error != nil {
		return tx
	}
	return tx.Callback().Update().Execute(tx)
}

// forgetVerb makes the next statement of a handle an ordinary one: what was asked
// by a scope stays, what a verb did does not.
func forgetVerb(stmt *gorm.Statement) {
	if stmt == nil {
		return
	}
	if r := requestOf(stmt); r.verb != OpNone || r.instead != nil || r.run != nil {
		next := *r
		next.verb, next.instead, next.run = OpNone, nil, nil
		stmt.Clauses[requestKey] = clause.Clause{Expression: &next}
	}
}

// BeforeRestorer is a model with a hook that runs before its row is restored, in
// the same transaction; an error stops the restore.
type BeforeRestorer interface {
	BeforeRestore(tx *gorm.DB) error
}

// AfterRestorer is a model with a hook that runs after its row is restored, in
// the same transaction; an error rolls it back.
type AfterRestorer interface {
	AfterRestore(tx *gorm.DB) error
}

// address puts value and conditions of a verb on a statement, as db.Delete does.
func address(db *gorm.DB, verb Operation, value any, conds []any) *gorm.DB {
	tx := ask(db, func(r *request) { r.verb = verb })
	if tx.Error != nil {
		return tx
	}
	if value == nil {
		value = tx.Statement.Model
	}
	if err := checkValue(verb, value); err != nil {
		_ = tx.AddError(err)
		return tx
	}
	if verb != OpSoftDelete && (len(tx.Statement.Selects) > 0 || len(tx.Statement.Omits) > 0) {
		_ = tx.AddError(fmt.Errorf("softdelete: %w: Select and Omit mean nothing to a %s", gorm.ErrInvalidField, verb))
		return tx
	}
	if len(conds) > 0 {
		if exprs := tx.Statement.BuildCondition(conds[0], conds[1:]...); len(exprs) > 0 {
			tx.Statement.AddClause(clause.Where{Exprs: exprs})
		}
	}
	tx.Statement.Dest = value
	return tx
}

// checkValue wants a pointer to a struct, or a slice.
func checkValue(verb Operation, value any) error {
	rv := reflect.ValueOf(value)
	wrong := func(problem string) error {
		return fmt.Errorf("softdelete: %w: a %s needs a pointer to a model, or a slice: %s", gorm.ErrInvalidValue, verb, problem)
	}
	if !rv.IsValid() {
		return wrong("got nil")
	}
	if rv.Kind() == reflect.Slice {
		return nil
	}
	if rv.Kind() != reflect.Pointer {
		return wrong("got a " + rv.Type().String())
	}
	if rv.IsNil() {
		return wrong("got a nil " + rv.Type().String())
	}
	for boxed := false; rv.Kind() == reflect.Pointer || rv.Kind() == reflect.Interface; rv = rv.Elem() {
		boxed = boxed || rv.Kind() == reflect.Interface
		if rv.IsNil() {
			if boxed {
				return wrong("got an interface with a nil " + rv.Type().String())
			}
			break
		}
	}
	return nil
}

// beginRestore prepares the update callbacks of GORM for a restore: no hooks of
// theirs, no associations saved.
func (p *Plugin) beginRestore(db *gorm.DB, m *model.Model) {
	stmt := db.Statement
	if rejectNil(db) {
		return
	}
	op := p.begin(db, OpRestore, m)
	if err := p.planRestore(db, op); err != nil {
		_ = db.AddError(err)
		return
	}
	op.omits = stmt.Omits
	stmt.SkipHooks = true
	stmt.Omits = []string{clause.Associations}
	p.beginUnlessAlone(db, op)
	if op.plan != nil || op.observed != nil || op.runsHooks(stmt) || requestOf(stmt).expect != nil {
		op.beginUnit(db)
	}
	p.hold(db, op)
	for _, row := range model.RowsOf(stmt.Context, stmt.ReflectValue, stmt.Schema, true) {
		if stmt.Schema != m.Schema {
			break
		}
		v := &tracked{value: row}
		v.save(stmt.Context, m)
		op.values = append(op.values, v)
	}
}

// restore runs in the place of GORM's UPDATE.
func (p *Plugin) restore(db *gorm.DB, op *operation, next func(*gorm.DB)) {
	stmt, m := db.Statement, op.model
	// GORM's update takes the value from Model; a verb is about Dest.
	stmt.ReflectValue = model.Pointee(reflect.ValueOf(stmt.Dest))
	if !stmt.ReflectValue.CanAddr() {
		addressable := reflect.New(stmt.ReflectValue.Type()).Elem()
		addressable.Set(stmt.ReflectValue)
		stmt.ReflectValue = addressable
	}
	if !runHooks(db, op, func(h BeforeRestorer, tx *gorm.DB) error { return h.BeforeRestore(tx) }) {
		return
	}
	next = session.WithoutTranslation(next)
	filter, show := op.trashedFilter(stmt)
	t, ok := newTarget(db, op, show)
	if !ok {
		return
	}
	if op.plan != nil && !db.DryRun {
		op.cascade = p.newCascade(db, op)
		_ = db.AddError(op.cascade.restore(t, filter, next))
	} else {
		t.apply(filter)
		op.update(db, op.clearing(p, db), next)
		t.restore()
	}
	if conflict := conflictOf(db.Error, m.Name()); conflict != nil {
		db.Error = conflict
	}
	p.strict(db, t)
	op.checkHeld(db)
	if db.Error != nil {
		return
	}
	for _, v := range op.values {
		if v.done {
			v.clear(db, m)
			op.setTouched(db, v)
		}
	}
	op.tell(p, db)
	runHooks(db, op, func(h AfterRestorer, tx *gorm.DB) error { return h.AfterRestore(tx) })
}

// trashedFilter is the filter of a restore or a purge: trashed rows, and none of
// them if the statement asked for live ones.
func (op *operation) trashedFilter(stmt *gorm.Statement) (clause.Expression, model.Visibility) {
	if requestOf(stmt).show == model.LiveOnly {
		return nothing{op.model}, model.LiveOnly
	}
	return requestOf(stmt).filterFor(op.model, model.TrashedOnly), model.TrashedOnly
}

// clearing is what a restore sets.
func (op *operation) clearing(p *Plugin, db *gorm.DB) clause.Set {
	op.touched = p.touch(db, op.model)
	return append(op.model.ClearedColumns(), op.touched...)
}

// clear empties the fields of a value whose row was restored.
func (v *tracked) clear(db *gorm.DB, m *model.Model) {
	for _, name := range m.Protected {
		field := m.Schema.FieldsByDBName[name]
		field.ReflectValueOf(db.Statement.Context, v.value).SetZero()
	}
	if live, ok := m.Marker.Live.(int); ok && live != 0 {
		_ = db.AddError(m.Marker.Field.Set(db.Statement.Context, v.value, live))
	}
}

func hasHook[H any](m *model.Model) bool {
	_, ok := model.NewOf(m.Schema.ModelType).(H)
	return ok
}

// runHooks calls a hook on each of the statement's values, unless hooks are
// skipped. It returns false after an error.
func runHooks[H any](db *gorm.DB, op *operation, call func(H, *gorm.DB) error) bool {
	if !op.hooks || db.DryRun || db.Error != nil || !hasHook[H](op.model) {
		return db.Error == nil
	}
	stmt := db.Statement
	tx, leave := inside(db)
	defer leave()
	for i, row := range model.RowsOf(stmt.Context, stmt.ReflectValue, stmt.Schema, false) {
		stmt.CurDestIndex = i
		hook, ok := row.Addr().Interface().(H)
		if !ok {
			continue
		}
		if err := call(hook, tx); err != nil {
			_ = db.AddError(err)
			return false
		}
		if db.Error != nil {
			return false
		}
	}
	return true
}

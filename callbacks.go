package softdelete

import (
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/association"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
)

// processor is what the plugin needs of one of GORM's chains of callbacks.
type processor interface {
	Get(name string) func(*gorm.DB)
	Replace(name string, step func(*gorm.DB)) error
	Register(name string, step func(*gorm.DB)) error
}

// registerCallbacks hangs the plugin into GORM. GORM's own steps are wrapped,
// not built anew, so that they keep what the dialect has configured.
func (p *Plugin) registerCallbacks(db *gorm.DB) error {
	callback := db.Callback()
	query, row := callback.Query(), callback.Row()
	create, update, del := callback.Create(), callback.Update(), callback.Delete()
	errs := []error{
		// Before all others of the chain, also those that ask for the first place
		// before or after this: GORM sorts what is before and after all others last,
		// and then puts it first.
		query.Before("*").After("*").Register("softdelete:start", p.startRead),
		query.After("*").Register("softdelete:end", endRead),
		row.Before("*").After("*").Register("softdelete:start", p.startRead),
		row.After("*").Register("softdelete:end", endRow),
		callback.Raw().Before("*").After("*").Register("softdelete:start", p.startRaw),
		create.Before("*").After("*").Register("softdelete:start", startWrite),
		update.Before("*").After("*").Register("softdelete:start", p.startUpdate),
		del.Before("*").After("*").Register("softdelete:start", p.startDelete),
		wrap(query, refusable, "gorm:query"),
		wrap(row, refusable, "gorm:row"),
		wrap(callback.Raw(), refusable, "gorm:raw"),
		wrap(create, refusable, "gorm:create"),
		wrap(update, refusable, "gorm:update"),
		wrap(del, refusable, "gorm:delete"),
		wrap(query, neighbours.Asking, "gorm:query"),
		wrap(row, p.previewed, "gorm:row"),
		wrap(callback.Raw(), p.raw, "gorm:raw"),
		wrap(create, p.create, "gorm:create"),
		wrap(update, p.update, "gorm:update"),
		wrap(del, p.delete, "gorm:delete"),
		wrap(del, unlessPlanned, "gorm:delete_before_associations"),
		create.Before("*").Register("softdelete:asked", beforeRevive),
		create.Before("gorm:before_create").Register("softdelete:before_create", p.beforeCreate),
		update.Before("gorm:setup_reflect_value").Register("softdelete:before_update", p.beforeUpdate),
		del.Before("gorm:before_delete").Register("softdelete:before_delete", p.beforeDelete),
	}
	errs = append(errs, wrap(create, unlessDryRun, "gorm:begin_transaction"))
	if dialectOf(db).TableRebuild {
		errs = append(errs, wrap(callback.Raw(), migrator.KeepAttached(p.models.byTable), "gorm:raw"))
	}
	if dialectOf(db).FixedByGenerated {
		errs = append(errs, wrap(callback.Raw(), migrator.LeaveUnchanged(dialectOf(db)), "gorm:raw"))
	}
	errs = append(errs, wrap(callback.Raw(), migrator.KeepUnique(p.models.byTable, dialectOf), "gorm:raw"))
	for _, writes := range []processor{update, del} {
		errs = append(errs,
			wrap(writes, p.puttingOff(writes), "gorm:begin_transaction"),
			wrap(writes, unlessPutOff, "gorm:commit_or_rollback_transaction"))
	}
	for _, writes := range []processor{create, update, del} {
		errs = append(errs,
			wrap(writes, guarded,
				"gorm:before_create", "gorm:before_update", "gorm:before_delete",
				"gorm:save_before_associations", "gorm:save_after_associations", "gorm:delete_before_associations",
				"gorm:create", "gorm:update", "gorm:delete",
				"gorm:after_create", "gorm:after_update", "gorm:after_delete"))
	}
	errs = append(errs,
		create.Register("softdelete:end", p.endWrite),
		update.Register("softdelete:end", p.endWrite),
		del.Register("softdelete:end", endOperation))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("softdelete: registering callbacks: %w", err)
	}
	return nil
}

// wrap puts a wrapper around those of the named steps that a chain has.
func wrap(chain processor, wrapper func(func(*gorm.DB)) func(*gorm.DB), names ...string) error {
	for _, name := range names {
		if step := chain.Get(name); step != nil {
			if err := chain.Replace(name, wrapper(step)); err != nil {
				return err
			}
		}
	}
	return nil
}

// guarded wraps a step of GORM that runs hooks: a panic rolls back what the
// plugin has begun.
func guarded(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if op := operationOf(db.Statement); op != nil {
			defer op.guard(db)
		}
		next(db)
	}
}

// endOperation closes what one of the callbacks before has begun.
func endOperation(db *gorm.DB) {
	if op := operationOf(db.Statement); op != nil {
		op.end(db)
	}
}

// unlessDryRun keeps GORM from opening a transaction in which nothing runs.
func unlessDryRun(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if !db.DryRun {
			next(db)
		}
	}
}

// modelOf returns the model of a statement, nil if it has none. It adds an error
// if a scope was used that needs one, or if the model is wrong.
func (p *Plugin) modelOf(db *gorm.DB) *model.Model {
	stmt := db.Statement
	forget(stmt)
	var m *model.Model
	if stmt.Schema != nil && stmt.SQL.Len() == 0 {
		var err error
		if m, err = p.models.lookup(db, stmt.Schema); err != nil {
			_ = db.AddError(err)
			return nil
		}
	}
	request := requestOf(stmt)
	if m == nil && (request.asksForTrash() || request.verb != OpNone) {
		switch {
		case stmt.SQL.Len() > 0:
			_ = db.AddError(fmt.Errorf("%w: raw SQL cannot be filtered, use softdelete.Live in it", ErrNotSoftDeletable))
		case stmt.Schema == nil:
			_ = db.AddError(fmt.Errorf("%w: the statement has no model, name it with db.Model", ErrNotSoftDeletable))
		default:
			_ = db.AddError(fault.About(ErrNotSoftDeletable, stmt.Schema.Name, model.LookAlike(stmt.Schema)))
		}
	}
	p.checkShownIn(db)
	return m
}

// checkShownIn adds an error if a scope named a model that has no marker.
func (p *Plugin) checkShownIn(db *gorm.DB) {
	for t := range shownInOf(db.Statement) {
		if db.Error != nil {
			return
		}
		if _, err := soft(db, model.NewOf(t)); err != nil {
			_ = db.AddError(err)
		}
	}
}

// unlessPlanned keeps GORM from deleting selected relations of rows that it has
// not matched yet: a soft delete takes them along by its plan.
func unlessPlanned(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if op := operationOf(db.Statement); op == nil || op.kind != OpSoftDelete {
			next(db)
		}
	}
}

// beforeDelete says what a delete is, before the first hook runs.
func (p *Plugin) beforeDelete(db *gorm.DB) {
	if db.Error != nil || neighbours.VisitOf(db.Statement) != nil {
		return
	}
	stmt := db.Statement
	p.dropEarly(db)
	m := p.modelOf(db)
	if db.Error != nil || m == nil || rejectNil(db) {
		return
	}
	kind := requestOf(stmt).verb
	switch {
	case kind == OpPurge || kind == OpForceDelete:
		p.beginRemoval(db, kind, m)
		return
	case forRestoreOnly(stmt, OpSoftDelete) != nil:
		_ = db.AddError(forRestoreOnly(stmt, OpSoftDelete))
		return
	case stmt.Unscoped:
		kind = OpForceDelete
	default:
		kind = OpSoftDelete
	}
	op := p.begin(db, kind, m)
	if kind == OpSoftDelete {
		if err := p.planDelete(db, op); err != nil {
			_ = db.AddError(err)
			return
		}
	}
	p.beginUnlessAlone(db, op)
	if op.plan != nil || op.observed != nil || op.runsHooks(stmt) || requestOf(stmt).expect != nil {
		op.beginUnit(db)
	}
	p.hold(db, op)
	if kind == OpSoftDelete {
		op.prepareTracking(db)
	}
}

// delete wraps GORM's delete step.
func (p *Plugin) delete(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if b := neighbours.VisitOf(db.Statement); b != nil {
			b.Step(db)
			return
		}
		op := operationOf(db.Statement)
		if op == nil || db.Error != nil {
			if db.Error == nil && db.Statement.Unscoped {
				forced(db, next)
				return
			}
			next(db)
			return
		}
		p.dropEarly(db)
		next := next // of this statement alone
		if op.kind == OpForceDelete {
			remove := next
			next = func(db *gorm.DB) { forced(db, remove) }
		}
		switch {
		case op.kind == OpSoftDelete:
			p.softDelete(db, op, next)
		case requestOf(db.Statement).verb != OpNone:
			p.remove(db, op, next)
		default:
			p.unscopedDelete(db, op, next)
		}
	}
}

// beforeUpdate prepares a restore, and makes an update that may fail late a
// unit.
func (p *Plugin) beforeUpdate(db *gorm.DB) {
	if db.Error != nil || neighbours.VisitOf(db.Statement) != nil {
		return
	}
	stmt := db.Statement
	p.dropEarly(db)
	m := p.modelOf(db)
	if db.Error != nil || stmt.Schema == nil || stmt.SQL.Len() > 0 {
		return
	}
	if m != nil && requestOf(stmt).verb == OpRestore {
		p.beginRestore(db, m)
		return
	}
	if refuseExpected(db, "an update") {
		return
	}
	late := m != nil && (p.config.Strict || formOf(stmt) == bySave) && !stmt.Unscoped && writesBefore(stmt)
	if late || p.models.entry(db, stmt.Schema).writesBeforeCheck(db, stmt.Schema.BeforeSave || stmt.Schema.BeforeUpdate) {
		op := p.begin(db, OpNone, m)
		op.beginUnit(db)
	}
}

// writesBefore tells if an update may write before its own statement: by hooks,
// or by saving what the row belongs to.
func writesBefore(stmt *gorm.Statement) bool {
	if !stmt.SkipHooks && (stmt.Schema.BeforeSave || stmt.Schema.BeforeUpdate) {
		return true
	}
	return len(stmt.Schema.Relationships.BelongsTo) > 0
}

// update wraps GORM's update step.
func (p *Plugin) update(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		stmt := db.Statement
		if b := neighbours.VisitOf(stmt); b != nil {
			b.Step(db)
			return
		}
		if db.Error != nil || stmt.Schema == nil {
			next(db)
			return
		}
		if association.IsKept(stmt) {
			return
		}
		p.dropEarly(db)
		if op := operationOf(stmt); op != nil && op.kind == OpRestore {
			p.restore(db, op, next)
			return
		}
		e := p.models.entry(db, stmt.Schema)
		m := e.model
		if stmt.SQL.Len() > 0 {
			next(db)
			return
		}
		next := p.checkUpdate(db, e, next)
		if m == nil {
			next(db)
			return
		}
		p.plainUpdate(db, m, next)
	}
}

// rejectNil adds an error to the statement if its value is a slice with a nil
// in it, at which GORM would panic.
func rejectNil(db *gorm.DB) bool {
	for _, value := range []reflect.Value{model.Pointee(db.Statement.ReflectValue), model.Pointee(reflect.ValueOf(db.Statement.Model))} {
		if value.Kind() != reflect.Slice && value.Kind() != reflect.Array {
			continue
		}
		if kind := value.Type().Elem().Kind(); kind != reflect.Pointer && kind != reflect.Interface {
			continue
		}
		for i := range value.Len() {
			if value.Index(i).IsNil() {
				_ = db.AddError(fmt.Errorf("softdelete: %w: element %d of the slice is nil", gorm.ErrInvalidData, i))
				return true
			}
		}
	}
	return false
}

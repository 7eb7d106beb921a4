package softdelete

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
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
	create, update, del := callback.Create(), callback.Update(), callback.Delete()
	errs := []error{
		wrap(callback.Query(), p.read, "gorm:query"),
		wrap(callback.Row(), p.read, "gorm:row"),
		wrap(callback.Row(), failedRow, "gorm:row"),
		wrap(callback.Query(), p.previewed, "gorm:query"),
		wrap(callback.Raw(), p.raw, "gorm:raw"),
		wrap(create, p.create, "gorm:create"),
		wrap(update, p.update, "gorm:update"),
		wrap(del, p.delete, "gorm:delete"),
		wrap(del, unlessPlanned, "gorm:delete_before_associations"),
		create.Before("*").Register("softdelete:asked", noteAsked),
		create.Before("gorm:before_create").Register("softdelete:before_create", p.beforeCreate),
		update.Before("gorm:setup_reflect_value").Register("softdelete:before_update", p.beforeUpdate),
		del.Before("gorm:before_delete").Register("softdelete:before_delete", p.beforeDelete),
	}
	for _, writes := range []processor{create, update, del} {
		errs = append(errs,
			wrap(writes, unlessDryRun, "gorm:begin_transaction"),
			wrap(writes, guarded,
				"gorm:before_create", "gorm:before_update", "gorm:before_delete",
				"gorm:save_before_associations", "gorm:save_after_associations", "gorm:delete_before_associations",
				"gorm:create", "gorm:update", "gorm:delete",
				"gorm:after_create", "gorm:after_update", "gorm:after_delete"),
			writes.Register("softdelete:end", endOperation))
	}
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
func (p *Plugin) modelOf(db *gorm.DB) *model {
	stmt := db.Statement
	forget(stmt)
	var m *model
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
			_ = db.AddError(fail(ErrNotSoftDeletable, stmt.Schema.Name, lookAlike(stmt.Schema)))
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
		if _, err := soft(db, newOf(t)); err != nil {
			_ = db.AddError(err)
		}
	}
}

// read wraps GORM's query and row steps. The filter of the statement's model is
// added by its query clause while they build the SQL; here is what goes beyond
// it, and the cleaning up.
func (p *Plugin) read(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		stmt := db.Statement
		var m *model
		if db.Error == nil {
			m = p.modelOf(db)
		}
		if db.Error != nil {
			if db.DryRun && stmt.SQL.Len() == 0 {
				// GORM takes this for the SQL of a subquery, its error lost.
				_, _ = stmt.WriteString("SELECT ")
				invalid{db.Error}.Build(stmt)
			}
			return
		}
		if len(stmt.Joins) > 0 {
			encloseJoins(stmt)
		}
		undo := p.filterFrom(stmt)
		next(db)
		if undo != nil {
			undo()
		}
		if m != nil {
			removeFilter(stmt)
		}
	}
}

// encloseJoins puts the conditions of relation joins in parentheses: GORM
// appends them to the filter, and an OR among them would undo it.
func encloseJoins(stmt *gorm.Statement) {
	for i := range stmt.Joins {
		if on := stmt.Joins[i].On; on != nil {
			stmt.Joins[i].On = &clause.Where{Exprs: enclose(on.Exprs)}
		}
	}
}

// filterFrom filters the tables that GORM itself joins in FROM, as it does for
// the join table of an association. It returns what takes the filter back.
func (p *Plugin) filterFrom(stmt *gorm.Statement) func() {
	from, ok := stmt.Clauses["FROM"].Expression.(clause.From)
	if !ok || len(from.Joins) == 0 || stmt.SQL.Len() > 0 {
		return nil
	}
	joins := slices.Clone(from.Joins)
	changed := false
	for i, join := range joins {
		if join.Expression != nil {
			continue
		}
		m := p.models.byTable(join.Table.Name)
		if m == nil {
			continue
		}
		show := showIn(stmt, m)
		if show == all {
			continue
		}
		table := join.Table.Alias
		if table == "" {
			table = join.Table.Name
		}
		on := enclose(join.ON.Exprs)
		joins[i].ON.Exprs = slices.Concat(on, []clause.Expression{&rowFilter{model: m, table: table, show: show}})
		changed = true
	}
	if !changed {
		return nil
	}
	originals := from.Joins
	setFrom(stmt, clause.From{Tables: from.Tables, Joins: joins})
	return func() {
		if now, ok := stmt.Clauses["FROM"].Expression.(clause.From); ok && len(now.Joins) >= len(originals) {
			restored := append(slices.Clone(originals), now.Joins[len(originals):]...)
			setFrom(stmt, clause.From{Tables: now.Tables, Joins: restored})
		}
	}
}

func setFrom(stmt *gorm.Statement, from clause.From) {
	c := stmt.Clauses["FROM"]
	c.Name, c.Expression = "FROM", from
	stmt.Clauses["FROM"] = c
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
	if db.Error != nil || requestOf(db.Statement).beside != nil {
		return
	}
	m := p.modelOf(db)
	if db.Error != nil || m == nil || rejectNil(db) {
		return
	}
	stmt := db.Statement
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
	if op.plan != nil || op.observed != nil || op.hooks && (stmt.Schema.BeforeDelete || stmt.Schema.AfterDelete) {
		op.beginUnit(db)
	}
	if kind == OpSoftDelete {
		op.prepareTracking(db)
	}
}

// delete wraps GORM's delete step.
func (p *Plugin) delete(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if b := requestOf(db.Statement).beside; b != nil {
			b.step(db)
			return
		}
		op := operationOf(db.Statement)
		if op == nil || db.Error != nil {
			next(db)
			return
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
	if db.Error != nil || requestOf(db.Statement).beside != nil {
		return
	}
	m := p.modelOf(db)
	stmt := db.Statement
	if db.Error != nil || stmt.Schema == nil || stmt.SQL.Len() > 0 {
		return
	}
	if m != nil && requestOf(stmt).verb == OpRestore {
		p.beginRestore(db, m)
		return
	}
	late := m != nil && (p.config.Strict || isSave(stmt)) && !stmt.Unscoped && writesBefore(stmt)
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
		if b := requestOf(stmt).beside; b != nil {
			b.step(db)
			return
		}
		if db.Error != nil || stmt.Schema == nil {
			next(db)
			return
		}
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

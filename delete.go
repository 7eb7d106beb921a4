package softdelete

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// softDelete runs in the place of GORM's DELETE: it builds one UPDATE of live
// rows, which next executes.
func (p *Plugin) softDelete(db *gorm.DB, op *operation, next func(*gorm.DB)) {
	stmt, m := db.Statement, op.model
	op.collectTracking(stmt)
	var filter clause.Expression = m.LiveRows
	show := model.LiveOnly
	if requestOf(stmt).showOf(stmt, m) == model.TrashedOnly {
		filter, show = nothing{m}, model.TrashedOnly
	}
	t, ok := newTarget(db, op, show)
	if !ok {
		return
	}
	if requestOf(stmt).report != nil {
		op.say(stmt.Context)
	}
	if err := op.stamp(p, db); err != nil {
		_ = db.AddError(err)
		return
	}
	set, err := op.assignments(p, db)
	if err == nil {
		err = op.prepareCascade(p, db)
	}
	if err != nil {
		_ = db.AddError(err)
		return
	}
	t.apply(filter)
	defer t.restore()
	root := op.update(db, set, next)
	if op.plan != nil && db.Error == nil && !db.DryRun && !root.IsEmpty() {
		_ = db.AddError(op.cascade.softDelete(root))
	}
	p.strict(db, t)
	op.checkHeld(db)
	for _, v := range op.values {
		if v.done {
			op.mark(db, v)
		} else {
			v.revert(stmt.Context, m)
		}
	}
	op.tell(p, db)
}

// unscopedDelete runs GORM's own DELETE, by db.Unscoped. Where it has joins or a
// limit, which GORM leaves out, it does not tell the keys of its rows.
func (p *Plugin) unscopedDelete(db *gorm.DB, op *operation, next func(*gorm.DB)) {
	if op.observed == nil || len(db.Statement.Joins) > 0 || session.HasLimit(db.Statement) {
		next(db)
		removeFilter(db.Statement)
		op.noteOwn(db, db.RowsAffected, nil)
	} else {
		filter, show := op.removalFilter(db.Statement)
		t, ok := newTarget(db, op, show)
		if !ok {
			return
		}
		op.removeOwn(db, t, filter, next)
	}
	op.tell(p, db)
}

// prepareTracking saves the fields that BeforeDelete may set, and empties them,
// so that what is in them after it was set by it. A stale value, loaded when its
// row was trashed before, would pass for one otherwise.
func (op *operation) prepareTracking(db *gorm.DB) {
	stmt, m := db.Statement, op.model
	if stmt.Schema != m.Schema {
		return
	}
	hooked := op.hooks && stmt.Schema.BeforeDelete
	for _, row := range model.RowsOf(stmt.Context, stmt.ReflectValue, stmt.Schema, !hooked) {
		v := &tracked{value: row}
		v.save(stmt.Context, m)
		op.values = append(op.values, v)
		if !hooked {
			continue
		}
		for _, field := range []*schema.Field{m.By, m.Reason} {
			if field != nil {
				field.ReflectValueOf(stmt.Context, row).SetZero()
			}
		}
	}
}

// collectTracking reads what BeforeDelete has set.
func (op *operation) collectTracking(stmt *gorm.Statement) {
	if !op.hooks || !stmt.Schema.BeforeDelete {
		return
	}
	for _, v := range op.values {
		for field, place := range map[*schema.Field]*any{op.model.By: &v.by, op.model.Reason: &v.reason} {
			if field == nil {
				continue
			}
			if value, zero := field.ValueOf(stmt.Context, v.value); !zero {
				*place = value
			}
		}
	}
}

// assignments is what the UPDATE of the operation's own rows sets: as for the
// rows of a cascade, with what hooks have set for each row.
func (op *operation) assignments(p *Plugin, db *gorm.DB) (clause.Set, error) {
	op.touched = p.touch(db, op.model)
	by := op.perRow(db, op.model.By, op.by, func(v *tracked) any { return v.by })
	reason := op.perRow(db, op.model.Reason, op.reason, func(v *tracked) any { return v.reason })
	set, err := op.stamped(op.model, by, reason)
	return append(set, op.touched...), err
}

// stampFor is what the UPDATE of rows of a cascade sets.
func (op *operation) stampFor(p *Plugin, db *gorm.DB, m *model.Model) (clause.Set, error) {
	by, reason, err := op.tracking(m)
	if err != nil {
		return nil, err
	}
	set, err := op.stamped(m, by, reason)
	return append(set, p.touch(db, m)...), err
}

// stamped sets the marker and the tracking columns of a model.
func (op *operation) stamped(m *model.Model, by, reason any) (clause.Set, error) {
	var set clause.Set
	for _, mk := range m.Stamps() {
		set = append(set, model.Assign(mk.Field, mk.Stamp(op.dialect, op.reading)))
	}
	if m.By != nil {
		set = append(set, model.Assign(m.By, by))
	}
	if m.Reason != nil {
		set = append(set, model.Assign(m.Reason, reason))
	}
	if m.DeletionID != nil {
		id, err := model.UUIDFor(m.DeletionID, op.id)
		if err != nil {
			return nil, err
		}
		set = append(set, model.Assign(m.DeletionID, id))
	}
	return set, nil
}

// prepareCascade finds out, before anything is written, if the tables of the
// cascade can take what a delete writes.
func (op *operation) prepareCascade(p *Plugin, db *gorm.DB) error {
	if op.plan == nil {
		return nil
	}
	op.cascade = p.newCascade(db, op)
	op.who, op.why = op.common()
	if err := op.cascade.heed(); err != nil {
		return err
	}
	for _, m := range op.plan.Models() {
		if _, err := op.stampFor(p, db, m); err != nil {
			return err
		}
	}
	return nil
}

// common is who and why for the rows of a cascade: what BeforeDelete has set if
// it set the same for each value, otherwise what the context says.
func (op *operation) common() (who, why any) {
	same := func(own func(*tracked) any, otherwise any) any {
		var value any
		for i, v := range op.values {
			if i > 0 && nameOf(own(v)) != nameOf(value) {
				return otherwise
			}
			value = own(v)
		}
		return first(value, otherwise)
	}
	return same(func(v *tracked) any { return v.by }, op.who), same(func(v *tracked) any { return v.reason }, op.why)
}

// touch sets the update times, if configured.
func (p *Plugin) touch(db *gorm.DB, m *model.Model) clause.Set {
	if !p.config.TouchUpdatedAt {
		return nil
	}
	var set clause.Set
	now := db.NowFunc()
	for _, field := range m.Schema.Fields {
		if field.DBName == "" || field.AutoUpdateTime == 0 {
			continue
		}
		switch field.AutoUpdateTime {
		case schema.UnixNanosecond:
			set = append(set, model.Assign(field, now.UnixNano()))
		case schema.UnixMillisecond:
			set = append(set, model.Assign(field, now.UnixMilli()))
		case schema.UnixSecond:
			set = append(set, model.Assign(field, now.Unix()))
		default:
			set = append(set, model.Assign(field, now))
		}
	}
	return set
}

// perRow is the value of a tracking column: the context's, unless BeforeDelete
// set one, for all rows or for each its own.
func (op *operation) perRow(db *gorm.DB, field *schema.Field, common any, own func(*tracked) any) any {
	if field == nil {
		return nil
	}
	var values []any
	keys := map[string][]any{}
	s := db.Statement.Schema
	for _, v := range op.values {
		value := own(v)
		if value == nil {
			value = common
		}
		name := nameOf(value)
		if _, ok := keys[name]; !ok {
			values = append(values, value)
		}
		key := make([]any, len(s.PrimaryFields))
		for i, f := range s.PrimaryFields {
			key[i], _ = f.ValueOf(db.Statement.Context, v.value)
		}
		if len(key) == 1 {
			keys[name] = append(keys[name], key[0])
		} else {
			keys[name] = append(keys[name], key)
		}
	}
	switch len(values) {
	case 0:
		return common
	case 1:
		return values[0]
	}
	columns := make([]clause.Column, len(s.PrimaryFields))
	for i, f := range s.PrimaryFields {
		columns[i] = clause.Column{Name: f.DBName}
	}
	choice := &choose{column: clause.Column{Name: field.DBName}}
	for _, value := range values {
		in := clause.IN{Column: columns, Values: keys[nameOf(value)]}
		if len(columns) == 1 {
			in.Column = columns[0]
		}
		choice.when, choice.then = append(choice.when, in), append(choice.then, value)
	}
	return choice
}

// nameOf tells values of a tracking column apart, none from an empty text.
func nameOf(value any) string {
	if model.Plain(value) == nil {
		return ""
	}
	return "=" + model.Text(value)
}

// choose is a CASE by primary key. Its ELSE is the column itself, from which
// the database knows the type of the rest.
type choose struct {
	column clause.Column
	when   []clause.Expression
	then   []any
}

func (c *choose) Build(b clause.Builder) {
	_, _ = b.WriteString("CASE")
	for i, when := range c.when {
		_, _ = b.WriteString(" WHEN ")
		when.Build(b)
		_, _ = b.WriteString(" THEN ")
		b.AddVar(b, c.then[i])
	}
	_, _ = b.WriteString(" ELSE ")
	b.WriteQuoted(c.column)
	_, _ = b.WriteString(" END")
}

// mark sets the fields of a value whose row was trashed.
func (op *operation) mark(db *gorm.DB, v *tracked) {
	m, ctx := op.model, db.Statement.Context
	set := func(field *schema.Field, value any) {
		if field != nil {
			_ = db.AddError(field.Set(ctx, v.value, value))
		}
	}
	for _, mk := range m.Stamps() {
		set(mk.Field, mk.Stamped(op.dialect, op.reading))
	}
	set(m.By, first(v.by, op.by))
	set(m.Reason, first(v.reason, op.reason))
	if m.DeletionID != nil {
		id, _ := model.UUIDFor(m.DeletionID, op.id)
		set(m.DeletionID, id)
	}
	op.setTouched(db, v)
}

// setTouched sets the update times of a value whose row was changed.
func (op *operation) setTouched(db *gorm.DB, v *tracked) {
	for _, a := range op.touched {
		_ = db.AddError(op.model.Schema.FieldsByDBName[a.Column.Name].Set(db.Statement.Context, v.value, a.Value))
	}
}

func first(own, common any) any {
	if own != nil {
		return own
	}
	return common
}

package softdelete

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/insert"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// revive runs a create under Revive: what a trashed row is in the way of becomes
// an update of that row, the rest is inserted.
func (p *Plugin) revive(db *gorm.DB, m *model.Model, next func(*gorm.DB)) {
	stmt := db.Statement
	if !model.Holds(stmt.ReflectValue, stmt.Schema) {
		_ = db.AddError(fmt.Errorf("softdelete: model %s: %w: Revive needs a value of the model, not a %T", m.Name(), gorm.ErrInvalidData, stmt.Dest))
		return
	}
	if stmt.ReflectValue.Kind() != reflect.Slice && !stmt.ReflectValue.CanAddr() {
		_ = db.AddError(fmt.Errorf("softdelete: model %s: %w: Revive writes to the value, give a pointer to it", m.Name(), gorm.ErrInvalidValue))
		return
	}
	if db.DryRun {
		next(db)
		return
	}
	if db.AddError(lockDatabase(db, dialectOf(db), session.TableOf(stmt, m.Schema), m)) != nil {
		return
	}
	found := insert.Revived(db, m, dialectOf(db))
	if db.Error != nil || len(found) == 0 {
		if db.Error == nil {
			next(db)
		}
		return
	}
	blocked := map[int]bool{}
	var undo []func()
	defer func() {
		if db.Error != nil {
			for _, back := range undo {
				back()
			}
		}
	}()
	order := slices.Sorted(maps.Keys(found))
	for _, i := range order {
		row, element := found[i], model.ElementOf(stmt.ReflectValue, i)
		was := reflect.New(element.Type()).Elem()
		was.Set(element)
		undo = append(undo, func() { element.Set(was) })
		if blocked[i] = true; !p.reviveRow(db, m, element, row) {
			return
		}
	}
	revived := int64(len(found))
	op := p.reviving(db, m)
	rows := make([]reflect.Value, 0, len(found))
	for _, i := range order {
		rows = append(rows, found[i])
	}
	op.noteOwn(db, revived, model.KeysIn(stmt, rows))
	if op.tell(p, db); db.Error != nil {
		return
	}
	if total := model.LengthOf(stmt.ReflectValue); len(found) < total {
		insert.WithoutValues(db, blocked, next)
		if db.Error != nil {
			db.RowsAffected = 0
			return
		}
		revived += db.RowsAffected
	}
	db.RowsAffected = revived
	if stmt.Result != nil {
		stmt.Result.RowsAffected = revived
	}
}

// beforeRevive notes, at the head of a create's chain, which keys the caller asks for.
func beforeRevive(db *gorm.DB) {
	if stmt := db.Statement; stmt.Schema != nil && requestOf(stmt).revive {
		insert.NoteAsked(db)
	}
}

// reviveRow restores a trashed row with the values of a new one, and gives that
// the row's key and creation time.
func (p *Plugin) reviveRow(db *gorm.DB, m *model.Model, value, row reflect.Value) bool {
	stmt := db.Statement
	set := map[string]any{}
	for _, a := range m.ClearedColumns() {
		set[a.Column.Name] = a.Value
		field := m.Schema.FieldsByDBName[a.Column.Name]
		field.ReflectValueOf(stmt.Context, value).SetZero()
	}
	now := db.NowFunc()
	keys := make([]any, 0, len(stmt.Schema.PrimaryFields))
	selected, restricted := stmt.SelectAndOmitColumns(true, false)
	for _, name := range stmt.Schema.DBNames {
		field := stmt.Schema.FieldsByDBName[name]
		target := field.ReflectValueOf(stmt.Context, value)
		_, protected := set[name]
		chosen, named := selected[name]
		switch {
		case field.PrimaryKey:
			target.Set(field.ReflectValueOf(stmt.Context, row))
			keys = append(keys, model.FieldValue(stmt.Context, field, row))
		case field.AutoCreateTime > 0, !protected && isLeftToDatabase(stmt, field, value):
			target.Set(field.ReflectValueOf(stmt.Context, row))
		case protected || named && !chosen || !named && restricted && field.AutoUpdateTime == 0 || !field.Creatable:
		default:
			fillIn(db, field, value, now)
			set[name] = model.FieldValue(stmt.Context, field, value)
			if _, zero := field.ValueOf(stmt.Context, value); zero && strings.EqualFold(field.DefaultValue, "null") {
				set[name] = nil
			}
		}
	}
	same := expr.InCurrent(model.PrimaryNames(stmt.Schema), [][]any{keys})
	tx := session.OnTable(session.Beside(db), stmt).Unscoped().Where(same).Where(clause.Expression(m.TrashedRows)).
		Clauses(assignments(set)).UpdateColumns(map[string]any{})
	err := tx.Error
	for _, l := range p.models.entry(db, stmt.Schema).parents {
		// The update has checked what it sets; the rest is as it was in the trash.
		if err == nil && !slices.ContainsFunc(l.Foreign, func(name string) bool { _, ok := set[name]; return ok }) {
			table := session.OwnTable(stmt)
			err = l.CheckRows(db, dialectOf(db), stmt.Schema, table, expr.In(table, model.PrimaryNames(stmt.Schema), [][]any{keys}))
		}
	}
	return db.AddError(err) == nil
}

// assignments sets columns whether an update may touch them or not: what is
// revived is a create.
func assignments(values map[string]any) clause.Set {
	set := make(clause.Set, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		set = append(set, clause.Assignment{Column: clause.Column{Name: name}, Value: values[name]})
	}
	return set
}

// isLeftToDatabase tells if an insert would leave a field to a default that the
// database computes. A revived row has been given one.
func isLeftToDatabase(stmt *gorm.Statement, field *schema.Field, value reflect.Value) bool {
	if !field.HasDefaultValue || field.DefaultValueInterface != nil || strings.EqualFold(field.DefaultValue, "null") {
		return false
	}
	_, zero := field.ValueOf(stmt.Context, value)
	return zero && field.DefaultValue != ""
}

// fillIn gives a field what GORM gives it on an insert: the update time, or a
// default.
func fillIn(db *gorm.DB, field *schema.Field, value reflect.Value, now time.Time) {
	_, zero := field.ValueOf(db.Statement.Context, value)
	if !zero {
		return
	}
	switch {
	case field.AutoUpdateTime > 0:
		_ = db.AddError(field.Set(db.Statement.Context, value, now))
	case field.DefaultValueInterface != nil:
		_ = db.AddError(field.Set(db.Statement.Context, value, field.DefaultValueInterface))
	}
}

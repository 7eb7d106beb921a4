package insert

import (
	"database/sql/driver"
	"maps"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
)

// obstacles are the trashed rows that the values of a create are hindered by, by
// the index of the value.
type obstacles struct {
	d       *dialect.Dialect
	db      *gorm.DB
	model   *model.Model
	unasked [][]bool          // of each value, which fields of its primary key the caller has left to others
	shown   clause.Expression // what others say of the rows that may come back; nil if nothing

	// held: the database would refuse the new row, as it has this one's key.
	held map[int]reflect.Value

	// alike: rows that agree with the new one in a key that is unique among live
	// rows. The database would take it.
	alike map[int][]reflect.Value
}

// Revived finds, for the statement's values by index, the trashed row that each of
// them revives. The rows are locked.
func Revived(db *gorm.DB, m *model.Model, d *dialect.Dialect) map[int]reflect.Value {
	o := &obstacles{d: d, db: db, model: m, held: map[int]reflect.Value{}, alike: map[int][]reflect.Value{}}
	if noted, ok := db.InstanceGet(unaskedKey); ok {
		o.unasked, _ = noted.([][]bool)
	}
	var err error
	if o.shown, err = neighbours.Revivable(m, db); db.AddError(err) != nil {
		return nil
	}
	o.byUniqueKeys()
	o.byLiveKeys()
	o.byMadeKeys()
	found, taken := map[int]reflect.Value{}, map[string]bool{}
	for _, index := range slices.Sorted(maps.Keys(o.all())) {
		row, err := o.choose(index)
		if err != nil {
			_ = db.AddError(err)
		}
		if db.Error != nil {
			return nil
		}
		// Of two new rows that clash with each other too, the second is inserted, and refused.
		if id := model.KeyString(db.Statement.Context, db.Statement.Schema, row); !taken[id] {
			found[index], taken[id] = row, true
		}
	}
	return found
}

// byUniqueKeys finds the rows that hold a key of all rows.
func (o *obstacles) byUniqueKeys() {
	for _, key := range o.model.Unique {
		o.by(key, func(index int) bool { return !key.Primary || !o.isMade(index) })
	}
}

// byMadeKeys finds the rows that hold a primary key that nobody asked for. It
// hinders no row that gets another one's.
func (o *obstacles) byMadeKeys() {
	for _, key := range o.model.Unique {
		if key.Primary && o.unasked != nil {
			o.by(key, func(index int) bool { return o.isMade(index) && !o.held[index].IsValid() && len(o.alike[index]) == 0 })
		}
	}
}

func (o *obstacles) by(key model.UniqueKey, of func(index int) bool) {
	values, indexes := ValuesOf(o.db.Statement, o.db.Statement.ReflectValue, key.Columns())
	if key.Primary {
		values, indexes = withoutZero(values, indexes)
	}
	values, indexes = some(values, indexes, of)
	for i, rows := range o.trashed(keySearch{d: o.d, columns: key.Columns()}, values) {
		index := indexes[i]
		if before, twice := o.held[index]; twice && !o.same(before, rows[0]) {
			_ = o.db.AddError(fault.About(fault.ErrAmbiguous, o.model.Name(), "several rows are in the way of one new row, by primary key and by "+key.Name))
			return
		}
		o.held[index] = rows[0]
	}
}

// trashed finds the trashed rows that values meet, under a lock.
func (o *obstacles) trashed(l keySearch, values [][]any) map[int][]reflect.Value {
	l.hold = locked
	l.where = append(l.where, o.model.TrashedRows)
	if o.shown != nil {
		l.where = append(l.where, o.shown)
	}
	return l.meet(o.db, values)
}

// byLiveKeys finds the rows that agree in a key of live rows.
func (o *obstacles) byLiveKeys() {
	stmt := o.db.Statement
	for _, key := range o.model.LiveUnique {
		values, indexes := ValuesOf(stmt, stmt.ReflectValue, key.Columns)
		search := keySearch{d: o.d, columns: key.Columns}
		if where := o.model.WhereOf(key); where != "" {
			search.where = []clause.Expression{clause.Expr{SQL: "(" + o.model.Marker.AsLive(where) + ")"}}
			values, indexes = inIndex(o.model, o.db, where, values, indexes)
		}
		for i, rows := range o.trashed(search, values) {
			if _, says := stmt.Clauses["ON CONFLICT"]; says || len(rows) > 1 {
				if o.isHeldLive(key, values[i]) {
					continue
				}
			}
			o.alike[indexes[i]] = append(o.alike[indexes[i]], rows...)
		}
	}
}

// isHeldLive tells if a live row has a key: that one is in the way then, whatever
// is in the trash.
func (o *obstacles) isHeldLive(key model.LiveKey, value []any) bool {
	live := keySearch{d: o.d, columns: key.Columns, where: o.model.InLiveIndex(key), read: model.PrimaryNames(o.db.Statement.Schema)}
	return len(live.rows(o.db, [][]any{value})) > 0
}

// all are the values that something is in the way of.
func (o *obstacles) all() map[int]bool {
	all := map[int]bool{}
	for index := range o.held {
		all[index] = true
	}
	for index := range o.alike {
		all[index] = true
	}
	return all
}

// choose is the row that a value revives: the one that holds its key, or else the
// one trashed last of those that agree with it.
func (o *obstacles) choose(index int) (reflect.Value, error) {
	row, held := o.held[index]
	alike := o.alike[index]
	switch {
	case held && len(alike) > 0 && !slices.ContainsFunc(alike, func(other reflect.Value) bool { return o.same(row, other) }):
		return row, fault.About(fault.ErrAmbiguous, o.model.Name(), "one row is in the way of a new row, and another has a key of it that is unique among live rows")
	case !held:
		last, known := trashedLast(o.model, o.db, o.distinct(alike))
		if !known {
			return last, fault.About(fault.ErrAmbiguous, o.model.Name(), "several rows have a key of a new row that is unique among live rows, and which was trashed last cannot be told")
		}
		row = last
	}
	if o.asksForOther(index, row) {
		return row, fault.About(fault.ErrAmbiguous, o.model.Name(), "the row in the way of a new row has another primary key than that asks for")
	}
	return row, nil
}

func (o *obstacles) same(a, b reflect.Value) bool {
	ctx, s := o.db.Statement.Context, o.db.Statement.Schema
	return model.KeyString(ctx, s, a) == model.KeyString(ctx, s, b)
}

func (o *obstacles) distinct(rows []reflect.Value) []reflect.Value {
	var list []reflect.Value
	for _, row := range rows {
		if !slices.ContainsFunc(list, func(other reflect.Value) bool { return o.same(row, other) }) {
			list = append(list, row)
		}
	}
	return list
}

// isMade tells if a value's primary key, or a part of it, is not the caller's.
func (o *obstacles) isMade(index int) bool {
	return index < len(o.unasked) && slices.Contains(o.unasked[index], true)
}

// asksForOther tells if a value asks for a primary key that a row does not have.
func (o *obstacles) asksForOther(index int, row reflect.Value) bool {
	stmt := o.db.Statement
	search := keySearch{d: o.d}
	var asked []any
	for i, field := range stmt.Schema.PrimaryFields {
		value, zero := field.ValueOf(stmt.Context, model.ElementOf(stmt.ReflectValue, index))
		if zero || index < len(o.unasked) && i < len(o.unasked[index]) && o.unasked[index][i] {
			continue
		}
		search.columns, asked = append(search.columns, field.DBName), append(asked, value)
	}
	return len(asked) > 0 && !search.agrees(o.db, row, asked)
}

const unaskedKey = "softdelete:unasked"

// NoteAsked notes, at the head of a create's chain, which keys the caller asks for.
func NoteAsked(db *gorm.DB) { db.InstanceSet(unaskedKey, keysNotAsked(db.Statement)) }

// keysNotAsked tells of each value which fields of its primary key are zero, and
// so not asked for: whoever fills them later makes them, a hook or the database.
// One that is taken from a value that the row belongs to is asked for by that.
func keysNotAsked(stmt *gorm.Statement) [][]bool {
	if !model.Holds(stmt.ReflectValue, stmt.Schema) {
		return nil
	}
	list := make([][]bool, 0, model.LengthOf(stmt.ReflectValue))
	for _, value := range model.ElementsOf(stmt.ReflectValue) {
		fields := make([]bool, len(stmt.Schema.PrimaryFields))
		for i, field := range stmt.Schema.PrimaryFields {
			if value.IsValid() {
				_, fields[i] = field.ValueOf(stmt.Context, value)
				fields[i] = fields[i] && !isGivenAlong(stmt, field, value)
			}
		}
		list = append(list, fields)
	}
	return list
}

func isGivenAlong(stmt *gorm.Statement, field *schema.Field, value reflect.Value) bool {
	for _, rel := range stmt.Schema.Relationships.BelongsTo {
		if !slices.ContainsFunc(rel.References, func(ref *schema.Reference) bool { return ref.ForeignKey == field }) {
			continue
		}
		if _, zero := rel.Field.ValueOf(stmt.Context, value); !zero {
			return true
		}
	}
	return false
}

// trashedLast is the row of several that was trashed last, by what the column can
// keep. It is false where that cannot be told: rows of one time, or of none.
func trashedLast(m *model.Model, db *gorm.DB, rows []reflect.Value) (last reflect.Value, known bool) {
	if len(rows) == 1 {
		return rows[0], true
	}
	if m.At == nil {
		return reflect.Value{}, false
	}
	var latest time.Time
	for _, row := range rows {
		at, ok := trashedAt(m, db, row)
		switch {
		case !ok:
			return reflect.Value{}, false
		case at.After(latest) || !last.IsValid():
			last, latest, known = row, at, true
		case at.Equal(latest):
			known = false
		}
	}
	return last, known
}

// trashedAt is when a row was trashed, false if it does not say.
func trashedAt(m *model.Model, db *gorm.DB, row reflect.Value) (time.Time, bool) {
	value, err := driver.DefaultParameterConverter.ConvertValue(model.FieldValue(db.Statement.Context, m.At, row))
	if err != nil {
		return time.Time{}, false
	}
	switch at := value.(type) {
	case time.Time:
		return at, true
	case int64:
		return model.TimeOfUnix(at, m.When().Unit), at != 0
	}
	return time.Time{}, false
}

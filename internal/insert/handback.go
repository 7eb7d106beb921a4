package insert

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// handback gives the values of an insert what the database says of their rows,
// their keys above all. GORM gives what comes back to the values in their order,
// and so to the wrong ones where some rows do not come: what a statement leaves as
// it is, it does not return.
type handback struct {
	d         *dialect.Dialect
	model     *model.Model
	schema    *schema.Schema
	targets   []keySearch
	show      model.Visibility
	fields    []*schema.Field // what is given back; none where GORM does all there is to do
	returning bool            // the statement returns it
	byOther   bool            // a value may meet a row that has another primary key
	before    [][]reflect.Value
	far       map[string]bool // rows that others hide, by key: they give nothing
}

func newHandback(m *model.Model, db *gorm.DB, conflict clause.OnConflict, show model.Visibility, d *dialect.Dialect) *handback {
	stmt := db.Statement
	h := &handback{d: d, model: m, schema: stmt.Schema, show: show}
	if m.Schema != stmt.Schema {
		return h // of a join table of GORM's own, whose values nobody has
	}
	h.targets = targetsOf(m, db, conflict, d)
	h.byOther = slices.ContainsFunc(h.targets, func(l keySearch) bool { return !l.primary })
	if !canGive(stmt) {
		return h
	}
	h.returning = slices.Contains(db.Callback().Create().Clauses, "RETURNING")
	if h.returning {
		h.fields = returned(stmt)
	}
	if h.byOther {
		for _, field := range stmt.Schema.PrimaryFields {
			if field.Readable && !slices.Contains(h.fields, field) {
				h.fields = append(h.fields, field)
			}
		}
	}
	return h
}

// canGive tells if the values of a statement have keys, and can be written to.
func canGive(stmt *gorm.Statement) bool {
	value := stmt.ReflectValue
	return model.Holds(value, stmt.Schema) && len(stmt.Schema.PrimaryFields) > 0 && (value.Kind() == reflect.Slice || value.CanAddr())
}

// returned are the fields that GORM has an insert return.
func returned(stmt *gorm.Statement) []*schema.Field {
	asked, given := stmt.Clauses["RETURNING"].Expression.(clause.Returning)
	var fields []*schema.Field
	add := func(field *schema.Field) {
		if field != nil && field.Readable {
			fields = append(fields, field)
		}
	}
	switch {
	case !given:
		for _, field := range stmt.Schema.FieldsWithDefaultDBValue {
			add(field)
		}
	case returnsAll(asked):
		for _, name := range stmt.Schema.DBNames {
			add(stmt.Schema.FieldsByDBName[name])
		}
	default:
		for _, column := range asked.Columns {
			add(stmt.Schema.LookUpField(column.Name))
		}
	}
	return fields
}

func returnsAll(r clause.Returning) bool {
	return len(r.Columns) == 0 || len(r.Columns) == 1 && r.Columns[0].Name == "*"
}

// askBack has the statement return the primary key where a value may meet a row
// that has another than its own. It keeps what the values hold, as rows that come
// back may be given to the wrong ones. What it returns takes it off the statement.
func (h *handback) askBack(db *gorm.DB) (undo func()) {
	stmt := db.Statement
	h.before = nil
	if len(h.fields) == 0 || db.DryRun && !h.returning {
		return func() {}
	}
	h.keep(stmt)
	if !h.returning {
		return func() {}
	}
	original, given := stmt.Clauses["RETURNING"]
	asked, _ := original.Expression.(clause.Returning)
	if given && returnsAll(asked) {
		return func() {}
	}
	columns := slices.Clone(asked.Columns)
	for _, field := range h.fields {
		if !slices.ContainsFunc(asked.Columns, func(c clause.Column) bool { return stmt.Schema.LookUpField(c.Name) == field }) {
			columns = append(columns, clause.Column{Name: field.DBName})
		}
	}
	stmt.Clauses["RETURNING"] = clause.Clause{Name: "RETURNING", Expression: clause.Returning{Columns: columns}}
	return func() {
		if stmt.Clauses["RETURNING"] = original; !given {
			delete(stmt.Clauses, "RETURNING")
		}
	}
}

func (h *handback) keep(stmt *gorm.Statement) {
	h.before = make([][]reflect.Value, model.LengthOf(stmt.ReflectValue))
	for i, value := range model.ElementsOf(stmt.ReflectValue) {
		h.before[i] = h.contents(stmt, value)
	}
}

// contents are copies of what the fields of a value hold.
func (h *handback) contents(stmt *gorm.Statement, value reflect.Value) []reflect.Value {
	if !value.IsValid() {
		return nil
	}
	list := make([]reflect.Value, len(h.fields))
	for i, field := range h.fields {
		list[i] = reflect.New(field.FieldType).Elem()
		list[i].Set(field.ReflectValueOf(stmt.Context, value))
	}
	return list
}

func (h *handback) set(stmt *gorm.Statement, value reflect.Value, contents []reflect.Value) {
	for i, content := range contents {
		h.fields[i].ReflectValueOf(stmt.Context, value).Set(content)
	}
}

// rows reads the rows that the statement's values have met, or become, by index.
// It is one SELECT for each key by which that can be.
func (h *handback) rows(db *gorm.DB) (rows map[int]reflect.Value, hidden bool) {
	stmt := db.Statement
	rows = map[int]reflect.Value{}
	for _, target := range h.targets {
		values, indexes := h.valuesFor(db, target)
		target.each = len(h.fields) > 0
		target.read = onceEach(model.PrimaryNames(stmt.Schema), []string{h.model.Marker.Field.DBName}, columnNames(h.fields))
		for i, list := range target.meet(db, values) {
			if h.show == model.LiveOnly && slices.ContainsFunc(list, func(row reflect.Value) bool { return !h.hides(stmt, row) }) {
				// Where a live row agrees with a value, a trashed one is not in its way.
				list = slices.DeleteFunc(list, func(row reflect.Value) bool { return h.hides(stmt, row) })
			}
			for _, row := range list {
				hidden = hidden || h.hides(stmt, row)
			}
			if _, ok := rows[indexes[i]]; !ok {
				rows[indexes[i]] = list[0]
			}
		}
	}
	if len(h.fields) > 0 {
		h.far = outOfReach(h.model, db, h.d, rows)
	}
	return rows, hidden
}

// valuesFor are the values that may meet a row by a key, with the index of each.
func (h *handback) valuesFor(db *gorm.DB, target keySearch) ([][]any, []int) {
	stmt := db.Statement
	values, indexes := ValuesOf(stmt, stmt.ReflectValue, target.columns)
	if target.primary {
		values, indexes = withoutZero(values, indexes)
	}
	if target.ofLive && model.Holds(stmt.ReflectValue, stmt.Schema) {
		values, indexes = some(values, indexes, func(i int) bool {
			return !h.model.Marker.IsTrashed(stmt.Context, model.ElementOf(stmt.ReflectValue, i))
		})
		if target.index != "" && len(values) > 0 {
			return inIndex(h.model, db, target.index, values, indexes)
		}
	}
	return values, indexes
}

// hides tells if a row is out of the statement's reach.
func (h *handback) hides(stmt *gorm.Statement, row reflect.Value) bool {
	return h.show != model.All && h.model.Marker.IsTrashed(stmt.Context, row) == (h.show == model.LiveOnly)
}

// gives tells if a value may have what a row holds.
func (h *handback) gives(stmt *gorm.Statement, row reflect.Value) bool {
	return !h.hides(stmt, row) && !h.far[model.KeyString(stmt.Context, h.schema, row)]
}

// cameBack is one of the rows that a statement returned.
type cameBack struct {
	key      string
	contents []reflect.Value
}

// takeBack takes the n rows that came back off the first values, to which GORM has
// given them.
func (h *handback) takeBack(stmt *gorm.Statement, n int) []cameBack {
	values := model.ElementsOf(stmt.ReflectValue)
	var list []cameBack
	if h.returning && h.returnsKey() {
		for _, value := range values[:min(n, len(h.before))] {
			list = append(list, cameBack{model.KeyString(stmt.Context, h.schema, value), h.contents(stmt, value)})
		}
	}
	h.restore(stmt)
	return list
}

// give gives each value what its own row has. A value that met none of the rows
// has been inserted: those get what is left of what came back, in their order, if
// it is as much.
func (h *handback) give(db *gorm.DB, rows map[int]reflect.Value, back []cameBack) {
	stmt := db.Statement
	if db.Error != nil {
		return
	}
	var rest []reflect.Value
	taken := map[string]bool{}
	for i, value := range model.ElementsOf(stmt.ReflectValue) {
		row, ok := rows[i]
		if !ok {
			rest = append(rest, value)
			continue
		}
		taken[model.KeyString(stmt.Context, h.schema, row)] = true
		if h.gives(stmt, row) {
			h.set(stmt, value, h.contents(stmt, row))
		}
	}
	back = slices.DeleteFunc(back, func(b cameBack) bool { return taken[b.key] })
	if len(rest) == len(back) {
		for i, value := range rest {
			h.set(stmt, value, back[i].contents)
		}
	}
}

// restore gives the values back what they held before the statement.
func (h *handback) restore(stmt *gorm.Statement) {
	for i, value := range model.ElementsOf(stmt.ReflectValue) {
		if i < len(h.before) && value.IsValid() {
			h.set(stmt, value, h.before[i])
		}
	}
}

// returnsKey tells if what comes back says whose it is.
func (h *handback) returnsKey() bool {
	return !slices.ContainsFunc(h.schema.PrimaryFields, func(field *schema.Field) bool { return !slices.Contains(h.fields, field) })
}

func columnNames(fields []*schema.Field) []string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = field.DBName
	}
	return names
}

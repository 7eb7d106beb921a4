package softdelete

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// upsert runs an insert that updates what is in its way. Trashed rows are not
// updated, markers not changed; if one of the caller's own rows is trashed, the
// statement fails.
func (p *Plugin) upsert(db *gorm.DB, m *model, next func(*gorm.DB)) {
	stmt := db.Statement
	original := stmt.Clauses["ON CONFLICT"]
	defer func() { stmt.Clauses["ON CONFLICT"] = original }()
	conflict := original.Expression.(clause.OnConflict)
	show := requestOf(stmt).showOf(stmt, m)
	d := dialectOf(db)
	guarded := original
	guarded.Builder = func(c clause.Clause, b clause.Builder) { m.buildUpsert(c, b, m.filterFor(show), d) }
	stmt.Clauses["ON CONFLICT"] = guarded
	several := stmt.ReflectValue.Kind() == reflect.Slice || stmt.ReflectValue.Kind() == reflect.Array
	if show == trashedOnly && several {
		_ = db.AddError(fmt.Errorf("softdelete: model %s: %w: under OnlyTrashed rows are saved one by one, with Updates", m.name(), gorm.ErrInvalidData))
		return
	}
	if show == all || show == trashedOnly && d.upsertWhere {
		next(db)
		return
	}
	associated := isAssociated(db)
	keys := m.conflictKeys(stmt.Schema, conflict, d)
	partial := conflict.TargetWhere
	if !d.partialIndex {
		partial = clause.Where{}
	}
	if (several || !d.upsertWhere) && !db.DryRun {
		// Told before the statement runs: a database that skips rows returns
		// fewer keys, and GORM would give them to the wrong values.
		blocked := hiddenAmong(db, m, keys, partial, show, d)
		switch {
		case db.Error != nil:
			return
		case len(blocked) > 0 && show == trashedOnly:
			return // as where the upsert's own condition leaves the row out
		case len(blocked) > 0 && !associated:
			_ = db.AddError(fail(ErrTrashed, m.name(), "an upsert met it, restore it first"))
			return
		}
		delete(blocked, unknownIndex)
		if len(blocked) > 0 {
			if len(blocked) == lengthOf(stmt.ReflectValue) {
				return
			}
			without(db, blocked, next)
			return
		}
	}
	next(db)
	switch {
	case db.Error != nil || db.DryRun || associated || d.upsertWhere && db.RowsAffected >= int64(lengthOf(stmt.ReflectValue)):
	case d.upsertWhere && !several && len(hiddenAmong(db, m, keys, partial, show, dialect{upsertWhere: true})) > 0:
		_ = db.AddError(fail(ErrTrashed, m.name(), "restore it first, or save it under WithTrashed"))
	case show == liveOnly:
		m.checkWritten(db, conflict, d)
	}
}

// aimed gives an upsert that is about the columns of an index of live rows the
// condition of that, without which the database does not find it:
//
//	ON CONFLICT (email) WHERE deleted_at IS NULL DO UPDATE …
//
// The name of such an index does for its columns. It returns what undoes it.
func (m *model) aimed(db *gorm.DB) (back func()) {
	stmt := db.Statement
	original, ok := stmt.Clauses["ON CONFLICT"]
	conflict, isConflict := original.Expression.(clause.OnConflict)
	if !ok || !isConflict || len(conflict.TargetWhere.Exprs) > 0 || !dialectOf(db).partialIndex {
		return func() {}
	}
	named := make([]string, len(conflict.Columns))
	for i, column := range conflict.Columns {
		named[i] = m.columnNamed(column.Name)
	}
	for _, key := range m.liveUnique {
		if !m.isOfLiveRows(key) {
			continue
		}
		if key.name != conflict.OnConstraint && (conflict.OnConstraint != "" || !sameSet(named, key.columns)) {
			continue
		}
		if slices.ContainsFunc(m.unique, func(k uniqueKey) bool { return sameSet(named, k.columns()) }) {
			break
		}
		conflict.OnConstraint = ""
		conflict.Columns = columnsOf("", key.columns)
		conflict.TargetWhere = clause.Where{Exprs: []clause.Expression{m.markerCondition(liveOnly)}}
		changed := original
		changed.Expression = conflict
		stmt.Clauses["ON CONFLICT"] = changed
		return func() { stmt.Clauses["ON CONFLICT"] = original }
	}
	return func() {}
}

// buildUpsert writes ON CONFLICT with the protected columns left out of the
// update, and out of its reach the rows that the filter hides.
func (m *model) buildUpsert(c clause.Clause, b clause.Builder, filter *rowFilter, d dialect) {
	c.Builder = nil
	conflict, ok := c.Expression.(clause.OnConflict)
	if !ok {
		c.Build(b)
		return
	}
	conflict.DoUpdates = slices.DeleteFunc(slices.Clone(conflict.DoUpdates), func(a clause.Assignment) bool {
		field := m.schema.LookUpField(a.Column.Name)
		return field != nil && slices.Contains(m.protected, field.DBName)
	})
	switch {
	case len(conflict.DoUpdates) == 0:
		conflict.DoNothing = true
		conflict.Where = clause.Where{}
	case filter != nil && d.upsertWhere:
		conflict.Where.Exprs = append(slices.Clip(enclose(conflict.Where.Exprs)), filter)
	case filter != nil:
		for i, a := range conflict.DoUpdates {
			conflict.DoUpdates[i].Value = whereShown(a, filter)
		}
	}
	c.Expression = conflict
	if stmt, ok := b.(*gorm.Statement); ok && stmt.ClauseBuilders[c.Name] != nil {
		stmt.ClauseBuilders[c.Name](c, b)
		return
	}
	c.Build(b)
}

// whereShown is what an upsert without a condition gives to a column: its own value
// in a row that is hidden. The rows in the way by the keys of the model are read
// before; the database may have other unique indexes, which the model does not tell.
func whereShown(a clause.Assignment, filter *rowFilter) clause.Expression {
	return written(func(b clause.Builder) {
		_, _ = b.WriteString("CASE WHEN ")
		filter.Build(b)
		_, _ = b.WriteString(" THEN ")
		if column, ok := a.Value.(clause.Column); ok && column.Table == "excluded" {
			_, _ = b.WriteString("VALUES(")
			b.WriteQuoted(clause.Column{Name: column.Name})
			_ = b.WriteByte(')')
		} else {
			b.AddVar(b, a.Value)
		}
		_, _ = b.WriteString(" ELSE ")
		b.WriteQuoted(clause.Column{Table: clause.CurrentTable, Name: a.Column.Name})
		_, _ = b.WriteString(" END")
	})
}

// letBuild makes a driver's own way to write an upsert step aside for a clause that
// has a builder: GORM asks the driver first.
func letBuild(db *gorm.DB) {
	const name = "ON CONFLICT"
	if build, ok := db.ClauseBuilders[name]; ok {
		db.ClauseBuilders[name] = func(c clause.Clause, b clause.Builder) {
			if c.Builder != nil {
				c.Builder(c, b)
				return
			}
			build(c, b)
		}
	}
}

// without runs next without some of the statement's values.
func without(db *gorm.DB, blocked map[int]bool, next func(*gorm.DB)) {
	stmt := db.Statement
	dest, value := stmt.Dest, stmt.ReflectValue
	rest := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType))).Elem()
	for i := range value.Len() {
		if element := reflect.Indirect(value.Index(i)); !blocked[i] && element.CanAddr() {
			rest.Set(reflect.Append(rest, element.Addr()))
		}
	}
	stmt.Dest, stmt.ReflectValue = rest.Addr().Interface(), rest
	next(db)
	stmt.Dest, stmt.ReflectValue = dest, value
}

// uniqueKey is a set of columns in which the database lets no two rows agree.
type uniqueKey struct {
	name    string
	primary bool
	fields  []*schema.Field
}

func (k uniqueKey) columns() []string {
	names := make([]string, len(k.fields))
	for i, field := range k.fields {
		names[i] = field.DBName
	}
	return names
}

// uniqueKeys lists the primary key and the unique indexes of a schema. A partial
// index is none: it is not for all rows; nor is one that AutoMigrate replaces.
func (m *model) uniqueKeys(s *schema.Schema, d dialect) []uniqueKey {
	var keys []uniqueKey
	if len(s.PrimaryFields) > 0 {
		keys = append(keys, uniqueKey{name: "primary key", primary: true, fields: s.PrimaryFields})
	}
	for _, field := range s.Fields {
		if field.Unique && field.DBName != "" {
			keys = append(keys, uniqueKey{name: field.DBName, fields: []*schema.Field{field}})
		}
	}
	for _, index := range s.ParseIndexes() {
		if index.Class != "UNIQUE" || index.Where != "" && d.partialIndex {
			continue
		}
		key := uniqueKey{name: index.Name}
		for _, option := range index.Fields {
			if option.Field == nil || option.Expression != "" {
				key.fields = nil
				break
			}
			key.fields = append(key.fields, option.Field)
		}
		if len(key.fields) > 0 && m.liveIndexOn(key.columns()) == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// conflictKeys is what an upsert takes for a conflict: the columns that it
// names, all unique keys if it names none.
func (m *model) conflictKeys(s *schema.Schema, conflict clause.OnConflict, d dialect) []uniqueKey {
	unique := slices.Clone(m.unique)
	if !d.conflictTarget {
		return unique
	}
	if len(conflict.Columns) == 0 {
		if conflict.OnConstraint == "" && conflict.UpdateAll {
			return slices.DeleteFunc(unique, func(k uniqueKey) bool { return !k.primary })
		}
		return unique
	}
	key := uniqueKey{name: "conflict target"}
	for _, column := range conflict.Columns {
		field := s.LookUpField(column.Name)
		if field == nil {
			return unique
		}
		key.fields = append(key.fields, field)
		key.primary = field.PrimaryKey
	}
	return []uniqueKey{key}
}

// hiddenAmong finds which of the statement's values meet a row that is hidden from
// it, by index. Where the upsert itself cannot tell, the rows are locked, so that
// none is trashed meanwhile. A conflict on a partial index is with the rows of that
// index only.
func hiddenAmong(db *gorm.DB, m *model, keys []uniqueKey, partial clause.Where, show visibility, d dialect) map[int]bool {
	blocked := map[int]bool{}
	stmt := db.Statement
	for _, key := range keys {
		columns := key.columns()
		values, indexes := valuesOf(stmt, stmt.ReflectValue, columns)
		if key.primary {
			values, indexes = withoutZero(values, indexes)
		}
		hidden, _ := keysInTheWay(db, m, columns, values, partial, show, d)
		matched := map[string]bool{}
		for i, value := range values {
			if id := keyText(value...); hidden[id] {
				blocked[indexes[i]] = true
				matched[id] = true
			}
		}
		if len(matched) == len(hidden) {
			continue
		}
		blocked[unknownIndex] = true
		for i, value := range values {
			// Whose they are is told one by one, where nothing else keeps a write from them.
			if d.upsertWhere || blocked[indexes[i]] {
				continue
			}
			if hidden, _ := keysInTheWay(db, m, columns, [][]any{value}, partial, show, d); len(hidden) > 0 {
				blocked[indexes[i]] = true
			}
		}
	}
	if db.Error != nil {
		return nil
	}
	return blocked
}

// keysInTheWay are those of rows that are in the way of the values, hidden ones and others.
func keysInTheWay(db *gorm.DB, m *model, columns []string, values [][]any, partial clause.Where, show visibility, d dialect) (hidden, shown keys) {
	stmt := db.Statement
	if len(values) == 0 || m.schema != stmt.Schema || db.Error != nil {
		return nil, nil
	}
	hidden, shown = keys{}, keys{}
	for chunk := range slices.Chunk(values, dialectOf(db).chunk(len(columns))) {
		tx := onTable(beside(db), stmt).Unscoped().
			Select(append(slices.Clone(columns), m.marker.field.DBName)).
			Where(inColumns(columns, chunk))
		if len(partial.Exprs) > 0 {
			tx = tx.Where(&group{partial.Exprs})
		}
		if d.rowLock {
			tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
		}
		rows := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)))
		if err := readRows(tx, rows.Interface()); err != nil {
			_ = db.AddError(err)
			return nil, nil
		}
		for i := range rows.Elem().Len() {
			row := rows.Elem().Index(i).Elem()
			found, _ := valuesOf(stmt, row, columns)
			if m.marker.isTrashed(stmt.Context, row) == (show == liveOnly) {
				hidden[keyText(found[0]...)] = true
			} else {
				shown[keyText(found[0]...)] = true
			}
		}
	}
	return hidden, shown
}

// unknownIndex stands for a value whose key the database gives back in another
// spelling: of a time, a UUID, or a text that is compared without its case.
const unknownIndex = -1

// valuesOf reads columns of the statement's values, with the index of each
// value. Those with a NULL among them are left out: NULL is in nobody's way.
func valuesOf(stmt *gorm.Statement, value reflect.Value, columns []string) (rows [][]any, indexes []int) {
	read := func(i int, get func(*schema.Field) (any, bool)) {
		row := make([]any, len(columns))
		for c, name := range columns {
			field := stmt.Schema.FieldsByDBName[name]
			if field == nil {
				return
			}
			v, ok := get(field)
			if !ok || isNull(v) {
				return
			}
			row[c] = v
		}
		rows, indexes = append(rows, row), append(indexes, i)
	}
	each := func(i int, element reflect.Value) {
		for element.Kind() == reflect.Pointer || element.Kind() == reflect.Interface {
			element = element.Elem()
		}
		switch element.Kind() {
		case reflect.Struct:
			read(i, func(field *schema.Field) (any, bool) { return fieldValue(stmt.Context, field, element), true })
		case reflect.Map:
			values, ok := element.Interface().(map[string]any)
			if !ok {
				return
			}
			read(i, func(field *schema.Field) (any, bool) {
				if v, ok := values[field.DBName]; ok {
					return v, true
				}
				v, ok := values[field.Name]
				return v, ok
			})
		}
	}
	if value.Kind() == reflect.Slice || value.Kind() == reflect.Array {
		for i := range value.Len() {
			each(i, value.Index(i))
		}
		return rows, indexes
	}
	each(0, value)
	return rows, indexes
}

func fieldValue(ctx context.Context, field *schema.Field, row reflect.Value) any {
	v, _ := field.ValueOf(ctx, row)
	return v
}

func isNull(v any) bool {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil() {
		return true
	}
	if valuer, ok := v.(driver.Valuer); ok {
		value, err := valuer.Value()
		return err == nil && value == nil
	}
	return false
}

// withoutZero leaves out keys that the database is to make.
func withoutZero(rows [][]any, indexes []int) (keptRows [][]any, keptIndexes []int) {
	for i, row := range rows {
		if !slices.ContainsFunc(row, func(v any) bool { return reflect.ValueOf(v).IsZero() }) || len(row) > 1 {
			keptRows, keptIndexes = append(keptRows, row), append(keptIndexes, indexes[i])
		}
	}
	return keptRows, keptIndexes
}

// inColumns is "(columns) IN (values)".
func inColumns(columns []string, values [][]any) clause.Expression {
	column, list := schema.ToQueryValues(clause.CurrentTable, columns, values)
	return clause.IN{Column: column, Values: list}
}

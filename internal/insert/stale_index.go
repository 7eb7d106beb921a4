package insert

import (
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// checkWritten fails an upsert that has met a trashed row by an index which is of
// live rows, as the model tells it, and in the database of all rows still: a value
// was written if a live row has its key now.
func (u *upserting) checkWritten(db *gorm.DB) {
	stmt, m, d, conflict := db.Statement, u.model, u.d, u.conflict
	named := make([]string, len(conflict.Columns))
	for i, column := range conflict.Columns {
		named[i] = m.ColumnNamed(column.Name)
	}
	for _, key := range append(slices.Clip(m.LiveUnique), untoldKey(m, named, d)...) {
		if !m.IsOfLiveRows(key) || d.ConflictTarget && !model.SameSet(named, key.Columns) || !d.ConflictTarget && slices.ContainsFunc(conflict.DoUpdates, moves(m, key)) {
			continue
		}
		values, indexes := ValuesOf(stmt, stmt.ReflectValue, key.Columns)
		values, indexes = some(values, indexes, func(i int) bool { return !u.inTheTrash[i] }) // it is in nobody's way there
		distinct := map[string]bool{}
		for _, value := range values {
			distinct[model.KeyText(value...)] = true
		}
		// The statement's own rows are read without a lock, which would keep others from the keys beside.
		_, live := keysMet(m, db, keySearch{d: d, columns: key.Columns, hold: asSeen}, values)
		if len(live) >= len(distinct) {
			continue
		}
		for i, value := range values {
			if live[model.KeyText(value...)] {
				continue
			}
			hidden, live := keysMet(m, db, keySearch{d: d, columns: key.Columns, hold: locked}, [][]any{value})
			if len(hidden) > 0 && len(live) == 0 && (d.ConflictTarget || !u.meetsLive(db, key, indexes[i])) {
				if key.Name == "" && !isOfAllRows(db, d, key.Columns) {
					continue // the database has no such key, and has met nothing by it
				}
				_ = db.AddError(fault.About(fault.ErrTrashed, m.Name(), "an upsert met it by "+nameOf(key)+
					", which is of all rows still: AutoMigrate makes it one of live rows where a tag asks for that, or else restore the row first"))
				return
			}
		}
	}
}

// sent tells, by index, which of a statement's values are trashed, and which have a key.
func sent(m *model.Model, stmt *gorm.Statement) (trashed, keyed map[int]bool) {
	trashed, keyed = map[int]bool{}, map[int]bool{}
	if m.Schema != stmt.Schema {
		return trashed, keyed
	}
	_, indexes := withoutZero(ValuesOf(stmt, stmt.ReflectValue, model.PrimaryNames(stmt.Schema)))
	for _, i := range indexes {
		keyed[i] = true
	}
	if !model.Holds(stmt.ReflectValue, stmt.Schema) {
		return trashed, keyed
	}
	for i, value := range model.ElementsOf(stmt.ReflectValue) {
		if value.IsValid() && m.Marker.IsTrashed(stmt.Context, value) {
			trashed[i] = true
		}
	}
	return trashed, keyed
}

// untoldKey is the key that an upsert names and no tag tells of, where the columns are for
// the model alone: the database takes any key that a value meets.
func untoldKey(m *model.Model, named []string, d *dialect.Dialect) []model.LiveKey {
	told := slices.ContainsFunc(m.Unique, func(key model.UniqueKey) bool { return model.SameSet(key.Columns(), named) }) ||
		slices.ContainsFunc(m.LiveUnique, func(key model.LiveKey) bool { return model.SameSet(key.Columns, named) })
	isField := func(name string) bool { return m.Schema.FieldsByDBName[name] != nil }
	if d.ConflictTarget || len(named) == 0 || told || slices.ContainsFunc(named, func(name string) bool { return !isField(name) }) {
		return nil
	}
	return []model.LiveKey{{Listed: named, Columns: named}}
}

// nameOf is what a key is called.
func nameOf(key model.LiveKey) string {
	if key.Name == "" {
		return "the unique index on " + strings.Join(key.Columns, ", ")
	}
	return key.Name
}

// isOfAllRows tells if the database keeps all rows from agreeing in some columns.
func isOfAllRows(db *gorm.DB, d *dialect.Dialect, columns []string) bool {
	table := session.OwnTable(db.Statement)
	found, err := catalogue.Tables(db, d, []string{table})
	if db.AddError(err) != nil || found[table] == nil {
		return false
	}
	return slices.ContainsFunc(found[table].Indexes, func(ix catalogue.Index) bool {
		return ix.Unique && model.SameSet(ix.Columns, columns)
	})
}

// keysMet are those of the rows that a search finds by some values, trashed ones and
// live ones.
func keysMet(m *model.Model, db *gorm.DB, search keySearch, values [][]any) (trashed, live map[string]bool) {
	stmt := db.Statement
	if len(values) == 0 || m.Schema != stmt.Schema || db.Error != nil {
		return nil, nil
	}
	trashed, live = map[string]bool{}, map[string]bool{}
	search.read = []string{m.Marker.Field.DBName}
	for _, row := range search.rows(db, values) {
		have, _ := ValuesOf(stmt, row, search.columns)
		if m.Marker.IsTrashed(stmt.Context, row) {
			trashed[model.KeyText(have[0]...)] = true
		} else {
			live[model.KeyText(have[0]...)] = true
		}
	}
	return trashed, live
}

// moves tells if an assignment gives a column of a key another value than the one
// to be inserted.
func moves(m *model.Model, key model.LiveKey) func(clause.Assignment) bool {
	return func(a clause.Assignment) bool {
		value, isColumn := a.Value.(clause.Column)
		return slices.Contains(key.Columns, m.ColumnNamed(a.Column.Name)) && (!isColumn || value.Table != "excluded")
	}
}

// meetsLive tells if a live row has the same key as one of the statement's values, by
// any other unique key of the model.
func (u *upserting) meetsLive(db *gorm.DB, but model.LiveKey, index int) bool {
	stmt, m, d := db.Statement, u.model, u.d
	primary := model.PrimaryNames(m.Schema)
	var others [][]string
	for _, key := range m.Unique {
		if columns := key.Columns(); u.keyed[index] || !model.SameSet(columns, primary) {
			others = append(others, columns)
		}
	}
	for _, key := range m.LiveUnique {
		if key.Name != but.Name {
			others = append(others, key.Columns)
		}
	}
	for _, columns := range others {
		values, _ := ValuesOf(stmt, model.ElementOf(stmt.ReflectValue, index), columns)
		if _, live := keysMet(m, db, keySearch{d: d, columns: columns, hold: asSeen}, values); len(live) > 0 {
			return true
		}
	}
	return false
}

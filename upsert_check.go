package softdelete

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// checkWritten fails an upsert that has met a trashed row by an index which is of
// live rows, as the model tells it, and in the database of all rows still: a value
// was written if a live row has its key now.
func checkWritten(m *model, db *gorm.DB, conflict clause.OnConflict, d *dialect.Dialect) {
	stmt := db.Statement
	named := make([]string, len(conflict.Columns))
	for i, column := range conflict.Columns {
		named[i] = m.columnNamed(column.Name)
	}
	for _, key := range m.liveUnique {
		if !m.isOfLiveRows(key) || d.ConflictTarget && !sameSet(named, key.columns) || !d.ConflictTarget && slices.ContainsFunc(conflict.DoUpdates, moves(m, key)) {
			continue
		}
		values, indexes := valuesOf(stmt, stmt.ReflectValue, key.columns)
		distinct := keys{}
		for _, value := range values {
			distinct[keyText(value...)] = true
		}
		// The statement's own rows are read without a lock, which would keep others from the keys beside.
		_, live := keysMet(m, db, key.columns, values, asSeen)
		if len(live) >= len(distinct) {
			continue
		}
		for i, value := range values {
			if live[keyText(value...)] {
				continue
			}
			hidden, live := keysMet(m, db, key.columns, [][]any{value}, locked)
			if len(hidden) > 0 && len(live) == 0 && (d.ConflictTarget || !meetsLive(m, db, key, indexes[i])) {
				_ = db.AddError(fail(ErrTrashed, m.name(), "an upsert met it by "+key.name+
					", which is of all rows still: AutoMigrate makes it one of live rows, or else restore the row first"))
				return
			}
		}
	}
}

// keysMet are those of the rows that agree with some values, trashed ones and live
// ones.
func keysMet(m *model, db *gorm.DB, columns []string, values [][]any, h hold) (trashed, live keys) {
	stmt := db.Statement
	if len(values) == 0 || m.schema != stmt.Schema || db.Error != nil {
		return nil, nil
	}
	trashed, live = keys{}, keys{}
	search := keySearch{columns: columns, read: []string{m.marker.field.DBName}, hold: h}
	for _, row := range search.rows(db, values) {
		have, _ := valuesOf(stmt, row, columns)
		if m.marker.isTrashed(stmt.Context, row) {
			trashed[keyText(have[0]...)] = true
		} else {
			live[keyText(have[0]...)] = true
		}
	}
	return trashed, live
}

// moves tells if an assignment gives a column of a key another value than the one
// to be inserted.
func moves(m *model, key liveKey) func(clause.Assignment) bool {
	return func(a clause.Assignment) bool {
		value, isColumn := a.Value.(clause.Column)
		return slices.Contains(key.columns, m.columnNamed(a.Column.Name)) && (!isColumn || value.Table != "excluded")
	}
}

func (m *model) columnNamed(name string) string {
	if field := m.schema.LookUpField(name); field != nil {
		return field.DBName
	}
	return name
}

// meetsLive tells if a live row has the same key as one of the statement's values, by
// any other unique key of the model.
func meetsLive(m *model, db *gorm.DB, but liveKey, index int) bool {
	stmt := db.Statement
	var others [][]string
	for _, key := range m.unique {
		others = append(others, key.columns())
	}
	for _, key := range m.liveUnique {
		if key.name != but.name {
			others = append(others, key.columns)
		}
	}
	for _, columns := range others {
		values, _ := valuesOf(stmt, elementOf(stmt.ReflectValue, index), columns)
		if _, live := keysMet(m, db, columns, values, asSeen); len(live) > 0 {
			return true
		}
	}
	return false
}

// isOfLiveRows tells if an index has live rows in it and no others.
func (m *model) isOfLiveRows(key liveKey) bool {
	return !key.hasMarker() && (key.where == "" || m.sameCondition(key.where, m.markerCondition(liveOnly)))
}

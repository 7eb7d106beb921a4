package insert

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// targetsOf are the keys by which a value of an insert may meet a row: the columns
// that it names, or else all unique keys, those among live rows too.
func targetsOf(m *model.Model, db *gorm.DB, conflict clause.OnConflict, d *dialect.Dialect) []keySearch {
	s := db.Statement.Schema
	if d.ConflictTarget && len(conflict.Columns) > 0 {
		key := keySearch{d: d, where: slices.DeleteFunc(slices.Clone(conflict.TargetWhere.Exprs), func(e clause.Expression) bool {
			_, isOfAny := e.(ofAnyIndex)
			return isOfAny
		})}
		for _, column := range conflict.Columns {
			if field := s.LookUpField(column.Name); field != nil {
				key.columns = append(key.columns, field.DBName)
			}
		}
		if len(key.columns) == len(conflict.Columns) {
			key.primary = model.SameSet(key.columns, model.PrimaryNames(s))
			return []keySearch{key}
		}
	}
	var keys, named []keySearch
	add := func(key keySearch, names ...string) {
		keys = append(keys, key)
		if conflict.OnConstraint != "" && slices.Contains(names, conflict.OnConstraint) {
			named = append(named, key)
		}
	}
	for _, key := range m.Unique {
		add(keySearch{d: d, primary: key.Primary, columns: key.Columns()}, constraintsOf(db, s, key)...)
	}
	for _, key := range m.LiveUnique {
		add(keySearch{d: d, columns: key.Columns, where: m.InLiveIndex(key), ofLive: true, index: m.WhereOf(key)}, key.Name)
	}
	switch {
	case !d.ConflictTarget:
		return keys
	case len(named) > 0:
		return named
	case conflict.OnConstraint == "" && conflict.UpdateAll:
		return slices.DeleteFunc(keys, func(l keySearch) bool { return !l.primary })
	}
	return keys
}

// constraintsOf are the names that GORM and the database give to a key.
func constraintsOf(db *gorm.DB, s *schema.Schema, key model.UniqueKey) []string {
	switch {
	case key.Primary:
		return []string{s.Table + "_pkey"}
	case len(key.Fields) == 1:
		column := key.Fields[0].DBName
		return []string{key.Name, db.NamingStrategy.UniqueName(s.Table, column), s.Table + "_" + column + "_key"}
	}
	return []string{key.Name}
}

package model

import (
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// UniqueKey is a set of columns in which the database lets no two rows agree.
type UniqueKey struct {
	Name    string
	Primary bool
	Fields  []*schema.Field
}

// Columns are its columns.
func (k UniqueKey) Columns() []string {
	names := make([]string, len(k.Fields))
	for i, field := range k.Fields {
		names[i] = field.DBName
	}
	return names
}

// UniqueKeys lists the primary key and the unique indexes of a schema. A partial
// index is none: it is not for all rows; nor is one that AutoMigrate replaces.
func (m *Model) UniqueKeys(s *schema.Schema, d *dialect.Dialect) []UniqueKey {
	var keys []UniqueKey
	if len(s.PrimaryFields) > 0 {
		keys = append(keys, UniqueKey{Name: "primary key", Primary: true, Fields: s.PrimaryFields})
	}
	for _, field := range s.Fields {
		if field.Unique && field.DBName != "" {
			keys = append(keys, UniqueKey{Name: field.DBName, Fields: []*schema.Field{field}})
		}
	}
	for _, index := range s.ParseIndexes() {
		if index.Class != "UNIQUE" || index.Where != "" && d.PartialIndex {
			continue
		}
		key := UniqueKey{Name: index.Name}
		for _, option := range index.Fields {
			if option.Field == nil || option.Expression != "" {
				key.Fields = nil
				break
			}
			key.Fields = append(key.Fields, option.Field)
		}
		if len(key.Fields) > 0 && m.liveIndexOn(key.Columns()) == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// LiveKey is a unique index that trashed rows do not stand in the way of: one
// with a condition, or with the marker among its columns.
type LiveKey struct {
	Name    string
	Listed  []string // all columns of the index
	Columns []string // those but for the marker
	Where   string   // its condition, empty for none
}

func (k LiveKey) hasMarker() bool { return len(k.Listed) > len(k.Columns) }

// liveKeys lists them: those of the plugin's own tags, and those of GORM's.
func (m *Model) liveKeys(s *schema.Schema, d *dialect.Dialect) []LiveKey {
	var list []LiveKey
	for i := range m.Indexes {
		if m.Indexes[i].Kind == UniqueAmongLive {
			columns := m.Indexes[i].Columns()
			list = append(list, LiveKey{Name: m.Indexes[i].Name, Listed: columns, Columns: columns})
		}
	}
	for _, index := range s.ParseIndexes() {
		key := LiveKey{Name: index.Name}
		// Without partial indexes GORM makes one of all rows, but somebody may have
		// made one that is of live rows by other means.
		if d.PartialIndex || m.SameCondition(index.Where, m.MarkerCondition(LiveOnly)) {
			key.Where = index.Where
		}
		for _, option := range index.Fields {
			if option.Field == nil || option.Expression != "" {
				key.Columns = nil
				break
			}
			key.Listed = append(key.Listed, option.DBName)
			if option.Field != m.Marker.Field {
				key.Columns = append(key.Columns, option.DBName)
			}
		}
		// NULL is in nobody's way: with a nullable marker among them, the columns
		// of live rows are free.
		if index.Class == "UNIQUE" && len(key.Columns) > 0 && (key.hasMarker() && m.Marker.Live != nil || !key.hasMarker() && key.Where != "") {
			list = append(list, key)
		}
	}
	return list
}

// IsOfLiveRows tells if an index has live rows in it and no others.
func (m *Model) IsOfLiveRows(key LiveKey) bool {
	return !key.hasMarker() && (key.Where == "" || m.SameCondition(key.Where, m.MarkerCondition(LiveOnly)))
}

// WhereOf is what the condition of an index of live rows says beside that, as it
// stands in the tag; empty if it says no more.
func (m *Model) WhereOf(key LiveKey) string {
	if key.Where == "" || m.IsOfLiveRows(key) {
		return ""
	}
	return key.Where
}

// InLiveIndex is the condition of the rows of an index that is unique among live
// ones.
func (m *Model) InLiveIndex(key LiveKey) []clause.Expression {
	conditions := []clause.Expression{m.MarkerCondition(LiveOnly)}
	if where := m.WhereOf(key); where != "" {
		conditions = append(conditions, clause.Expr{SQL: "(" + where + ")"})
	}
	return conditions
}

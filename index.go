package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// index is an index that the tags of a model, or its marker, ask for.
type index struct {
	name   string
	kind   indexKind
	fields []*schema.Field // for indexOfTrash the time, if there is one, and the primary key
}

type indexKind int

const (
	uniqueAmongLive indexKind = iota // softdelete:"unique"
	indexOfLive                      // softdelete:"index"
	indexOfTrash                     // finds trashed rows by time
	indexOfDeletion                  // finds the rows of one operation
)

// columns are those that the index was asked for.
func (i *index) columns() []string {
	names := make([]string, len(i.fields))
	for n, field := range i.fields {
		names[n] = field.DBName
	}
	return names
}

// tagPart is one of the things that a softdelete tag says, such as "unique:name".
type tagPart struct{ word, name string }

// tagParts reads the tag of a column: words that are parted by commas, or by
// semicolons as in GORM's own tag.
func tagParts(field *schema.Field) []tagPart {
	var parts []tagPart
	for part := range strings.FieldsFuncSeq(field.Tag.Get("softdelete"), func(r rune) bool { return r == ',' || r == ';' }) {
		word, name, _ := strings.Cut(strings.TrimSpace(part), ":")
		if word = strings.TrimSpace(word); word != "" {
			parts = append(parts, tagPart{word, strings.TrimSpace(name)})
		}
	}
	return parts
}

// ask adds a field to the index that a part of its tag asks for; false if it asks
// for none.
func (m *model) ask(namer schema.Namer, field *schema.Field, part tagPart) (bool, error) {
	kind := uniqueAmongLive
	switch part.word {
	case "unique":
	case "index":
		kind = indexOfLive
	default:
		return false, nil
	}
	name := part.name
	if name == "" {
		name = namer.IndexName(m.schema.Table, field.Name)
	}
	for i := range m.indexes {
		have := &m.indexes[i]
		switch {
		case have.name != name:
		case have.kind != kind || part.name == "":
			return true, &fault{m.name(), field.Name, fmt.Sprintf("softdelete:%q: there is an index %s already", part.word, name)}
		case slices.Contains(have.fields, field):
			return true, &fault{m.name(), field.Name, fmt.Sprintf("softdelete:%q: the field is in the index %s already", part.word, name)}
		default:
			have.fields = append(have.fields, field)
			return true, nil
		}
	}
	m.indexes = append(m.indexes, index{name: name, kind: kind, fields: []*schema.Field{field}})
	return true, nil
}

// addOwnIndexes adds the indexes by which the plugin finds trashed rows. That by
// time has the name of the one that GORM makes of a plain index tag on the marker,
// as in gorm.Model, and so takes its place.
func (m *model) addOwnIndexes(namer schema.Namer, d *dialect.Dialect) error {
	declared := m.schema.ParseIndexes()
	add := func(kind indexKind, named *schema.Field, fields ...*schema.Field) {
		i := index{name: plainIndexOn(declared, named), kind: kind, fields: fields}
		if i.name == "" {
			i.name = namer.IndexName(m.schema.Table, named.Name)
			if slices.ContainsFunc(declared, func(have *schema.Index) bool { return have.Name == i.name }) {
				i.name += "_trash"
			}
		}
		if !slices.ContainsFunc(m.indexes, func(have index) bool { return have.name == i.name }) {
			m.indexes = append(m.indexes, i)
		}
	}
	for _, i := range m.indexes {
		if slices.Contains(i.fields, m.marker.field) {
			return &fault{m.name(), m.marker.field.Name, "the marker is in each index of live rows already, remove it from " + i.name}
		}
		for _, have := range declared {
			same := sameSet(columnsOfIndex(have), i.columns())
			switch {
			case have.Name == i.name && !same:
				return &fault{m.name(), i.fields[0].Name, "there is an index " + i.name + " on other columns already, by a gorm tag"}
			case have.Name == i.name && have.Class == "UNIQUE" && i.kind != uniqueAmongLive:
				return &fault{m.name(), i.fields[0].Name, "the gorm tag's unique index and softdelete:\"index\" are both called " + i.name + ": give one of them another name"}
			case have.Name != i.name && same && i.kind == uniqueAmongLive && have.Class == "UNIQUE" && (have.Where == "" || !d.PartialIndex):
				// GORM would make it again and again, and be refused by trashed rows.
				return &fault{m.name(), i.fields[0].Name, fmt.Sprintf(
					"the gorm tag's unique index %s is of all rows, and softdelete:%q makes %s of live ones: remove the former", have.Name, "unique", i.name)}
			}
		}
	}
	named, fields := m.marker.field, slices.Clone(m.schema.PrimaryFields)
	if m.at != nil {
		named = m.at
		fields = append([]*schema.Field{m.at}, fields...)
	}
	if len(fields) > 0 {
		add(indexOfTrash, named, fields...)
	}
	if m.deletionID != nil {
		add(indexOfDeletion, m.deletionID, m.deletionID)
	}
	return nil
}

// plainIndexOn is the name of the index that a GORM tag asks for on one field
// alone, empty if there is none.
func plainIndexOn(declared []*schema.Index, field *schema.Field) string {
	for _, i := range declared {
		if i.Class == "" && i.Where == "" && len(i.Fields) == 1 && i.Fields[0].Field == field && i.Fields[0].Expression == "" {
			return i.Name
		}
	}
	return ""
}

// columnsOfIndex are the columns of an index by GORM's tags, "" for an expression.
func columnsOfIndex(i *schema.Index) []string {
	names := make([]string, len(i.Fields))
	for n, option := range i.Fields {
		if option.Field != nil && option.Expression == "" {
			names[n] = option.DBName
		}
	}
	return names
}

// bindIndexes tells GORM of what it decides by its own tags only: that a text is
// in an index, for which MySQL needs a length, and that a column is not unique by
// itself if it is so among live rows.
func (m *model) bindIndexes() {
	for _, i := range m.indexes {
		if i.kind > indexOfLive {
			continue
		}
		for _, field := range i.fields {
			settings := map[string]string{"INDEX": i.name}
			for key, value := range field.TagSettings {
				settings[key] = value
			}
			field.TagSettings = settings
		}
		if i.kind == uniqueAmongLive && len(i.fields) == 1 {
			i.fields[0].Unique = false
			delete(i.fields[0].TagSettings, "UNIQUE")
		}
	}
}

// liveIndexOn is the index that keeps columns unique among live rows by a tag of
// the plugin, nil if there is none.
func (m *model) liveIndexOn(columns []string) *index {
	for i := range m.indexes {
		if m.indexes[i].kind == uniqueAmongLive && sameSet(m.indexes[i].columns(), columns) {
			return &m.indexes[i]
		}
	}
	return nil
}

func sameSet(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(name string) bool { return !slices.Contains(b, name) })
}

// definition is what a database is to have for an index.
type definition struct {
	name    string
	unique  bool
	columns []string
	where   clause.Expression // nil for none
}

// liveColumn is the generated column by which a database without partial indexes
// tells live rows, of which no two may agree, from trashed ones, which may: it is
// NULL there.
const liveColumn = "softdelete_live"

// define says what an index is on a database.
func (m *model) define(i *index, d *dialect.Dialect) definition {
	def := definition{name: i.name, unique: i.kind == uniqueAmongLive, columns: i.columns()}
	marker := m.marker.field.DBName
	if d.PartialIndex {
		switch i.kind {
		case uniqueAmongLive, indexOfLive:
			def.where = m.markerCondition(liveOnly)
		case indexOfTrash:
			def.where = m.markerCondition(trashedOnly)
		case indexOfDeletion:
			def.where = clause.Neq{Column: clause.Column{Name: m.deletionID.DBName}, Value: nil}
		}
		return def
	}
	switch i.kind {
	case uniqueAmongLive:
		def.columns = append(def.columns, liveColumn)
	case indexOfLive:
		def.columns = append([]string{marker}, def.columns...)
	case indexOfTrash:
		// Each index ends with the primary key there.
		def.columns = []string{marker}
		if m.at != nil && m.at != m.marker.field {
			def.columns = append(def.columns, m.at.DBName)
		}
	}
	return def
}

// markerCondition is the condition on the marker of rows that are not named.
func (m *model) markerCondition(show visibility) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		m.marker.build(b, clause.Column{Name: m.marker.field.DBName}, show == trashedOnly)
	})
}

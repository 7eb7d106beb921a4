package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// Index is an index that the tags of a model, or its marker, ask for.
type Index struct {
	Name   string
	Kind   IndexKind
	Fields []*schema.Field // for IndexOfTrash the time, if there is one, and the primary key

	// Ordered: a tag says where a column stands. Otherwise the order is that of the
	// fields, and that of an index whose place it takes goes before it.
	Ordered    bool
	priorities []int // of the fields
}

// IndexKind is what an index is for.
type IndexKind int

// What indexes are for.
const (
	UniqueAmongLive IndexKind = iota // softdelete:"unique"
	IndexOfLive                      // softdelete:"index"
	IndexOfTrash                     // finds trashed rows by time
	IndexOfDeletion                  // finds the rows of one operation
)

// Columns are those that the index was asked for.
func (i *Index) Columns() []string {
	names := make([]string, len(i.Fields))
	for n, field := range i.Fields {
		names[n] = field.DBName
	}
	return names
}

// tagPart is one of the things that a softdelete tag says, such as "unique:name".
type tagPart struct {
	word, name string
	priority   string // what stands behind it as "priority:2", empty for nothing
}

// tagParts reads the tag of a column: words that are parted by commas, or by
// semicolons as in GORM's own tag. A priority is of the index before it. What is
// for Doctor is left out.
func tagParts(field *schema.Field) []tagPart {
	var parts []tagPart
	for part := range strings.FieldsFuncSeq(field.Tag.Get("softdelete"), func(r rune) bool { return r == ',' || r == ';' }) {
		word, name, _ := strings.Cut(strings.TrimSpace(part), ":")
		word, name = strings.TrimSpace(word), strings.TrimSpace(name)
		last := len(parts) - 1
		switch {
		case word == "", word == ignoreWord:
		case word == "priority" && name != "" && last >= 0 && parts[last].priority == "":
			parts[last].priority = name
		default:
			parts = append(parts, tagPart{word: word, name: name})
		}
	}
	return parts
}

// defaultPriority is where a column stands in an index whose tag does not say, as in
// GORM's.
const defaultPriority = 10

// ask adds a field to the index that a part of its tag asks for; false if it asks
// for none.
func (m *Model) ask(namer schema.Namer, field *schema.Field, part tagPart) (bool, error) {
	kind := UniqueAmongLive
	switch part.word {
	case "unique":
	case "index":
		kind = IndexOfLive
	default:
		return false, nil
	}
	priority := defaultPriority
	if part.priority != "" {
		var err error
		if priority, err = strconv.Atoi(part.priority); err != nil {
			return true, fault.In(m.Name(), field.Name, fmt.Sprintf("softdelete:%q: the priority %q is no number", field.Tag.Get("softdelete"), part.priority))
		}
	}
	name := m.nameHere(namer, part.name)
	if name == "" {
		name = namer.IndexName(m.Schema.Table, field.Name)
	}
	for i := range m.Indexes {
		have := &m.Indexes[i]
		switch {
		case have.Name != name:
		case have.Kind != kind || part.name == "":
			return true, fault.In(m.Name(), field.Name, fmt.Sprintf("softdelete:%q: there is an index %s already", part.word, name))
		case slices.Contains(have.Fields, field):
			return true, fault.In(m.Name(), field.Name, fmt.Sprintf("softdelete:%q: the field is in the index %s already", part.word, name))
		default:
			have.put(field, priority, part.priority != "")
			return true, nil
		}
	}
	i := Index{Name: name, Kind: kind}
	i.put(field, priority, part.priority != "")
	m.Indexes = append(m.Indexes, i)
	return true, nil
}

// renameReserved gives indexes whose name in the tag is the database's own, as of the
// index of a constraint, the one that GORM gives to an index on their columns.
func (m *Model) renameReserved(namer schema.Namer, d *dialect.Dialect) {
	for n := range m.Indexes {
		i := &m.Indexes[n]
		if d.ReservedIndex != "" && strings.HasPrefix(strings.ToLower(i.Name), d.ReservedIndex) {
			i.Name = namer.IndexName(m.Schema.Table, strings.Join(i.Columns(), "_"))
		}
	}
}

// nameHere is the name that a tag gives to an index as it is on the model's table. The
// tables that share a model cannot share it: an index has its name for itself, in its
// schema or database.
func (m *Model) nameHere(namer schema.Namer, name string) string {
	if name == "" || !m.Elsewhere {
		return name
	}
	return namer.IndexName(m.Schema.Table, name)
}

// put adds a field where its priority says, behind those of the same.
func (i *Index) put(field *schema.Field, priority int, said bool) {
	at := len(i.Fields)
	for at > 0 && i.priorities[at-1] > priority {
		at--
	}
	i.Fields, i.priorities = slices.Insert(i.Fields, at, field), slices.Insert(i.priorities, at, priority)
	i.Ordered = i.Ordered || said
}

// AddOwnIndexes adds the indexes by which the plugin finds trashed rows. That by
// time has the name of the one that GORM makes of a plain index tag on the marker,
// as in gorm.Model, and so takes its place.
func (m *Model) AddOwnIndexes(namer schema.Namer, d *dialect.Dialect) error {
	declared := m.Schema.ParseIndexes()
	m.Declared = declared
	add := func(kind IndexKind, named *schema.Field, fields ...*schema.Field) {
		i := Index{Name: plainIndexOn(declared, named), Kind: kind, Fields: fields}
		if i.Name != namer.IndexName(m.Schema.Table, named.Name) {
			i.Name = m.nameHere(namer, i.Name)
		}
		if i.Name == "" {
			i.Name = namer.IndexName(m.Schema.Table, named.Name)
			if slices.ContainsFunc(declared, func(have *schema.Index) bool { return have.Name == i.Name }) {
				i.Name += "_trash"
			}
		}
		if !slices.ContainsFunc(m.Indexes, func(have Index) bool { return have.Name == i.Name }) {
			m.Indexes = append(m.Indexes, i)
		}
	}
	for _, i := range m.Indexes {
		if slices.Contains(i.Fields, m.Marker.Field) {
			return fault.In(m.Name(), m.Marker.Field.Name, "the marker is in each index of live rows already, remove it from "+i.Name)
		}
		for _, have := range declared {
			same := SameSet(columnsOfIndex(have), i.Columns())
			switch {
			case have.Name == i.Name && !same:
				return fault.In(m.Name(), i.Fields[0].Name, "there is an index "+i.Name+" on other columns already, by a gorm tag")
			case have.Name == i.Name && have.Class == "UNIQUE" && i.Kind != UniqueAmongLive:
				return fault.In(m.Name(), i.Fields[0].Name, "the gorm tag's unique index and softdelete:\"index\" are both called "+i.Name+": give one of them another name")
			case have.Name != i.Name && same && i.Kind == UniqueAmongLive && have.Class == "UNIQUE" && (have.Where == "" || !d.PartialIndex):
				// GORM would make it again and again, and be refused by trashed rows.
				return fault.In(m.Name(), i.Fields[0].Name, fmt.Sprintf(
					"the gorm tag's unique index %s is of all rows, and softdelete:%q makes %s of live ones: remove the former", have.Name, "unique", i.Name))
			}
		}
	}
	named, fields := m.Marker.Field, slices.Clone(m.Schema.PrimaryFields)
	if m.At != nil {
		named = m.At
		fields = append([]*schema.Field{m.At}, fields...)
	}
	if len(fields) > 0 {
		add(IndexOfTrash, named, fields...)
	}
	if m.DeletionID != nil {
		add(IndexOfDeletion, m.DeletionID, m.DeletionID)
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
func (m *Model) bindIndexes() {
	for _, i := range m.Indexes {
		if i.Kind > IndexOfLive {
			continue
		}
		for _, field := range i.Fields {
			settings := map[string]string{"INDEX": i.Name}
			for key, value := range field.TagSettings {
				settings[key] = value
			}
			field.TagSettings = settings
		}
		if i.Kind == UniqueAmongLive && len(i.Fields) == 1 {
			i.Fields[0].Unique = false
			delete(i.Fields[0].TagSettings, "UNIQUE")
		}
	}
}

// liveIndexOn is the index that keeps columns unique among live rows by a tag of
// the plugin, nil if there is none.
func (m *Model) liveIndexOn(columns []string) *Index {
	for i := range m.Indexes {
		if m.Indexes[i].Kind == UniqueAmongLive && SameSet(m.Indexes[i].Columns(), columns) {
			return &m.Indexes[i]
		}
	}
	return nil
}

// SameSet tells if two lists have the same names, in whatever order.
func SameSet(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(name string) bool { return !slices.Contains(b, name) })
}

// Definition is what a database is to have for an index.
type Definition struct {
	Name    string
	Unique  bool
	Columns []string
	Where   clause.Expression // nil for none
	Ordered bool              // a tag says in which order the columns stand
}

// LiveColumn is the generated column by which a database without partial indexes
// tells live rows, of which no two may agree, from trashed ones, which may: it is
// NULL there.
const LiveColumn = "softdelete_live"

// Define says what an index is on a database.
func (m *Model) Define(i *Index, d *dialect.Dialect) Definition {
	def := Definition{Name: i.Name, Unique: i.Kind == UniqueAmongLive, Columns: i.Columns(), Ordered: i.Ordered}
	marker := m.Marker.Field.DBName
	if d.PartialIndex {
		switch i.Kind {
		case UniqueAmongLive, IndexOfLive:
			def.Where = m.MarkerCondition(LiveOnly)
		case IndexOfTrash:
			def.Where = m.MarkerCondition(TrashedOnly)
		case IndexOfDeletion:
			def.Where = clause.Neq{Column: clause.Column{Name: m.DeletionID.DBName}, Value: nil}
		}
		return def
	}
	switch i.Kind {
	case UniqueAmongLive:
		def.Columns = append(def.Columns, LiveColumn)
	case IndexOfLive:
		def.Columns = append([]string{marker}, def.Columns...)
	case IndexOfTrash:
		own := def.Columns
		def.Columns = []string{marker}
		if m.At != nil && m.At != m.Marker.Field {
			def.Columns = append(def.Columns, m.At.DBName)
		}
		if !d.KeyInIndexes {
			def.Columns = append(def.Columns, slices.DeleteFunc(own, func(name string) bool { return slices.Contains(def.Columns, name) })...)
		}
	}
	return def
}

// MarkerCondition is the condition on the marker of rows that are not named.
func (m *Model) MarkerCondition(show Visibility) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		m.Marker.build(b, clause.Column{Name: m.Marker.Field.DBName}, show == TrashedOnly)
	})
}

package trashui

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

// table is a table of the trash.
type table struct {
	value  any // of its model
	schema *schema.Schema
}

// keyed tells if its rows can be named.
func (t *table) keyed() bool { return len(t.schema.PrimaryFields) > 0 }

func (t *table) name() string { return t.schema.Table }

// title is what people read in a list of models.
func (t *table) title() string { return display.Line(t.schema.Table) }

// learn looks at the models of the trash.
func (v *visit) learn() {
	for _, s := range v.trash.Schemas() {
		v.tables = append(v.tables, &table{reflect.New(s.ModelType).Interface(), s})
	}
}

// table finds a table of the trash; nil if there is none.
func (v *visit) table(name string) *table {
	i := slices.IndexFunc(v.tables, func(t *table) bool { return t.schema.Table == name })
	if i < 0 {
		return nil
	}
	return v.tables[i]
}

// related are the schemas of the trash, and of what is related to those and on, that are chosen.
func (v *visit) related(chosen func(*schema.Schema) bool) (list []*schema.Schema) {
	seen := map[*schema.Schema]bool{}
	var add func(s *schema.Schema)
	add = func(s *schema.Schema) {
		if s == nil || seen[s] {
			return
		}
		if seen[s] = true; chosen(s) {
			list = append(list, s)
		}
		for _, rel := range s.Relationships.Relations {
			add(rel.FieldSchema)
		}
	}
	for _, t := range v.tables {
		add(t.schema)
	}
	return list
}

// modelName is the name of a table's Go type, or another one for a table that the trash has not.
func (v *visit) modelName(table, otherwise string) string {
	if t := v.table(table); t != nil {
		return t.schema.Name
	}
	return otherwise
}

// schemasOf are those of a Go type's name.
func (v *visit) schemasOf(model string) []*schema.Schema {
	return v.related(func(s *schema.Schema) bool { return s.Name == model })
}

// schemaOf is that of a row, a pointer to a struct, of which several can be of one table; nil if
// it is not known.
func (v *visit) schemaOf(row any) *schema.Schema {
	of := modelOf(row)
	list := v.related(func(s *schema.Schema) bool { return s.ModelType == of })
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// tablesOf are the tables of a Go type's name.
func (v *visit) tablesOf(model string) map[string]string {
	tables := map[string]string{}
	for _, s := range v.schemasOf(model) {
		tables[s.Table] = s.Name
	}
	return tables
}

// viewed are the tables that may be viewed.
func (v *visit) viewed() (list []*table) {
	for _, t := range v.tables {
		if v.mayViewTable(t.name(), t.schema.Name) {
			list = append(list, t)
		}
	}
	return list
}

// named finds a table by its name, or by its Go type.
func (v *visit) named(name string) (*table, error) {
	if t := v.table(name); t != nil {
		if !v.mayViewTable(t.name(), t.schema.Name) {
			return nil, forbidden()
		}
		return t, nil
	}
	var found []*table
	hidden := false
	for _, t := range v.tables {
		if t.schema.Name == name || strings.TrimPrefix(name, "*") == t.schema.ModelType.String() {
			hidden = !v.mayViewTable(t.name(), t.schema.Name)
			if !hidden {
				found = append(found, t)
			}
		}
	}
	switch {
	case len(found) == 0 && (hidden || !v.mayViewTable(name, "")):
		return nil, forbidden()
	case len(found) == 0:
		return nil, senseless("There is no model %s. Choose one of the list.", shorten(display.Line(name)))
	case len(found) > 1:
		return nil, senseless("Several models are called %s. Name one by its table.", display.Line(name))
	}
	return found[0], nil
}

// shorten cuts what somebody has typed.
func shorten(text string) string { return display.Cut(text, 60) }

// mostFirst are tables in the order of how many rows of them there are.
func mostFirst(rows map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
		return cmp.Or(cmp.Compare(rows[b], rows[a]), cmp.Compare(a, b))
	})
}

func byTable(rows map[string]int64) (list []tableRows) {
	for _, name := range mostFirst(rows) {
		if rows[name] != 0 {
			list = append(list, tableRows{Table: display.Line(name), Rows: rows[name]})
		}
	}
	return list
}

func sum(rows map[string]int64) (n int64) {
	for _, of := range rows {
		n += of
	}
	return n
}

// counted are rows by table as JSON has them: never null.
func counted(rows map[string]int64) map[string]int64 {
	if rows == nil {
		return map[string]int64{}
	}
	return rows
}

// modelOf is the type of a statement's model, however that stands there.
func modelOf(value any) reflect.Type {
	t := reflect.TypeOf(value)
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		t = t.Elem()
	}
	return t
}

package trashui

import (
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// labelled are the columns by which people know a row, the best first.
var labelled = []string{"name", "title", "subject", "label", "email", "code"}

const longLabel = 120

// labels are what people know rows by.
func (v *visit) labels(items []softdelete.Item) ([]string, error) {
	var load []softdelete.Item
	var places []int
	labels := make([]string, len(items))
	for i, item := range items {
		labels[i] = v.label(item, nil)
		if t := v.table(item.Table); t != nil && (v.page.options.Label != nil || len(v.labelFields(t.schema)) > 0) {
			load, places = append(load, item), append(places, i)
		}
	}
	if len(load) == 0 {
		return labels, nil
	}
	rows, err := v.loading().LoadAll(v.ctx, load...)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		labels[places[i]] = v.label(load[i], row)
	}
	return labels, nil
}

// loading is the trash with no more columns than labels are made of: what else is in a row may be
// large. A label of the application's own may be made of any.
func (v *visit) loading() *softdelete.Trash {
	if v.page.options.Label != nil {
		return v.trash
	}
	columns := map[reflect.Type][]string{}
	for _, t := range v.tables {
		list := slices.Clone(t.schema.PrimaryFieldDBNames)
		for _, field := range v.labelFields(t.schema) {
			list = append(list, field.DBName)
		}
		columns[t.schema.ModelType] = list
	}
	return v.trash.Scopes(func(db *gorm.DB) *gorm.DB {
		if list := columns[modelOf(db.Statement.Model)]; len(list) > 0 {
			return db.Select(list)
		}
		return db
	})
}

// label is what people know a row by: its key if there is nothing else, or it is gone.
func (v *visit) label(item softdelete.Item, row any) string {
	text := ""
	if row != nil && v.page.options.Label != nil {
		text = strings.TrimSpace(v.page.options.Label(item, row))
	}
	if row != nil && text == "" {
		if s := v.schemaOf(row); s != nil {
			text = v.ownLabel(s, row)
		}
	}
	if text == "" {
		return display.LineKey(display.KeyTexts(item.Key))
	}
	return display.Cut(v.text(text), longLabel)
}

// ownLabel is the first of the columns that holds a text.
func (v *visit) ownLabel(s *schema.Schema, row any) string {
	for _, field := range v.labelFields(s) {
		value, _ := field.ValueOf(v.ctx, reflect.ValueOf(row).Elem())
		if text := strings.TrimSpace(display.ValueOf(value).Text); text != "" {
			return text
		}
	}
	return ""
}

// labelFields are the columns of a table by which its rows may be known: those that are
// shown.
func (v *visit) labelFields(s *schema.Schema) (list []*schema.Field) {
	chosen := v.chosenColumns(s.Table)
	if chosen == nil && slices.ContainsFunc(s.DBNames, display.LooksSecret) {
		return nil
	}
	for _, name := range labelled {
		for _, column := range s.DBNames {
			field := s.FieldsByDBName[column]
			shown := chosen == nil || slices.Contains(chosen, column)
			called := strings.EqualFold(column, name) || strings.EqualFold(field.Name, name)
			if shown && called && field.Readable && field.GORMDataType == schema.String {
				list = append(list, field)
			}
		}
	}
	return list
}

// chosenColumns are those that Options.Columns chooses; nil if it chooses none.
func (v *visit) chosenColumns(table string) []string {
	if v.page.options.Columns == nil {
		return nil
	}
	return v.page.options.Columns(table)
}

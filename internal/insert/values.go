package insert

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// ValuesOf reads columns of the statement's values, with the index of each
// value. Those with a NULL among them are left out: NULL is in nobody's way.
func ValuesOf(stmt *gorm.Statement, value reflect.Value, columns []string) (rows [][]any, indexes []int) {
	read := func(i int, get func(*schema.Field) (any, bool)) {
		row := make([]any, len(columns))
		for c, name := range columns {
			field := stmt.Schema.FieldsByDBName[name]
			if field == nil {
				return
			}
			v, ok := get(field)
			if !ok || model.IsNull(v) {
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
			read(i, func(field *schema.Field) (any, bool) { return model.FieldValue(stmt.Context, field, element), true })
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

// withoutZero leaves out keys that the database is to make.
func withoutZero(rows [][]any, indexes []int) (keptRows [][]any, keptIndexes []int) {
	for i, row := range rows {
		if !slices.ContainsFunc(row, func(v any) bool { return reflect.ValueOf(v).IsZero() }) || len(row) > 1 {
			keptRows, keptIndexes = append(keptRows, row), append(keptIndexes, indexes[i])
		}
	}
	return keptRows, keptIndexes
}

// some are those of the values that have an index of a kind.
func some(values [][]any, indexes []int, of func(index int) bool) (kept [][]any, keptIndexes []int) {
	for i, index := range indexes {
		if of(index) {
			kept, keptIndexes = append(kept, values[i]), append(keptIndexes, index)
		}
	}
	return kept, keptIndexes
}

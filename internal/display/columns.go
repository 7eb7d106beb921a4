package display

import (
	"context"
	"reflect"

	"gorm.io/gorm/schema"
)

// Column is a column of a row as it is shown.
type Column struct {
	Name  string
	Value Value
}

// Columns lists what of a row is shown, a pointer to the struct of a model: its columns in
// their order. Of a table with a column that looks like a secret that is only its key (who
// trashed the row, when and why is known of an item anyhow); hidden are the names of the
// others, and secret those that are the cause. Columns that may not be read are none.
func Columns(ctx context.Context, s *schema.Schema, row any) (shown []Column, hidden, secret []string) {
	for _, name := range s.DBNames {
		if LooksSecret(name) {
			secret = append(secret, name)
		}
	}
	rv := reflect.ValueOf(row)
	for rv.Kind() == reflect.Pointer {
		rv = rv.Elem()
	}
	for _, name := range s.DBNames {
		field := s.FieldsByDBName[name]
		switch {
		case !field.Readable:
		case len(secret) > 0 && !field.PrimaryKey:
			hidden = append(hidden, name)
		default:
			value, _ := field.ValueOf(ctx, rv)
			shown = append(shown, Column{Name: name, Value: ValueOf(value)})
		}
	}
	return shown, hidden, secret
}

package model

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
	"gorm.io/gorm/utils"
)

// ElementsOf lists the elements of a slice or array; another value is its own.
func ElementsOf(value reflect.Value) []reflect.Value {
	if value.Kind() != reflect.Slice && value.Kind() != reflect.Array {
		return []reflect.Value{value}
	}
	elements := make([]reflect.Value, value.Len())
	for i := range elements {
		elements[i] = reflect.Indirect(value.Index(i))
	}
	return elements
}

// PrimaryNames are the columns of the primary key.
func PrimaryNames(s *schema.Schema) []string {
	names := make([]string, len(s.PrimaryFields))
	for i, field := range s.PrimaryFields {
		names[i] = field.DBName
	}
	return names
}

// Holds tells if a value is of the schema's type, or a slice or array of it.
func Holds(value reflect.Value, s *schema.Schema) bool {
	if !value.IsValid() {
		return false
	}
	t := value.Type()
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t == s.ModelType
}

// RowsOf lists the values of a statement that stand for a row and can be set:
// those with a key, or all of them.
func RowsOf(ctx context.Context, value reflect.Value, s *schema.Schema, keyed bool) []reflect.Value {
	if value = Pointee(value); !Holds(value, s) {
		return nil
	}
	var rows []reflect.Value
	add := func(rv reflect.Value) {
		rv = reflect.Indirect(rv)
		if !rv.IsValid() || !rv.CanAddr() {
			return
		}
		for _, field := range s.PrimaryFields {
			if _, zero := field.ValueOf(ctx, rv); !zero || !keyed {
				rows = append(rows, rv)
				return
			}
		}
	}
	switch value.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range value.Len() {
			add(value.Index(i))
		}
	default:
		add(value)
	}
	return rows
}

// TypedKey is a primary key, as a database gave it back, in the types of the
// model's fields. Where no model is known it stays as it is, as text what may be.
func TypedKey(s *schema.Schema, key []any) ([]any, error) {
	typed := make([]any, len(key))
	if s.ModelType == nil {
		for i, value := range key {
			typed[i] = value
			if text, ok := value.([]byte); ok && utf8.Valid(text) {
				typed[i] = string(text)
			}
		}
		return typed, nil
	}
	row := reflect.New(s.ModelType).Elem()
	for i, field := range s.PrimaryFields {
		if err := field.Set(context.Background(), row, key[i]); err != nil {
			return nil, fmt.Errorf("softdelete: model %s: reading a primary key: %w", s.Name, err)
		}
		value := field.ReflectValueOf(context.Background(), row)
		if value.Kind() == reflect.Slice && value.IsNil() {
			value = reflect.MakeSlice(value.Type(), 0, 0) // SQLite's driver gives an empty blob back as none
		}
		typed[i] = value.Interface()
	}
	return typed, nil
}

// KeyString is a row's primary key, to compare keys by.
func KeyString(ctx context.Context, s *schema.Schema, row reflect.Value) string {
	values := make([]any, len(s.PrimaryFields))
	for i, field := range s.PrimaryFields {
		values[i], _ = field.ValueOf(ctx, row)
	}
	return KeyText(values...)
}

// KeyText is a key as a text, the same for equal keys only: GORM's own joins the
// parts of a key with a character that may stand in them.
func KeyText(values ...any) string {
	var b strings.Builder
	for _, value := range values {
		if valuer, ok := value.(driver.Valuer); ok {
			value, _ = valuer.Value()
		}
		if rv := Pointee(reflect.ValueOf(value)); rv.IsValid() && rv.Type() == reflect.TypeFor[time.Time]() {
			value = rv.Interface().(time.Time).UTC().Format(time.RFC3339Nano)
		}
		text := utils.ToStringKey(value)
		_, _ = b.WriteString(strconv.Itoa(len(text)) + ":" + text)
	}
	return b.String()
}

// Pointee follows pointers and interfaces; it is invalid where one of them is nil.
func Pointee(value reflect.Value) reflect.Value {
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	return value
}

// LengthOf is how many elements a slice or array has; another value is one.
func LengthOf(value reflect.Value) int {
	if value.Kind() == reflect.Slice || value.Kind() == reflect.Array {
		return value.Len()
	}
	return 1
}

// ElementOf is one of the elements of a slice or array; another value is its own.
func ElementOf(value reflect.Value, i int) reflect.Value {
	if value.Kind() == reflect.Slice || value.Kind() == reflect.Array {
		return reflect.Indirect(value.Index(i))
	}
	return value
}

// KeysIn are the primary keys of loaded rows.
func KeysIn(stmt *gorm.Statement, rows []reflect.Value) [][]any {
	keys := make([][]any, len(rows))
	for i, row := range rows {
		keys[i] = make([]any, len(stmt.Schema.PrimaryFields))
		for j, field := range stmt.Schema.PrimaryFields {
			keys[i][j] = FieldValue(stmt.Context, field, row)
		}
	}
	return keys
}

// HasKey tells if a part of a value's primary key is not zero.
func HasKey(stmt *gorm.Statement, row reflect.Value) bool {
	for _, field := range stmt.Schema.PrimaryFields {
		if _, zero := field.ValueOf(stmt.Context, row); !zero {
			return true
		}
	}
	return false
}

// FieldValue is what a field of a value holds.
func FieldValue(ctx context.Context, field *schema.Field, row reflect.Value) any {
	v, _ := field.ValueOf(ctx, row)
	return v
}

// IsNull tells if a value is NULL in a database.
func IsNull(v any) bool {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil() {
		return true
	}
	if valuer, ok := v.(driver.Valuer); ok {
		value, err := valuer.Value()
		return err == nil && value == nil
	}
	return false
}

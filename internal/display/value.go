package display

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// Value is a value of a row: one of its fields says it.
type Value struct {
	Null   bool
	Time   time.Time // if it is one, other than the zero time
	Binary int       // how many bytes it has that are no text
	Text   string    // all else, as it is: see Line and Cut
}

// ValueOf looks at a value of a field: at what the database keeps of it.
func ValueOf(value any) Value {
	if valuer, ok := value.(driver.Valuer); ok && !isNil(value) {
		if plain, err := valuer.Value(); err == nil {
			value = plain
		}
	}
	rv := reflect.ValueOf(value)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
		if valuer, ok := rv.Interface().(driver.Valuer); ok {
			return ValueOf(valuer)
		}
	}
	if !rv.IsValid() || isNil(rv.Interface()) {
		return Value{Null: true}
	}
	if t, ok := rv.Interface().(time.Time); ok && !t.IsZero() {
		return Value{Time: t}
	}
	return plain(rv)
}

func plain(rv reflect.Value) Value {
	switch kind := rv.Kind(); {
	case kind == reflect.String:
		return ofText(rv.String())
	case kind == reflect.Slice && rv.Type().Elem().Kind() == reflect.Uint8:
		return ofText(string(rv.Bytes()))
	case kind == reflect.Struct || kind == reflect.Map || kind == reflect.Slice || kind == reflect.Array:
		if text, err := json.Marshal(rv.Interface()); err == nil {
			return Value{Text: string(text)}
		}
	}
	return Value{Text: fmt.Sprint(rv.Interface())}
}

// ofText is a text, unless it has bytes that no text has.
func ofText(text string) Value {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return Value{Binary: len(text)}
	}
	return Value{Text: text}
}

func isNil(value any) bool {
	rv := reflect.ValueOf(value)
	switch rv.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
		return rv.IsNil()
	}
	return !rv.IsValid()
}

package model

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// GivenKey is a primary key as somebody gives it, a number as the text of a URL say, in
// the types of the model's fields. What does not fit without a loss is
// gorm.ErrInvalidValue: a database may take 7abc for 7. The error names no value.
func GivenKey(s *schema.Schema, values []any) ([]any, error) {
	if len(values) != len(s.PrimaryFields) {
		return nil, fmt.Errorf("softdelete: model %s: %w: a key of %s, the primary key has %d", s.Name, gorm.ErrInvalidValue, counted(len(values), "value"), len(s.PrimaryFields))
	}
	key := make([]any, len(values))
	for i, field := range s.PrimaryFields {
		value, ok := given(values[i], field.FieldType)
		if !ok {
			return nil, fmt.Errorf("softdelete: model %s: %w: the value given for %s, of type %T, is no %s", s.Name, gorm.ErrInvalidValue, field.Name, values[i], field.FieldType)
		}
		key[i] = value.Interface()
	}
	return key, nil
}

// GivenFor is a value as one of a field's type, as GivenKey has it; false if it is none.
func GivenFor(field *schema.Field, value any) (any, bool) {
	to, ok := given(value, field.FieldType)
	if !ok {
		return nil, false
	}
	return to.Interface(), true
}

// CanAsk tells if the database can be asked for a row by its key. For a number that is
// beyond what a column can have it may be an error, where there is just no such row.
func CanAsk(db *gorm.DB, d *dialect.Dialect, s *schema.Schema, key []any) bool {
	for i, field := range s.PrimaryFields {
		value := Plain(key[i])
		n := new(big.Int)
		switch rv := reflect.ValueOf(value); {
		case rv.CanInt():
			n.SetInt64(rv.Int())
		case rv.CanUint():
			n.SetUint64(rv.Uint())
		default:
			continue
		}
		if !d.CanAsk(db.DataTypeOf(field), n) {
			return false
		}
	}
	return true
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// given is a value as one of a type, if it can be that and stay the same.
func given(value any, as reflect.Type) (reflect.Value, bool) {
	if as.Kind() == reflect.Pointer {
		to, ok := given(value, as.Elem())
		if !ok {
			return to, false
		}
		pointer := reflect.New(as.Elem())
		pointer.Elem().Set(to)
		return pointer, true
	}
	from, ok := plainly(Pointee(reflect.ValueOf(value)), as)
	if !ok || from.Type() == as {
		return from, ok
	}
	to := reflect.New(as)
	if _, scans := to.Interface().(sql.Scanner); scans {
		return to.Elem(), scanGiven(from, to)
	}
	if as == reflect.TypeFor[time.Time]() {
		t, ok := givenTime(from)
		return reflect.ValueOf(t), ok
	}
	return to.Elem(), setGiven(from, to.Elem())
}

// plainly is a value of that type, or else as a database would get it; not ok for NULL.
func plainly(from reflect.Value, as reflect.Type) (reflect.Value, bool) {
	if !from.IsValid() || from.Kind() == reflect.Slice && from.IsNil() || IsNull(from.Interface()) {
		return from, false
	}
	if from.CanFloat() && (math.IsNaN(from.Float()) || math.IsInf(from.Float(), 0)) {
		return from, false // which some databases have no number for
	}
	if kind := from.Kind(); from.Type() == as || kind == as.Kind() && (kind == reflect.Struct || kind == reflect.Array) && from.CanConvert(as) {
		return from.Convert(as), true
	}
	valuer, ok := from.Interface().(driver.Valuer)
	if raw, is := bytesOf(from); is && from.Kind() == reflect.Array && as.Kind() == reflect.Slice {
		return reflect.ValueOf(raw), true // and not the text that a UUID writes
	}
	if !ok {
		return from, true
	}
	value, err := valuer.Value()
	return reflect.ValueOf(value), err == nil
}

// setGiven sets a value of one of Go's own kinds.
func setGiven(from, to reflect.Value) bool {
	raw, isBytes := bytesOf(from)
	switch to.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(numeral(from), 10, to.Type().Bits())
		to.SetInt(n)
		return err == nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(numeral(from), 10, to.Type().Bits())
		to.SetUint(n)
		return err == nil
	case reflect.Float32, reflect.Float64:
		return setFloat(from, to)
	case reflect.Bool:
		b, err := strconv.ParseBool(lettersOf(from))
		to.SetBool(b)
		return err == nil
	case reflect.String:
		to.SetString(lettersOf(from))
		return isBytes && from.Kind() != reflect.Array || from.CanInt() || from.CanUint()
	case reflect.Slice:
		if !isBytes || to.Type().Elem().Kind() != reflect.Uint8 {
			return false
		}
		to.SetBytes(raw)
		return true
	default:
		return false
	}
}

// setFloat sets a float that is the number given, to its last digit.
func setFloat(from, to reflect.Value) bool {
	if from.CanFloat() {
		to.SetFloat(from.Float())
		return to.Float() == from.Float()
	}
	text := lettersOf(from)
	f, err := strconv.ParseFloat(text, to.Type().Bits())
	to.SetFloat(f)
	if from.CanInt() || from.CanUint() {
		return strconv.FormatFloat(f, 'f', -1, 64) == text
	}
	return err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// exact is up to where a float tells one whole number from the next.
const exact = 1 << 53

// numeral is what a value has for digits of a whole number; empty for none.
func numeral(from reflect.Value) string {
	if from.CanFloat() {
		f := from.Float()
		if f != math.Trunc(f) || math.Abs(f) >= exact {
			return ""
		}
		return strconv.FormatInt(int64(f), 10)
	}
	return lettersOf(from)
}

// lettersOf is a text, or a whole number or a truth as one; empty for anything else.
func lettersOf(from reflect.Value) string {
	raw, _ := bytesOf(from)
	switch {
	case from.Kind() == reflect.Bool:
		return strconv.FormatBool(from.Bool())
	case from.CanInt():
		return strconv.FormatInt(from.Int(), 10)
	case from.CanUint():
		return strconv.FormatUint(from.Uint(), 10)
	default:
		return string(raw)
	}
}

// bytesOf are the bytes of a text, of a slice or an array of bytes.
func bytesOf(from reflect.Value) ([]byte, bool) {
	switch kind := from.Kind(); {
	case kind == reflect.String:
		return []byte(from.String()), true
	case kind == reflect.Slice && from.Type().Elem().Kind() == reflect.Uint8:
		return from.Bytes(), true
	case kind == reflect.Array && from.Type().Elem().Kind() == reflect.Uint8:
		raw := make([]byte, from.Len())
		reflect.Copy(reflect.ValueOf(raw), from)
		return raw, true
	default:
		return nil, false
	}
}

// givenTime is a time, or the text of one with its zone, or of a day in UTC.
func givenTime(from reflect.Value) (time.Time, bool) {
	if t, ok := from.Interface().(time.Time); ok {
		return t, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, lettersOf(from)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// scanGiven has a type read the value as if a database had given it, in each of the
// forms in which they do.
func scanGiven(from, to reflect.Value) bool {
	forms := []any{from.Interface()}
	if raw, ok := bytesOf(from); ok {
		forms = []any{string(raw), raw}
	}
	if n, err := strconv.ParseInt(numeral(from), 10, 64); err == nil {
		text := strconv.FormatInt(n, 10)
		forms = append(forms, n, text, []byte(text))
	}
	if t, ok := givenTime(from); ok {
		forms = append(forms, t)
	}
	for _, form := range forms {
		to.Elem().SetZero()
		if to.Interface().(sql.Scanner).Scan(form) == nil && tells(to.Elem(), from) {
			return true
		}
	}
	return false
}

// tells tells if a value was read from what was given: some types pass over what they
// do not know, or an empty text.
func tells(read, from reflect.Value) bool {
	if !read.IsZero() {
		return !IsNull(read.Interface())
	}
	value := read.Interface()
	if valuer, ok := value.(driver.Valuer); ok {
		value, _ = valuer.Value()
	}
	again := Pointee(reflect.ValueOf(value))
	return again.IsValid() && lettersOf(again) == lettersOf(from)
}

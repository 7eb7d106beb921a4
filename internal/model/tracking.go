package model

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

var scannerType = reflect.TypeFor[sql.Scanner]()

// ActorFor returns an actor as what the model's "by" column takes, if it fits. Nothing
// is guessed: a number is written in digits, a text read as a number only if it
// is one.
func (m *Model) ActorFor(actor any) (value any, fits bool) {
	target := m.By.IndirectFieldType
	value = Plain(actor)
	if value == nil {
		return nil, true // nobody
	}
	if reflect.TypeOf(value).AssignableTo(target) {
		return value, true
	}
	rv := reflect.ValueOf(value)
	switch {
	case reflect.PointerTo(target).Implements(scannerType):
		converted := reflect.New(target)
		if !isPrimitive(rv) || converted.Interface().(sql.Scanner).Scan(primitive(rv)) != nil {
			return nil, false
		}
		return converted.Elem().Interface(), true
	case target.Kind() == reflect.String:
		if !isPrimitive(rv) {
			return nil, false
		}
		return reflect.ValueOf(Text(value)).Convert(target).Interface(), true
	case reflect.Zero(target).CanInt():
		n, err := strconv.ParseInt(Text(value), 10, 64)
		if err != nil || !isPrimitive(rv) || reflect.Zero(target).OverflowInt(n) {
			return nil, false
		}
		return reflect.ValueOf(n).Convert(target).Interface(), true
	case reflect.Zero(target).CanUint():
		n, err := strconv.ParseUint(Text(value), 10, 64)
		if err != nil || !isPrimitive(rv) || reflect.Zero(target).OverflowUint(n) {
			return nil, false
		}
		return reflect.ValueOf(n).Convert(target).Interface(), true
	default:
		return nil, false
	}
}

// holdsActor tells if a field is of a type that any actor can be converted to.
func holdsActor(field *schema.Field) bool {
	target := field.IndirectFieldType
	zero := reflect.Zero(target)
	return target.Kind() == reflect.String || zero.CanInt() || zero.CanUint() || reflect.PointerTo(target).Implements(scannerType)
}

// Plain follows pointers, and asks a value that knows what it is in a database,
// or as a text.
func Plain(v any) any {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil() {
		return nil
	}
	if valuer, ok := v.(driver.Valuer); ok {
		value, err := valuer.Value()
		if err != nil {
			return v
		}
		return value
	}
	if rv.Kind() == reflect.Pointer {
		return Plain(rv.Elem().Interface())
	}
	if s, ok := v.(fmt.Stringer); ok && !isPrimitive(rv) {
		return s.String()
	}
	return v
}

func isPrimitive(rv reflect.Value) bool {
	return rv.Kind() == reflect.String || rv.CanInt() || rv.CanUint()
}

// primitive returns a value without its name, as a Scanner wants it.
func primitive(rv reflect.Value) any {
	switch {
	case rv.CanInt():
		return rv.Int()
	case rv.CanUint():
		return strconv.FormatUint(rv.Uint(), 10)
	default:
		return rv.String()
	}
}

// Text writes an actor or a reason for a report.
func Text(v any) string {
	value := Plain(v)
	if value == nil {
		return ""
	}
	if rv := reflect.ValueOf(value); isPrimitive(rv) {
		return fmt.Sprint(primitive(rv))
	}
	return fmt.Sprint(value)
}

// rootPath is the package that users import.
var rootPath = strings.TrimSuffix(reflect.TypeFor[Model]().PkgPath(), "/internal/model")

// isNullUUID tells if a type is a nullable UUID: of the package uuid, or the root's own.
func isNullUUID(t reflect.Type) bool {
	return t == reflect.TypeFor[uuid.NullUUID]() || t.PkgPath() == rootPath && t.Name() == "DeletionID"
}

// UUIDFor returns a UUID as what a column takes.
func UUIDFor(field *schema.Field, id uuid.UUID) (any, error) {
	target := field.IndirectFieldType
	switch {
	case target.Kind() == reflect.String, isNullUUID(target):
		return id.String(), nil
	case target == reflect.TypeFor[uuid.UUID]():
		return id, nil
	case target.Kind() == reflect.Slice && target.Elem().Kind() == reflect.Uint8:
		return id[:], nil
	default:
		return nil, fmt.Errorf("softdelete: a UUID does not fit a %s", target)
	}
}

// ClearedColumns are the marker and tracking columns of a live row.
func (m *Model) ClearedColumns() clause.Set {
	set := clause.Set{Assign(m.Marker.Field, m.Marker.cleared())}
	for _, name := range m.Protected {
		if field := m.Schema.FieldsByDBName[name]; field != m.Marker.Field {
			set = append(set, Assign(field, clearedColumn(field)))
		}
	}
	return set
}

// clearedColumn is what a tracking column holds on a live row: what GORM writes
// for the field's zero value.
func clearedColumn(field *schema.Field) any {
	if field.DefaultValueInterface != nil {
		return field.DefaultValueInterface
	}
	zero := reflect.Zero(field.FieldType)
	switch zero.Kind() {
	case reflect.Pointer, reflect.Slice:
		return nil
	default:
		return zero.Interface()
	}
}

// Assign is that a field's column gets a value.
func Assign(field *schema.Field, value any) clause.Assignment {
	return clause.Assignment{Column: clause.Column{Name: field.DBName}, Value: value}
}

// keepsSurely tells if a field's type is one of which it is known that it takes what it
// is for: a plain one, or one of the packages that have markers and UUIDs.
func keepsSurely(field *schema.Field) bool {
	t := field.IndirectFieldType
	if field.Serializer != nil {
		return false
	}
	switch t.PkgPath() {
	case "gorm.io/gorm", "gorm.io/plugin/soft_delete", "github.com/google/uuid", "database/sql", "time", ownPackage:
		return true
	}
	return !reflect.PointerTo(t).Implements(scannerType)
}

// ownPackage is the root's, which has types of markers too.
var ownPackage = strings.TrimSuffix(reflect.TypeFor[Model]().PkgPath(), "/internal/model")

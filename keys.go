package softdelete

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
	"gorm.io/gorm/utils"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// keysOf is the condition on the primary keys of a value, nil if it has none.
func keysOf(stmt *gorm.Statement, value reflect.Value) clause.Expression {
	s := stmt.Schema
	if len(s.PrimaryFields) == 0 || !holds(value, s) {
		return nil
	}
	var keys [][]any
	seen := map[string]bool{}
	for _, row := range elementsOf(value) {
		if !hasKey(stmt, row) {
			continue
		}
		key := make([]any, len(s.PrimaryFields))
		for i, field := range s.PrimaryFields {
			key[i], _ = field.ValueOf(stmt.Context, row)
		}
		if id := keyText(key...); !seen[id] {
			seen[id] = true
			keys = append(keys, key)
		}
	}
	column, values := schema.ToQueryValues(clause.CurrentTable, primaryNames(s), keys)
	if len(values) == 0 {
		return nil
	}
	return clause.IN{Column: column, Values: values}
}

// elementsOf lists the elements of a slice or array; another value is its own.
func elementsOf(value reflect.Value) []reflect.Value {
	if value.Kind() != reflect.Slice && value.Kind() != reflect.Array {
		return []reflect.Value{value}
	}
	elements := make([]reflect.Value, value.Len())
	for i := range elements {
		elements[i] = reflect.Indirect(value.Index(i))
	}
	return elements
}

func primaryNames(s *schema.Schema) []string {
	names := make([]string, len(s.PrimaryFields))
	for i, field := range s.PrimaryFields {
		names[i] = field.DBName
	}
	return names
}

// holds tells if a value is of the schema's type, or a slice or array of it.
func holds(value reflect.Value, s *schema.Schema) bool {
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

// rowsOf lists the values of a statement that stand for a row and can be set:
// those with a key, or all of them.
func rowsOf(ctx context.Context, value reflect.Value, s *schema.Schema, keyed bool) []reflect.Value {
	if value = pointee(value); !holds(value, s) {
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

// rejectNil adds an error to the statement if its value is a slice with a nil
// in it, at which GORM would panic.
func rejectNil(db *gorm.DB) bool {
	for _, value := range []reflect.Value{pointee(db.Statement.ReflectValue), pointee(reflect.ValueOf(db.Statement.Model))} {
		if value.Kind() != reflect.Slice && value.Kind() != reflect.Array {
			continue
		}
		if kind := value.Type().Elem().Kind(); kind != reflect.Pointer && kind != reflect.Interface {
			continue
		}
		for i := range value.Len() {
			if value.Index(i).IsNil() {
				_ = db.AddError(fmt.Errorf("softdelete: %w: element %d of the slice is nil", gorm.ErrInvalidData, i))
				return true
			}
		}
	}
	return false
}

// typedKey is a primary key, as a database gave it back, in the types of the
// model's fields. Where no model is known it stays as it is, as text what may be.
func typedKey(s *schema.Schema, key []any) ([]any, error) {
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

// keyString is a row's primary key, to compare keys by.
func keyString(ctx context.Context, s *schema.Schema, row reflect.Value) string {
	values := make([]any, len(s.PrimaryFields))
	for i, field := range s.PrimaryFields {
		values[i], _ = field.ValueOf(ctx, row)
	}
	return keyText(values...)
}

// keyText is a key as a text, the same for equal keys only: GORM's own joins the
// parts of a key with a character that may stand in them.
func keyText(values ...any) string {
	var b strings.Builder
	for _, value := range values {
		if valuer, ok := value.(driver.Valuer); ok {
			value, _ = valuer.Value()
		}
		if rv := pointee(reflect.ValueOf(value)); rv.IsValid() && rv.Type() == reflect.TypeFor[time.Time]() {
			value = rv.Interface().(time.Time).UTC().Format(time.RFC3339Nano)
		}
		text := utils.ToStringKey(value)
		_, _ = b.WriteString(strconv.Itoa(len(text)) + ":" + text)
	}
	return b.String()
}

// pointee follows pointers and interfaces; it is invalid where one of them is nil.
func pointee(value reflect.Value) reflect.Value {
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	return value
}

var keyCondition = regexp.MustCompile(`(?i)^\s*(?:[\x60"]?\w+[\x60"]?\.)?[\x60"]?(\w+)[\x60"]?\s*(?:=\s*(?:\?|@\w+)|in\s*\(?\s*(?:\?|@\w+)\s*\)?)\s*$`)

// addressesByKey tells if conditions name the whole primary key.
func addressesByKey(exprs []clause.Expression, s *schema.Schema) bool {
	if len(s.PrimaryFields) == 0 {
		return false
	}
	var named []string
	var visit func(clause.Expression)
	column := func(column any) {
		switch c := column.(type) {
		case string:
			named = append(named, c)
		case clause.Column:
			if c.Name == clause.PrimaryKey && s.PrioritizedPrimaryField != nil {
				c.Name = s.PrioritizedPrimaryField.DBName
			}
			named = append(named, c.Name)
		case []clause.Column:
			for _, c := range c {
				named = append(named, c.Name)
			}
		}
	}
	each := func(exprs []clause.Expression) {
		if slices.ContainsFunc(exprs, isOr) {
			return
		}
		for _, expr := range exprs {
			visit(expr)
		}
	}
	visit = func(expr clause.Expression) {
		switch e := expr.(type) {
		case clause.Eq:
			column(e.Column)
		case clause.IN:
			column(e.Column)
		case clause.AndConditions:
			each(e.Exprs)
		case *rawsql.Group:
			each(e.Exprs)
		case *rawsql.Sealed:
			visit(e.Expr)
		case clause.Expr:
			if match := keyCondition.FindStringSubmatch(e.SQL); match != nil {
				named = append(named, match[1])
			}
		case clause.NamedExpr:
			if match := keyCondition.FindStringSubmatch(e.SQL); match != nil {
				named = append(named, match[1])
			}
		}
	}
	each(exprs)
	for _, field := range s.PrimaryFields {
		if !slices.ContainsFunc(named, func(name string) bool { f := s.LookUpField(name); return f == field }) {
			return false
		}
	}
	return true
}

func isOr(expr clause.Expression) bool {
	_, ok := expr.(clause.OrConditions)
	return ok
}

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

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
	"gorm.io/gorm/utils"
)

// target is which rows a delete, restore, purge or force delete is about: what
// the caller's conditions say, and the keys of the caller's values.
type target struct {
	stmt    *gorm.Statement
	where   clause.Clause // the caller's, to be put back
	callers []clause.Expression
	exprs   []clause.Expression
	hadAny  bool
	keyed   bool // by the primary keys of values
}

// newTarget reads the target off a statement, of which the rows of one
// visibility are meant. It adds gorm.ErrMissingWhereClause to the statement if
// that has no condition at all.
func newTarget(db *gorm.DB, m *model, show visibility) (*target, bool) {
	stmt := db.Statement
	t := &target{stmt: stmt}
	t.where, t.hadAny = stmt.Clauses["WHERE"]
	request := requestOf(stmt)
	conditions, err := request.conditionsFor(db, m)
	if err != nil {
		_ = db.AddError(err)
		return nil, false
	}
	t.callers = whereExprs(stmt)
	t.exprs = append(make([]clause.Expression, 0, len(t.callers)+len(conditions)+2), enclose(t.callers)...)
	values := []reflect.Value{pointee(stmt.ReflectValue)}
	if stmt.ReflectValue.CanAddr() && stmt.Model != nil && !isSame(stmt.Dest, stmt.Model) {
		values = append(values, pointee(reflect.ValueOf(stmt.Model)))
	}
	for _, value := range values {
		if keys := keysOf(stmt, value); keys != nil {
			t.exprs = append(t.exprs, keys)
			t.keyed = true
		}
	}
	t.exprs = append(t.exprs, conditions...)
	if len(t.exprs) == 0 && !db.AllowGlobalUpdate {
		_ = db.AddError(gorm.ErrMissingWhereClause)
		return nil, false
	}
	if len(stmt.Joins) > 0 || hasLimit(stmt) {
		return t, t.nest(db, show)
	}
	return t, true
}

// isKeyed tells if the target was addressed by primary key.
func (t *target) isKeyed() bool {
	return t.keyed || addressesByKey(t.callers, t.stmt.Schema)
}

// isSame is a == b, also for slices given by value, which cannot be compared.
func isSame(a, b any) bool {
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	if va.Kind() == reflect.Slice && vb.Kind() == reflect.Slice {
		return va.Type() == vb.Type() && va.Pointer() == vb.Pointer() && va.Len() == vb.Len()
	}
	return a == b
}

func hasLimit(stmt *gorm.Statement) bool {
	limit, ok := stmt.Clauses["LIMIT"].Expression.(clause.Limit)
	return ok && (limit.Limit != nil || limit.Offset > 0)
}

// nest moves all conditions into a subquery on the primary key, as a statement
// that writes can neither join nor be limited on every database.
func (t *target) nest(db *gorm.DB, show visibility) bool {
	stmt := t.stmt
	if len(stmt.Schema.PrimaryFields) == 0 {
		_ = db.AddError(fmt.Errorf("softdelete: model %s: %w for a delete with joins or a limit", stmt.Schema.Name, gorm.ErrPrimaryKeyRequired))
		return false
	}
	inner := db.Session(&gorm.Session{}).Clauses()
	for _, name := range []string{"WHERE", "RETURNING", "SET", operationKey, gormFilterKey} {
		delete(inner.Statement.Clauses, name)
	}
	if len(t.exprs) > 0 {
		inner.Statement.AddClause(clause.Where{Exprs: t.exprs})
	}
	inner.Statement.Clauses[requestKey] = clause.Clause{Expression: &request{show: show}}
	model := reflect.New(stmt.Schema.ModelType).Interface()
	inner.Statement.Dest, inner.Statement.Model = model, model
	inner.Statement.Unscoped = false
	inner.Statement.Selects, inner.Statement.Omits, inner.Statement.Preloads = nil, nil, nil
	columns := make([]clause.Column, len(stmt.Schema.PrimaryFields))
	for i, field := range stmt.Schema.PrimaryFields {
		columns[i] = clause.Column{Table: clause.CurrentTable, Name: field.DBName}
	}
	inner.Statement.AddClause(clause.Select{Columns: columns})
	t.exprs = []clause.Expression{&subquery{columns: columns, query: inner, nested: dialectOf(db).nestedTarget}}
	return true
}

// subquery is "key IN (SELECT key …)".
type subquery struct {
	columns []clause.Column
	query   *gorm.DB
	nested  bool
}

func (s *subquery) Build(b clause.Builder) {
	if len(s.columns) == 1 {
		b.WriteQuoted(s.columns[0])
	} else {
		b.WriteQuoted(s.columns)
	}
	if s.nested {
		_, _ = b.WriteString(" IN (SELECT * FROM (")
		b.AddVar(b, s.query)
		_, _ = b.WriteString(") AS softdelete_target)")
		return
	}
	_, _ = b.WriteString(" IN (")
	b.AddVar(b, s.query)
	_ = b.WriteByte(')')
}

// apply puts the target into the statement's WHERE, with a filter if there is
// one.
func (t *target) apply(filter clause.Expression) {
	exprs := t.exprs
	delete(t.stmt.Clauses, gormFilterKey)
	if filter != nil {
		exprs = append(exprs[:len(exprs):len(exprs)], filter)
		t.stmt.Clauses[gormFilterKey] = clause.Clause{}
	}
	if len(exprs) > 0 {
		t.stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: exprs}}
	}
}

// restore gives the statement back what it had before.
func (t *target) restore() {
	delete(t.stmt.Clauses, gormFilterKey)
	if t.hadAny {
		t.stmt.Clauses["WHERE"] = t.where
	} else {
		delete(t.stmt.Clauses, "WHERE")
	}
}

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
		if rv := pointee(reflect.ValueOf(value)); rv.IsValid() && rv.Type() == timeType {
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
		case *group:
			each(e.exprs)
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

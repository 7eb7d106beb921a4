package softdelete

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// marker is a column that says that a row is trashed, or when.
type marker struct {
	kind  markerKind
	field *schema.Field

	// live is what the column holds while the row is live, nil for NULL. With
	// orNull, NULL is live too.
	live   any
	orNull bool

	// trashed is what a flag holds while the row is trashed.
	trashed any

	// unit is what a Unix time counts.
	unit time.Duration

	// keeps is what the column keeps of a time, nothing if it is a flag.
	keeps precision
}

type markerKind int

const (
	timeMarker markerKind = iota // gorm.DeletedAt, or a type that wraps it
	unixMarker                   // soft_delete.DeletedAt, a Unix time, or a type that wraps it
	flagMarker                   // softdelete.Flag, or soft_delete.DeletedAt as a flag
)

// build writes the condition that a row is live, or trashed.
func (mk *marker) build(b clause.Builder, column clause.Column, trashed bool) {
	if mk.orNull && !trashed {
		_ = b.WriteByte('(')
		b.WriteQuoted(column)
		_, _ = b.WriteString(" IS NULL OR ")
		defer func() { _ = b.WriteByte(')') }()
	}
	b.WriteQuoted(column)
	is, equals := " IS NULL", " = "
	if trashed {
		is, equals = " IS NOT NULL", " <> "
	}
	switch live := mk.live.(type) {
	case nil:
		_, _ = b.WriteString(is)
	case bool, int:
		// Written out, not bound: it is the same in every statement, and an
		// index of live rows only is used for it.
		_, _ = b.WriteString(equals)
		_, _ = b.WriteString(fmt.Sprint(live))
	case string:
		_, _ = b.WriteString(equals)
		_, _ = b.WriteString("'" + strings.ReplaceAll(live, "'", "''") + "'")
	}
}

// stamp is what the column is set to by a delete at time t.
func (mk *marker) stamp(d *dialect.Dialect, t time.Time) any {
	switch mk.kind {
	case flagMarker:
		return mk.trashed
	case unixMarker:
		return unixTime(t, mk.unit)
	default:
		return d.Stored(mk.keeps.written(t))
	}
}

// stamped is the same as a value in Go has it: what the column gives back.
func (mk *marker) stamped(d *dialect.Dialect, t time.Time) any {
	if mk.kind == timeMarker {
		return mk.keeps.read(d.Stored(t))
	}
	return mk.stamp(d, t)
}

// cleared is what the marker is set to by a restore: what GORM writes for a value
// that was never trashed.
func (mk *marker) cleared() any {
	if _, isText := mk.live.(string); mk.orNull && !isText && mk.field.DefaultValueInterface == nil {
		return nil
	}
	return mk.live
}

// isTrashed reads the marker of a loaded value.
func (mk *marker) isTrashed(ctx context.Context, value reflect.Value) bool {
	switch v := held(mk.field.ReflectValueOf(ctx, value)).(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		live, ok := mk.live.(int)
		return !ok && v != 0 || ok && v != int64(live)
	case time.Time:
		return !mk.isZeroTime(v)
	default:
		return true
	}
}

// held is what a field of a marker's type holds, as a database has it: nil, a bool,
// an int64, or a time.
func held(rv reflect.Value) any {
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return nil
		}
		rv = rv.Elem()
	}
	value := rv.Interface()
	valuer, ok := value.(driver.Valuer)
	if !ok && rv.CanAddr() {
		valuer, ok = rv.Addr().Interface().(driver.Valuer)
	}
	if ok {
		var err error
		if value, err = valuer.Value(); err != nil || value == nil {
			return nil
		}
		rv = reflect.ValueOf(value)
	}
	switch {
	case rv.Kind() == reflect.Bool:
		return rv.Bool()
	case rv.CanInt():
		return rv.Int()
	case rv.CanUint():
		return int64(rv.Uint()) //nolint:gosec // a marker, not a size
	}
	return value
}

// isZeroTime tells if t is what GORM's zeroValue tag stands for. The database reads
// that in the zone of its session, which may be another one than t's: zones are
// some quarters of an hour apart.
func (mk *marker) isZeroTime(t time.Time) bool {
	zero, ok := mk.live.(string)
	if !ok {
		return false
	}
	for _, layout := range []string{"2006-01-02 15:04:05", time.RFC3339, "2006-01-02"} {
		parsed, err := time.ParseInLocation(layout, zero, t.Location())
		if err != nil {
			continue
		}
		apart := time.Date(parsed.Year(), parsed.Month(), parsed.Day(), parsed.Hour(), parsed.Minute(), parsed.Second(), 0, time.UTC).Sub(t).Abs()
		return parsed.Equal(t) || t.Format("2006-01-02 15:04:05") == parsed.Format("2006-01-02 15:04:05") ||
			apart <= 15*time.Hour && apart%(15*time.Minute) == 0
	}
	return false
}

// stamps are the columns that a delete writes to say that, and when: the marker,
// and what stands beside it.
func (m *model) stamps() []*marker {
	if m.beside == nil {
		return []*marker{&m.marker}
	}
	return []*marker{&m.marker, m.beside}
}

// stampFields are their fields.
func (m *model) stampFields() []*schema.Field {
	stamps := m.stamps()
	fields := make([]*schema.Field, len(stamps))
	for i, mk := range stamps {
		fields[i] = mk.field
	}
	return fields
}

// when is the one of them by which rows tell when they were trashed, nil if none
// does.
func (m *model) when() *marker {
	switch {
	case m.at == nil:
		return nil
	case m.beside != nil && m.beside.field == m.at:
		return m.beside
	default:
		return &m.marker
	}
}

// alwaysTells tells if each trashed row says when it was trashed: the marker does.
// A time beside it may be missing.
func (m *model) alwaysTells() bool { return m.at != nil && m.at == m.marker.field }

// tellsTime tells if the column that says when is one of times. Otherwise it is one
// of numbers.
func (m *model) tellsTime() bool { return m.at != nil && m.when().kind == timeMarker }

// step is the smallest difference between two times that the model's rows can
// keep, zero if they keep none.
func (m *model) step() time.Duration {
	if m.at == nil {
		return 0
	}
	return m.when().keeps.step
}

// storedAt is a time as the model's rows give it back; as it is, if they keep none.
func (m *model) storedAt(d *dialect.Dialect, t time.Time) time.Time {
	t = d.Stored(t)
	if m.at == nil {
		return t
	}
	return m.when().keeps.read(t)
}

func isTime(field *schema.Field) bool { return field.GORMDataType == schema.Time }

func unixTime(t time.Time, unit time.Duration) int64 {
	switch unit {
	case time.Nanosecond:
		switch {
		case t.Before(time.Unix(0, math.MinInt64)):
			return math.MinInt64
		case t.After(time.Unix(0, math.MaxInt64)):
			return math.MaxInt64
		}
		return t.UnixNano()
	case time.Millisecond:
		return t.UnixMilli()
	default:
		return t.Unix()
	}
}

package model

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// Marker is a column that says that a row is trashed, or when.
type Marker struct {
	Kind  markerKind
	Field *schema.Field

	// Live is what the column holds while the row is live, nil for NULL. With
	// OrNull, NULL is live too.
	Live   any
	OrNull bool

	// Trashed is what a flag holds while the row is trashed.
	Trashed any

	// Unit is what a Unix time counts.
	Unit time.Duration

	// Keeps is what the column keeps of a time, nothing if it is a flag.
	Keeps precision
}

type markerKind int

// The kinds of markers.
const (
	TimeMarker markerKind = iota // gorm.DeletedAt, or a type that wraps it
	UnixMarker                   // soft_delete.DeletedAt, a Unix time, or a type that wraps it
	FlagMarker                   // softdelete.Flag, or soft_delete.DeletedAt as a flag
)

// build writes the condition that a row is live, or trashed.
func (mk *Marker) build(b clause.Builder, column clause.Column, trashed bool) {
	if mk.OrNull && !trashed {
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
	switch live := mk.Live.(type) {
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

// Stamp is what the column is set to by a delete at time t.
func (mk *Marker) Stamp(d *dialect.Dialect, t time.Time) any {
	switch mk.Kind {
	case FlagMarker:
		return mk.Trashed
	case UnixMarker:
		return UnixTime(t, mk.Unit)
	default:
		return d.Stored(mk.Keeps.written(t))
	}
}

// Stamped is the same as a value in Go has it: what the column gives back.
func (mk *Marker) Stamped(d *dialect.Dialect, t time.Time) any {
	if mk.Kind == TimeMarker {
		return mk.Keeps.read(d.Stored(t))
	}
	return mk.Stamp(d, t)
}

// cleared is what the marker is set to by a restore: what GORM writes for a value
// that was never trashed.
func (mk *Marker) cleared() any {
	if _, isText := mk.Live.(string); mk.OrNull && !isText && mk.Field.DefaultValueInterface == nil {
		return nil
	}
	return mk.Live
}

// IsTrashed reads the marker of a loaded value.
func (mk *Marker) IsTrashed(ctx context.Context, value reflect.Value) bool {
	switch v := held(mk.Field.ReflectValueOf(ctx, value)).(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		live, ok := mk.Live.(int)
		return !ok && v != 0 || ok && v != int64(live)
	case time.Time:
		return !mk.isZeroTime(v)
	default:
		return true
	}
}

// HoldsLive tells if a value that goes into the marker is that of a live row.
func (mk *Marker) HoldsLive(value any) bool {
	rv := reflect.ValueOf(value)
	if !rv.IsValid() {
		return true
	}
	switch v := held(rv).(type) {
	case nil:
		return true
	case time.Time:
		return mk.isZeroTime(v)
	}
	return false
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
func (mk *Marker) isZeroTime(t time.Time) bool {
	zero, ok := mk.Live.(string)
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

// Stamps are the columns that a delete writes to say that, and when: the marker,
// and what stands beside it.
func (m *Model) Stamps() []*Marker {
	if m.Beside == nil {
		return []*Marker{&m.Marker}
	}
	return []*Marker{&m.Marker, m.Beside}
}

// StampFields are their fields.
func (m *Model) StampFields() []*schema.Field {
	stamps := m.Stamps()
	fields := make([]*schema.Field, len(stamps))
	for i, mk := range stamps {
		fields[i] = mk.Field
	}
	return fields
}

// IsStamp tells if a column is one of them.
func (m *Model) IsStamp(column string) bool {
	return slices.ContainsFunc(m.Stamps(), func(mk *Marker) bool { return mk.Field.DBName == column })
}

// When is the one of them by which rows tell when they were trashed, nil if none
// does.
func (m *Model) When() *Marker {
	switch {
	case m.At == nil:
		return nil
	case m.Beside != nil && m.Beside.Field == m.At:
		return m.Beside
	default:
		return &m.Marker
	}
}

// AlwaysTells tells if each trashed row says when it was trashed: the marker does.
// A time beside it may be missing.
func (m *Model) AlwaysTells() bool { return m.At != nil && m.At == m.Marker.Field }

// OnlyTrashedHaveTime tells if a comparison of the time holds for trashed rows only:
// for NULL, which live ones have, none does.
func (m *Model) OnlyTrashedHaveTime() bool {
	return m.AlwaysTells() && m.Marker.Kind == TimeMarker && m.Marker.Live == nil
}

// TellsTime tells if the column that says when is one of times. Otherwise it is one
// of numbers.
func (m *Model) TellsTime() bool { return m.At != nil && m.When().Kind == TimeMarker }

// Step is the smallest difference between two times that the model's rows can
// keep, zero if they keep none.
func (m *Model) Step() time.Duration {
	if m.At == nil {
		return 0
	}
	return m.When().Keeps.Step
}

// StoredAt is a time as the model's rows give it back; as it is, if they keep none.
func (m *Model) StoredAt(d *dialect.Dialect, t time.Time) time.Time {
	t = d.Stored(t)
	if m.At == nil {
		return t
	}
	return m.When().Keeps.read(t)
}

// IsTime tells if a field is a time.
func IsTime(field *schema.Field) bool { return field.GORMDataType == schema.Time }

// UnixTime is a time as a number of units since 1970, the nearest that there is.
func UnixTime(t time.Time, unit time.Duration) int64 {
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

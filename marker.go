package softdelete

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
	"gorm.io/plugin/soft_delete"
)

// marker is the column that says a row is trashed.
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
}

type markerKind int

const (
	timeMarker markerKind = iota // gorm.DeletedAt
	unixMarker                   // soft_delete.DeletedAt, a Unix time
	flagMarker                   // softdelete.Flag, or soft_delete.DeletedAt as a flag
)

var (
	deletedAtType = reflect.TypeFor[gorm.DeletedAt]()
	unixType      = reflect.TypeFor[soft_delete.DeletedAt]()
	flagType      = reflect.TypeFor[Flag]()
)

// markersOf lists the markers among the fields of a schema. It finds the time
// beside a flag too, which is no marker, whatever its type.
func markersOf(s *schema.Schema, m *model) ([]marker, error) {
	var markers []marker
	for _, field := range s.Fields {
		if field.DBName == "" || s.FieldsByDBName[field.DBName] != field {
			continue
		}
		switch field.IndirectFieldType {
		case deletedAtType:
			markers = append(markers, timeMarkerOf(s, field))
		case flagType:
			markers = append(markers, marker{
				kind: flagMarker, field: field,
				live: false, orNull: field.FieldType != flagType, trashed: true,
			})
		case unixType:
			mk, err := unixMarkerOf(s, field, m)
			if err != nil {
				return nil, err
			}
			markers = append(markers, mk)
		}
	}
	kept := markers[:0]
	for _, mk := range markers {
		if mk.field != m.at {
			kept = append(kept, mk)
		}
	}
	return kept, nil
}

// hasMarker tells if a schema has a marker. Unlike markersOf it does not read the
// clauses, which are the plugin's own once the schema is adopted.
func hasMarker(s *schema.Schema) bool {
	return slices.ContainsFunc(s.Fields, func(field *schema.Field) bool {
		switch field.IndirectFieldType {
		case deletedAtType, flagType, unixType:
			return field.DBName != "" && s.FieldsByDBName[field.DBName] == field
		}
		return false
	})
}

func timeMarkerOf(s *schema.Schema, field *schema.Field) marker {
	mk := marker{kind: timeMarker, field: field}
	for _, c := range s.QueryClauses {
		if own, ok := c.(gorm.SoftDeleteQueryClause); ok && own.Field == field && own.ZeroValue.Valid {
			mk.live = own.ZeroValue.String
		}
	}
	return mk
}

// unixMarkerOf reads the tags of gorm.io/plugin/soft_delete as that package
// does (v1.2.1).
func unixMarkerOf(s *schema.Schema, field *schema.Field, m *model) (marker, error) {
	settings := schema.ParseTagSetting(field.TagSettings["SOFTDELETE"], ",")
	mk := marker{kind: unixMarker, field: field, live: soft_delete.FlagActived, unit: time.Second}
	if field.DefaultValue == "null" {
		mk.live = nil
	} else {
		mk.orNull = field.FieldType != unixType
	}
	unit := strings.ToUpper(settings["DELETEDATFIELDUNIT"])
	switch {
	case settings["NANO"] != "":
		mk.unit = time.Nanosecond
	case settings["MILLI"] != "":
		mk.unit = time.Millisecond
	case unit == "NANO":
		mk.unit = time.Nanosecond
	case unit == "MILLI":
		mk.unit = time.Millisecond
	}
	if settings["FLAG"] != "" {
		mk.kind = flagMarker
		mk.trashed = soft_delete.FlagDeleted
	}
	if name := settings["DELETEDATFIELD"]; name != "" {
		beside := s.LookUpField(name)
		if beside == nil || beside.DBName == "" {
			return mk, &ModelError{s.Name, field.Name, fmt.Sprintf("the tag softDelete names the field %s, which the model does not have", name)}
		}
		if mk.kind != flagMarker {
			return mk, &ModelError{s.Name, field.Name, "the tag softDelete names a field for the time, but the marker is a time itself, add flag"}
		}
		if m.at != nil && m.at != beside {
			return mk, &ModelError{s.Name, beside.Name, `the tag softdelete:"at" stands on ` + m.at.Name + " already"}
		}
		m.at = beside
	}
	return mk, nil
}

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

// stamp is what the marker is set to by a delete at time t.
func (mk *marker) stamp(d dialect, t time.Time) any {
	switch mk.kind {
	case flagMarker:
		return mk.trashed
	case unixMarker:
		return unixTime(t, mk.unit)
	default:
		return d.stored(t)
	}
}

// cleared is what the marker is set to by a restore.
func (mk *marker) cleared() any {
	if mk.orNull {
		return nil
	}
	return mk.live
}

// isTrashed reads the marker of a loaded value.
func (mk *marker) isTrashed(ctx context.Context, value reflect.Value) bool {
	rv := mk.field.ReflectValueOf(ctx, value)
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return false
		}
		rv = rv.Elem()
	}
	switch v := rv.Interface().(type) {
	case gorm.DeletedAt:
		return v.Valid && !mk.isZeroTime(v.Time)
	case soft_delete.DeletedAt:
		live, ok := mk.live.(int)
		return !ok && v != 0 || ok && int(v) != live //nolint:gosec // a marker, not a size
	case Flag:
		return bool(v)
	}
	return false
}

// isZeroTime tells if t is what GORM's zeroValue tag stands for.
func (mk *marker) isZeroTime(t time.Time) bool {
	zero, ok := mk.live.(string)
	if !ok {
		return false
	}
	for _, layout := range []string{"2006-01-02 15:04:05", time.RFC3339, "2006-01-02"} {
		if parsed, err := time.ParseInLocation(layout, strings.Trim(zero, "'"), t.Location()); err == nil {
			return parsed.Equal(t) || t.Format("2006-01-02 15:04:05") == parsed.Format("2006-01-02 15:04:05")
		}
	}
	return false
}

// step is the smallest difference between two times that the model's rows can
// keep, zero if they keep none.
func (m *model) step(d dialect) time.Duration {
	switch {
	case m.marker.kind == unixMarker:
		return m.marker.unit
	case m.at == nil:
		return 0
	case isTime(m.at):
		return d.step(m.at)
	default:
		return m.unitOfAt()
	}
}

// unitOfAt is what a number beside a flag counts.
func (m *model) unitOfAt() time.Duration {
	if m.marker.unit > 0 {
		return m.marker.unit
	}
	return time.Second
}

// stampAt is what the time beside a flag is set to by a delete at time t.
func (m *model) stampAt(d dialect, t time.Time) any {
	if isTime(m.at) {
		return d.stored(t)
	}
	return unixTime(t, m.unitOfAt())
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

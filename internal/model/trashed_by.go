package model

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// Origin is the operation that a row was trashed by, as far as the row knows: by
// the operation's id, or by its time.
type Origin struct {
	ID uuid.NullUUID
	At sql.NullTime
}

// OriginColumns are the columns in which a model keeps it.
func (m *Model) OriginColumns() []*schema.Field {
	var fields []*schema.Field
	if m.DeletionID != nil {
		fields = append(fields, m.DeletionID)
	}
	if m.At != nil {
		fields = append(fields, m.At)
	}
	return fields
}

// OriginScan returns where to scan a model's origin columns, and what reads the
// origin off after.
func (m *Model) OriginScan() (dest []any, read func() Origin) {
	var (
		id   any
		at   sql.NullTime
		unix sql.NullInt64
	)
	if m.DeletionID != nil {
		dest = append(dest, &id)
	}
	switch {
	case m.At == nil:
	case m.TellsTime():
		dest = append(dest, &at)
	default:
		dest = append(dest, &unix)
	}
	return dest, func() Origin {
		o := Origin{ID: UUIDOf(id), At: at}
		if unix.Valid && unix.Int64 != 0 {
			o.At = sql.NullTime{Time: TimeOfUnix(unix.Int64, m.Step()), Valid: true}
		}
		return o
	}
}

// Record is all that a trashed row keeps of its operation.
type Record struct {
	Origin

	By, Reason string
}

// RecordScan returns the columns, of a table by some name, in which a model keeps
// it, where to scan them, and what reads them off after.
func (m *Model) RecordScan(table string) (columns []clause.Column, dest []any, read func() Record) {
	fields := m.OriginColumns()
	dest, of := m.OriginScan()
	var by, reason sql.NullString
	if m.By != nil {
		fields, dest = append(fields, m.By), append(dest, &by)
	}
	if m.Reason != nil {
		fields, dest = append(fields, m.Reason), append(dest, &reason)
	}
	for _, field := range fields {
		columns = append(columns, clause.Column{Table: table, Name: field.DBName})
	}
	return columns, dest, func() Record { return Record{of(), by.String, reason.String} }
}

// RecordOf is the same of a loaded row.
func (m *Model) RecordOf(ctx context.Context, row reflect.Value) (Record, error) {
	columns, dest, read := m.RecordScan("")
	for i, column := range columns {
		value := Plain(FieldValue(ctx, m.Schema.FieldsByDBName[column.Name], row))
		if scanner, ok := dest[i].(sql.Scanner); !ok {
			*dest[i].(*any) = value
		} else if err := scanner.Scan(value); err != nil {
			return Record{}, fmt.Errorf("softdelete: model %s: reading %s: %w", m.Name(), column.Name, err)
		}
	}
	return read(), nil
}

// UUIDOf reads a UUID as databases give it back.
func UUIDOf(value any) uuid.NullUUID {
	var id uuid.NullUUID
	if err := id.Scan(value); err != nil || id.UUID == uuid.Nil {
		return uuid.NullUUID{}
	}
	return id
}

// TimeOfUnix is the time of a number of units since 1970.
func TimeOfUnix(n int64, unit time.Duration) time.Time {
	switch unit {
	case time.Nanosecond:
		return time.Unix(0, n)
	case time.Millisecond:
		return time.UnixMilli(n)
	default:
		return time.Unix(n, 0)
	}
}

// IsExact tells if the times of a model are fine enough to tell operations
// apart.
func (m *Model) IsExact() bool {
	step := m.Step()
	return step > 0 && step < time.Second
}

// isTold tells if rows at both ends of a link know their operation.
func (l *Link) isTold() bool {
	parent, child := l.Parent.Model, l.Child.Model
	if parent == nil || child == nil {
		return false
	}
	// Readings are unique at the precision of a marker: times of two precisions can
	// be equal at the coarser one by chance.
	return parent.DeletionID != nil && child.DeletionID != nil || parent.IsExact() && parent.Step() == child.Step()
}

// SameOrigin tells if rows of two models were trashed by the same operation: by
// its id where both have one, otherwise by its time where both keep it finer
// than a second. Not known is whether, if neither can tell.
func SameOrigin(a *Model, of Origin, b *Model, with Origin) (same, known bool) {
	if a.DeletionID != nil && b.DeletionID != nil && (of.ID.Valid || with.ID.Valid) {
		return of.ID == with.ID, true
	}
	if !a.IsExact() || !b.IsExact() || !of.At.Valid && !with.At.Valid {
		return false, false
	}
	if !of.At.Valid || !with.At.Valid {
		return false, true
	}
	step := max(a.Step(), b.Step())
	same = sameTime(of.At.Time.Truncate(step), a.When().Keeps, with.At.Time.Truncate(step), b.When().Keeps)
	return same, same || a.When().Keeps.zoneless == b.When().Keeps.zoneless
}

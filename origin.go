package softdelete

import (
	"database/sql"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// origin is the operation that a row was trashed by, as far as the row knows: by
// the operation's id, or by its time.
type origin struct {
	id uuid.NullUUID
	at sql.NullTime
}

// originColumns are the columns in which a model keeps it.
func (m *model) originColumns() []*schema.Field {
	var fields []*schema.Field
	if m.deletionID != nil {
		fields = append(fields, m.deletionID)
	}
	if m.at != nil {
		fields = append(fields, m.at)
	}
	return fields
}

// originScan returns where to scan a model's origin columns, and what reads the
// origin off after.
func (m *model) originScan() (dest []any, read func() origin) {
	var (
		id   any
		at   sql.NullTime
		unix sql.NullInt64
	)
	if m.deletionID != nil {
		dest = append(dest, &id)
	}
	switch {
	case m.at == nil:
	case m.tellsTime():
		dest = append(dest, &at)
	default:
		dest = append(dest, &unix)
	}
	return dest, func() origin {
		o := origin{id: uuidOf(id), at: at}
		if unix.Valid && unix.Int64 != 0 {
			o.at = sql.NullTime{Time: timeOfUnix(unix.Int64, m.step()), Valid: true}
		}
		return o
	}
}

// record is all that a trashed row keeps of its operation.
type record struct {
	origin

	by, reason string
}

// recordScan returns the columns, of a table by some name, in which a model keeps
// it, where to scan them, and what reads them off after.
func (m *model) recordScan(table string) (columns []clause.Column, dest []any, read func() record) {
	fields := m.originColumns()
	dest, of := m.originScan()
	var by, reason sql.NullString
	if m.by != nil {
		fields, dest = append(fields, m.by), append(dest, &by)
	}
	if m.reason != nil {
		fields, dest = append(fields, m.reason), append(dest, &reason)
	}
	for _, field := range fields {
		columns = append(columns, clause.Column{Table: table, Name: field.DBName})
	}
	return columns, dest, func() record { return record{of(), by.String, reason.String} }
}

// uuidOf reads a UUID as databases give it back.
func uuidOf(value any) uuid.NullUUID {
	var id uuid.NullUUID
	if err := id.Scan(value); err != nil || id.UUID == uuid.Nil {
		return uuid.NullUUID{}
	}
	return id
}

func timeOfUnix(n int64, unit time.Duration) time.Time {
	switch unit {
	case time.Nanosecond:
		return time.Unix(0, n)
	case time.Millisecond:
		return time.UnixMilli(n)
	default:
		return time.Unix(n, 0)
	}
}

// isExact tells if the times of a model are fine enough to tell operations
// apart.
func (m *model) isExact() bool {
	step := m.step()
	return step > 0 && step < time.Second
}

// isTold tells if rows at both ends of a link know their operation.
func (l *link) isTold() bool {
	parent, child := l.parent.model, l.child.model
	if parent == nil || child == nil {
		return false
	}
	// Readings are unique at the precision of a marker: times of two precisions can
	// be equal at the coarser one by chance.
	return parent.deletionID != nil && child.deletionID != nil || parent.isExact() && parent.step() == child.step()
}

// sameOrigin tells if rows of two models were trashed by the same operation: by
// its id where both have one, otherwise by its time where both keep it finer
// than a second. Not known is whether, if neither can tell.
func sameOrigin(a *model, of origin, b *model, with origin) (same, known bool) {
	if a.deletionID != nil && b.deletionID != nil && (of.id.Valid || with.id.Valid) {
		return of.id == with.id, true
	}
	if !a.isExact() || !b.isExact() || !of.at.Valid && !with.at.Valid {
		return false, false
	}
	if !of.at.Valid || !with.at.Valid {
		return false, true
	}
	step := max(a.step(), b.step())
	same = sameTime(of.at.Time.Truncate(step), a.when().keeps, with.at.Time.Truncate(step), b.when().keeps)
	return same, same || a.when().keeps.zoneless == b.when().keeps.zoneless
}

// sameOriginIn is that two rows of a table were trashed by the same operation, as
// a condition; nil if the table cannot tell.
func sameOriginIn(t *table) *agreement {
	m := t.model
	switch {
	case m.deletionID != nil && m.isExact():
		id, at := []string{m.deletionID.DBName}, []string{m.at.DBName}
		return &agreement{columns: append(id, at...), holds: func(a, b string) clause.Expression {
			none := expr.All{
				clause.Eq{Column: clause.Column{Table: a, Name: id[0]}, Value: nil},
				clause.Eq{Column: clause.Column{Table: b, Name: id[0]}, Value: nil},
				expr.Equal(a, b, at, at),
			}
			return expr.Either{expr.Equal(a, b, id, id), none}
		}}
	case m.deletionID != nil:
		id := []string{m.deletionID.DBName}
		return &agreement{columns: id, holds: func(a, b string) clause.Expression { return expr.Equal(a, b, id, id) }}
	case m.isExact():
		at := []string{m.at.DBName}
		return &agreement{columns: at, holds: func(a, b string) clause.Expression { return expr.Equal(a, b, at, at) }}
	default:
		return nil
	}
}

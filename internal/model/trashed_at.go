package model

import (
	"database/sql"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// Timeline is the time at which a model's rows were trashed, as a column to sort
// and to compare by. Its model keeps a time.
type Timeline struct {
	model *Model
	d     *dialect.Dialect
}

// Timeline is that of the model, which keeps a time.
func (m *Model) Timeline(d *dialect.Dialect) *Timeline { return &Timeline{m, d} }

// Build writes the column, brought to one zone where the database compares times
// as they are written.
func (l *Timeline) Build(b clause.Builder) {
	column := clause.Column{Table: clause.CurrentTable, Name: l.model.At.DBName}
	if l.model.TellsTime() {
		l.d.WriteTime(b, column)
		return
	}
	b.WriteQuoted(column)
}

// AsStored writes a model's time column so that it is read as it is stored, to be
// compared with as such.
func (m *Model) AsStored(d *dialect.Dialect, column clause.Expression) clause.Expression {
	if !d.TextTime || !m.TellsTime() {
		return column
	}
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("CAST(")
		column.Build(b)
		_, _ = b.WriteString(" AS TEXT)")
	})
}

// Floor is the latest time that the column can keep and that is not after t.
func (l *Timeline) Floor(t time.Time) time.Time { return l.model.When().Keeps.Floor(t) }

// Value is a time as the column is compared with it.
func (l *Timeline) Value(t time.Time) any {
	if l.model.TellsTime() {
		return l.d.TimeValue(t)
	}
	return UnixTime(t, l.model.Step())
}

// Compare is "column operator t".
func (l *Timeline) Compare(operator string, t time.Time) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		l.Build(b)
		_, _ = b.WriteString(" " + operator + " ")
		b.AddVar(b, l.Value(t))
	})
}

// Known is that a row's time is there: one beside a flag may be missing, NULL or
// in a number 0.
func (l *Timeline) Known(is bool) clause.Expression {
	column := clause.Column{Table: clause.CurrentTable, Name: l.model.At.DBName}
	missing := clause.Expression(clause.Eq{Column: column, Value: nil})
	switch {
	case l.model.TellsTime() && is:
		return clause.Neq{Column: column, Value: nil}
	case l.model.TellsTime():
		return missing
	case is:
		return clause.Neq{Column: column, Value: 0} // NULL is not that either
	default:
		return expr.Either{missing, clause.Eq{Column: column, Value: 0}}
	}
}

// IsIndexed tells if an index on the column has its times in their order.
func (l *Timeline) IsIndexed() bool { return !l.model.TellsTime() || !l.d.TextTime }

// AroundExtreme is what else is true of the row with the least or the greatest time where an
// index has the column in the order of its text only, and not in that of its times: it spares
// the rows of other days. query is of all rows.
func (l *Timeline) AroundExtreme(query *gorm.DB, greatest bool) clause.Expression {
	column := clause.Column{Table: clause.CurrentTable, Name: l.model.At.DBName}
	first := query.Clauses(clause.Select{Columns: []clause.Column{column}}, clause.OrderBy{Columns: []clause.OrderByColumn{{Column: column, Desc: greatest}}}).Limit(1)
	return l.d.AroundFirst(column, first, greatest)
}

// Extreme is the least or the greatest of the column, of all rows of a query.
func (l *Timeline) Extreme(greatest bool) clause.Expression {
	name := "min("
	if greatest {
		name = "max("
	}
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString(name)
		l.Build(b)
		_ = b.WriteByte(')')
	})
}

// Extremes returns where to scan the least and the greatest of the column, and
// what reads them off after.
func (l *Timeline) Extremes() (dest []any, read func() (oldest, newest time.Time)) {
	switch {
	case !l.model.TellsTime():
		var least, greatest sql.NullInt64
		of := func(n sql.NullInt64) time.Time {
			if !n.Valid || n.Int64 == 0 {
				return time.Time{}
			}
			return TimeOfUnix(n.Int64, l.model.Step())
		}
		return []any{&least, &greatest}, func() (time.Time, time.Time) { return of(least), of(greatest) }
	case l.d.TextTime:
		var least, greatest sql.NullString
		of := func(s sql.NullString) time.Time {
			t, _ := time.ParseInLocation(dialect.TextTimeLayout, s.String, time.UTC)
			return t
		}
		return []any{&least, &greatest}, func() (time.Time, time.Time) { return of(least), of(greatest) }
	default:
		var least, greatest sql.NullTime
		return []any{&least, &greatest}, func() (time.Time, time.Time) { return least.Time, greatest.Time }
	}
}

package softdelete

import (
	"database/sql"
	"time"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// timeline is the time at which a model's rows were trashed, as a column to sort
// and to compare by. Its model keeps a time.
type timeline struct {
	model *model
	d     *dialect.Dialect
}

func (m *model) timeline(d *dialect.Dialect) *timeline { return &timeline{m, d} }

// Build writes the column, brought to one zone where the database compares times
// as they are written.
func (l *timeline) Build(b clause.Builder) {
	column := clause.Column{Table: clause.CurrentTable, Name: l.model.at.DBName}
	if l.model.tellsTime() {
		l.d.WriteTime(b, column)
		return
	}
	b.WriteQuoted(column)
}

// asStored writes a model's time column so that it is read as it is stored, to be
// compared with as such.
func (m *model) asStored(d *dialect.Dialect, column clause.Expression) clause.Expression {
	if !d.TextTime || !m.tellsTime() {
		return column
	}
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("CAST(")
		column.Build(b)
		_, _ = b.WriteString(" AS TEXT)")
	})
}

// floor is the latest time that the column can keep and that is not after t.
func (l *timeline) floor(t time.Time) time.Time { return l.model.when().keeps.floor(t) }

// value is a time as the column is compared with it.
func (l *timeline) value(t time.Time) any {
	if l.model.tellsTime() {
		return l.d.TimeValue(t)
	}
	return unixTime(t, l.model.step())
}

// compare is "column operator t".
func (l *timeline) compare(operator string, t time.Time) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		l.Build(b)
		_, _ = b.WriteString(" " + operator + " ")
		b.AddVar(b, l.value(t))
	})
}

// known is that a row's time is there: one beside a flag may be missing, NULL or
// in a number 0.
func (l *timeline) known(is bool) clause.Expression {
	column := clause.Column{Table: clause.CurrentTable, Name: l.model.at.DBName}
	missing := clause.Expression(clause.Eq{Column: column, Value: nil})
	switch {
	case l.model.tellsTime() && is:
		return clause.Neq{Column: column, Value: nil}
	case l.model.tellsTime():
		return missing
	case is:
		return clause.Neq{Column: column, Value: 0} // NULL is not that either
	default:
		return expr.Either{missing, clause.Eq{Column: column, Value: 0}}
	}
}

// extremes returns where to scan the least and the greatest of the column, and
// what reads them off after.
func (l *timeline) extremes() (dest []any, read func() (oldest, newest time.Time)) {
	switch {
	case !l.model.tellsTime():
		var least, greatest sql.NullInt64
		of := func(n sql.NullInt64) time.Time {
			if !n.Valid || n.Int64 == 0 {
				return time.Time{}
			}
			return timeOfUnix(n.Int64, l.model.step())
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

package dialect

import (
	"time"

	"gorm.io/gorm/clause"
)

// Where times are kept as text (TextTime), an index has them in the order of that. Each
// begins with a date, in some zone: so rows of one day in UTC lie among those of a few, and
// an index finds these. A zone is less than a day off, and a column of dates up to another.
const daysBefore, daysAfter = -2, 3

// compareDays writes what stands before a comparison with a time, so that an index finds the rows,
// and that the date alone tells of most: only those of the days around are looked at precisely.
// What it returns writes what stands behind.
//
//	deleted_at < '2026-03-04' AND substr(deleted_at, 5, 1) = '-' AND (deleted_at < '2026-02-27' OR … < '2026-03-01 12:00:00')
//
// The dash says that it is a date. A number, an empty text and a year of five digits sort before
// every date, and are no old times.
func compareDays(b clause.Builder, column clause.Column, operator string, t time.Time) (closed func()) {
	since, until := t.UTC().AddDate(0, 0, daysBefore), t.UTC().AddDate(0, 0, daysAfter)
	if since.Year() < 1 || until.Year() > 9998 { // of which the texts do not sort as the others do
		return func() {}
	}
	possible, certain, by := until, since, "<"
	if operator != "<" {
		possible, certain, by = since, until, ">="
	}
	compare := func(day time.Time, behind string) {
		b.WriteQuoted(column)
		_, _ = b.WriteString(" " + by + " ")
		b.AddVar(b, day.Format(time.DateOnly))
		_, _ = b.WriteString(behind)
	}
	compare(possible, " AND substr(")
	b.WriteQuoted(column)
	_, _ = b.WriteString(", 5, 1) = '-' AND (")
	compare(certain, " OR ")
	return func() { _ = b.WriteByte(')') }
}

// AroundFirst is true of the text with the first or last time, of those of which a query
// gives the first or last as text.
func (d *Dialect) AroundFirst(column clause.Column, first any, last bool) clause.Expression {
	if last {
		return clause.Expr{SQL: "? >= COALESCE(date(substr((?), 1, 10), '-2 days'), '')", Vars: []any{column, first}}
	}
	return clause.Expr{SQL: "? < COALESCE(date(substr((?), 1, 10), '+3 days'), '9999')", Vars: []any{column, first}}
}

package dialect

import (
	"time"

	"gorm.io/gorm/clause"
)

// Where times are kept as text (TextTime), an index has them in the order of that. Each
// begins with a date, in some zone: so rows of one day in UTC lie among those of a few, and
// an index finds these. A zone is less than a day off, and a column of dates up to another.
const daysBefore, daysAfter = -2, 3

// AroundText is true of all texts of times between two, and spares most others; nil if it
// would spare none.
func (d *Dialect) AroundText(column clause.Column, since, until time.Time) clause.Expression {
	var list []clause.Expression
	if since = since.UTC().AddDate(0, 0, daysBefore); since.Year() > 0 {
		list = append(list, clause.Gte{Column: column, Value: since.Format(time.DateOnly)})
	}
	if until = until.UTC().AddDate(0, 0, daysAfter); until.Year() < 9999 {
		list = append(list, clause.Lt{Column: column, Value: until.Format(time.DateOnly)})
	}
	if len(list) == 0 {
		return nil
	}
	return clause.And(list...)
}

// AroundFirst is true of the text with the first or last time, of those of which a query
// gives the first or last as text.
func (d *Dialect) AroundFirst(column clause.Column, first any, last bool) clause.Expression {
	if last {
		return clause.Expr{SQL: "? >= COALESCE(date(substr((?), 1, 10), '-2 days'), '')", Vars: []any{column, first}}
	}
	return clause.Expr{SQL: "? < COALESCE(date(substr((?), 1, 10), '+3 days'), '9999')", Vars: []any{column, first}}
}

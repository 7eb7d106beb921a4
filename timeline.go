package softdelete

import (
	"database/sql"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// timeline is the time at which a model's rows were trashed, as a column to sort
// and to compare by. Its model keeps a time.
type timeline struct {
	model *model
	d     dialect
}

func (m *model) timeline(d dialect) *timeline { return &timeline{m, d} }

// Build writes the column, brought to one zone where the database compares times
// as they are written.
func (l *timeline) Build(b clause.Builder) {
	column := clause.Column{Table: clause.CurrentTable, Name: l.model.at.DBName}
	if l.model.tellsTime() {
		l.d.writeTime(b, column)
		return
	}
	b.WriteQuoted(column)
}

// floor is the latest time that the column can keep and that is not after t.
func (l *timeline) floor(t time.Time) time.Time { return l.model.when().keeps.floor(t) }

// value is a time as the column is compared with it.
func (l *timeline) value(t time.Time) any {
	if l.model.tellsTime() {
		return l.d.timeValue(t)
	}
	return unixTime(t, l.model.step())
}

// compare is "column operator t".
func (l *timeline) compare(operator string, t time.Time) clause.Expression {
	return written(func(b clause.Builder) {
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
		return either{missing, clause.Eq{Column: column, Value: 0}}
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
	case l.d.textTime:
		var least, greatest sql.NullString
		of := func(s sql.NullString) time.Time {
			t, _ := time.ParseInLocation(textTimeLayout, s.String, time.UTC)
			return t
		}
		return []any{&least, &greatest}, func() (time.Time, time.Time) { return of(least), of(greatest) }
	default:
		var least, greatest sql.NullTime
		return []any{&least, &greatest}, func() (time.Time, time.Time) { return least.Time, greatest.Time }
	}
}

// written is an expression by what it writes.
type written func(clause.Builder)

func (w written) Build(b clause.Builder) { w(b) }

// beyond is that a row comes after a place in an order: by a leading column, if
// there is one, and then by the primary key. The leading column is compared alone
// too, for databases that use no index for a comparison of several.
func beyond(leading clause.Expression, value any, names []string, key []any, operator string) clause.Expression {
	return written(func(b clause.Builder) {
		if leading != nil {
			leading.Build(b)
			_, _ = b.WriteString(" " + operator[:1] + "= ")
			b.AddVar(b, value)
			_, _ = b.WriteString(" AND ")
		}
		if leading == nil && len(names) == 1 {
			b.WriteQuoted(clause.Column{Table: clause.CurrentTable, Name: names[0]})
			_, _ = b.WriteString(" " + operator + " ")
			b.AddVar(b, key[0])
			return
		}
		values := key
		_ = b.WriteByte('(')
		if leading != nil {
			leading.Build(b)
			_, _ = b.WriteString(", ")
			values = append([]any{value}, key...)
		}
		writeColumns(b, columnsOf(clause.CurrentTable, names), false)
		_, _ = b.WriteString(") " + operator + " (")
		b.AddVar(b, values...)
		_ = b.WriteByte(')')
	})
}

// inOrder sorts by a leading column, if there is one, and then by the primary key.
func inOrder(leading clause.Expression, names []string, descending bool) clause.OrderBy {
	return clause.OrderBy{Expression: written(func(b clause.Builder) {
		next := func() {}
		item := func(write func()) {
			next()
			write()
			if descending {
				_, _ = b.WriteString(" DESC")
			}
			next = func() { _ = b.WriteByte(',') }
		}
		if leading != nil {
			item(func() { leading.Build(b) })
		}
		for _, column := range columnsOf(clause.CurrentTable, names) {
			item(func() { b.WriteQuoted(column) })
		}
	})}
}

// selecting makes a query return some columns and expressions.
func selecting(tx *gorm.DB, list ...any) *gorm.DB {
	return tx.Clauses(clause.Select{Expression: written(func(b clause.Builder) {
		for i, item := range list {
			if i > 0 {
				_ = b.WriteByte(',')
			}
			switch item := item.(type) {
			case clause.Expression:
				item.Build(b)
			case string:
				_, _ = b.WriteString(item)
			default:
				b.WriteQuoted(item)
			}
		}
	})})
}

package expr

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Beyond is that a row comes after a place in an order: by a leading column, if
// there is one, and then by the primary key. It compares the columns as one row, or
// written out column by column.
func Beyond(leading clause.Expression, value any, names []string, key []any, operator string, asRow bool) clause.Expression {
	columns := make([]clause.Expression, 0, len(names)+1)
	values := make([]any, 0, len(names)+1)
	if leading != nil {
		columns, values = append(columns, leading), append(values, value)
	}
	for i, name := range names {
		column := clause.Column{Table: clause.CurrentTable, Name: name}
		columns, values = append(columns, Func(func(b clause.Builder) { b.WriteQuoted(column) })), append(values, key[i])
	}
	return Func(func(b clause.Builder) {
		if asRow && len(columns) > 1 {
			writeBeyondRow(b, columns, values, operator)
			return
		}
		writeBeyond(b, columns, values, operator)
	})
}

// writeBeyondRow writes "(a, b) > (1, 2)".
func writeBeyondRow(b clause.Builder, columns []clause.Expression, values []any, operator string) {
	_ = b.WriteByte('(')
	for i, column := range columns {
		if i > 0 {
			_, _ = b.WriteString(", ")
		}
		column.Build(b)
	}
	_, _ = b.WriteString(") " + operator + " (")
	b.AddVar(b, values...)
	_ = b.WriteByte(')')
}

// writeBeyond writes "(a > 1 OR a = 1 AND b > 2)", and of one column "a > 1".
func writeBeyond(b clause.Builder, columns []clause.Expression, values []any, operator string) {
	compare := func(operator string) {
		columns[0].Build(b)
		_, _ = b.WriteString(" " + operator + " ")
		b.AddVar(b, values[0])
	}
	if len(columns) == 1 {
		compare(operator)
		return
	}
	_ = b.WriteByte('(')
	compare(operator[:1])
	_, _ = b.WriteString(" OR ")
	compare("=")
	_, _ = b.WriteString(" AND ")
	writeBeyond(b, columns[1:], values[1:], operator)
	_ = b.WriteByte(')')
}

// Less is that columns of one table are less than those of another, compared one after the
// other.
func Less(a, b string, names []string) clause.Expression {
	of := func(i int, operator string) clause.Expression {
		return Func(func(w clause.Builder) {
			w.WriteQuoted(clause.Column{Table: a, Name: names[i]})
			_, _ = w.WriteString(" " + operator + " ")
			w.WriteQuoted(clause.Column{Table: b, Name: names[i]})
		})
	}
	last := len(names) - 1
	less := of(last, "<")
	for i := last - 1; i >= 0; i-- {
		less = Either{of(i, "<"), All{of(i, "="), less}}
	}
	return less
}

// InOrder sorts by a leading column, if there is one, and then by the primary key.
func InOrder(leading clause.Expression, names []string, descending bool) clause.OrderBy {
	return clause.OrderBy{Expression: Func(func(b clause.Builder) {
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
		for _, column := range Columns(clause.CurrentTable, names) {
			item(func() { b.WriteQuoted(column) })
		}
	})}
}

// Selecting makes a query return some columns and expressions.
func Selecting(tx *gorm.DB, list ...any) *gorm.DB {
	return tx.Clauses(clause.Select{Expression: Func(func(b clause.Builder) {
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

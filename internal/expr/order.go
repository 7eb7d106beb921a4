package expr

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Beyond is that a row comes after a place in an order: by a leading column, if
// there is one, and then by the primary key. The leading column is compared alone
// too, for databases that use no index for a comparison of several.
func Beyond(leading clause.Expression, value any, names []string, key []any, operator string) clause.Expression {
	return Func(func(b clause.Builder) {
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
		WriteColumns(b, Columns(clause.CurrentTable, names), false)
		_, _ = b.WriteString(") " + operator + " (")
		b.AddVar(b, values...)
		_ = b.WriteByte(')')
	})
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

package expr

import (
	"strings"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// NotNull is that none of some columns of a table is NULL.
func NotNull(table string, columns []string) clause.Expression {
	list := make(All, len(columns))
	for i, column := range columns {
		list[i] = clause.Neq{Column: clause.Column{Table: table, Name: column}, Value: nil}
	}
	return list
}

// Columns are the columns of some names of a table.
func Columns(table string, names []string) []clause.Column {
	columns := make([]clause.Column, len(names))
	for i, name := range names {
		columns[i] = clause.Column{Table: table, Name: name}
	}
	return columns
}

// In is "(columns) IN (keys)".
func In(table string, columns []string, keys [][]any) clause.Expression {
	column, values := schema.ToQueryValues(table, columns, keys)
	return clause.IN{Column: column, Values: values}
}

// WriteColumns writes a list of columns, in parentheses if it is to be enclosed.
func WriteColumns(b clause.Builder, columns []clause.Column, enclosed bool) {
	if enclosed {
		_ = b.WriteByte('(')
	}
	for i, column := range columns {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		b.WriteQuoted(column)
	}
	if enclosed {
		_ = b.WriteByte(')')
	}
}

// Equal is that columns of one table are those of another.
func Equal(a, b string, of, with []string) clause.Expression {
	pairs := make(All, len(of))
	for i := range of {
		pairs[i] = clause.Eq{Column: clause.Column{Table: a, Name: of[i]}, Value: clause.Column{Table: b, Name: with[i]}}
	}
	return pairs
}

// InCurrent is In of the statement's own table.
func InCurrent(columns []string, values [][]any) clause.Expression {
	return In(clause.CurrentTable, columns, values)
}

// IsColumn tells if a column of a statement is that of a name. Databases may find
// a column by another spelling of its name, and a caller may put the table before
// it.
func IsColumn(c clause.Column, name string) bool {
	given := c.Name
	if i := strings.LastIndexByte(given, '.'); i >= 0 {
		given = given[i+1:]
	}
	return strings.EqualFold(strings.Trim(given, "`\"[] "), name)
}

package rows

import (
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
)

// Selected is "(columns) IN (SELECT list FROM table WHERE …)", or NOT IN.
type Selected struct {
	Columns []clause.Column
	not     bool
	List    []clause.Column
	From    string
	Where   clause.Expression
	Dialect *dialect.Dialect
}

// Build writes the condition.
func (s *Selected) Build(b clause.Builder) {
	expr.WriteColumns(b, s.Columns, len(s.Columns) > 1)
	if s.not {
		_, _ = b.WriteString(" NOT")
	}
	_, _ = b.WriteString(" IN (")
	s.Dialect.Nest(b, func() {
		_, _ = b.WriteString("SELECT ")
		expr.WriteColumns(b, s.List, false)
		_, _ = b.WriteString(" FROM ")
		b.WriteQuoted(clause.Table{Name: s.From})
		_, _ = b.WriteString(" WHERE ")
		s.Where.Build(b)
		_, _ = b.WriteString(s.Dialect.CurrentRead)
	})
	_ = b.WriteByte(')')
}

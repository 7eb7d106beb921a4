package insert

import (
	"reflect"
	"regexp"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// maxInIndex is how many values are looked at in one statement.
const maxInIndex = 100

// inIndex are those of the values that an index with a condition would have in it.
// The database says so of rows that are none of the table, in the types of its
// columns:
//
//	SELECT softdelete_value FROM (SELECT kind, 0 AS softdelete_value FROM users WHERE 1 = 0 UNION ALL SELECT 'guest', 7) AS users WHERE (kind = 'guest')
func inIndex(m *model.Model, db *gorm.DB, where string, values [][]any, indexes []int) (kept [][]any, keptIndexes []int) {
	stmt := db.Statement
	where = m.Marker.AsLive(where)
	var fields []*schema.Field
	for _, name := range stmt.Schema.DBNames {
		if regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(name) + `\b`).MatchString(where) {
			fields = append(fields, stmt.Schema.FieldsByDBName[name])
		}
	}
	in := map[int]bool{}
	for chunk := range slices.Chunk(indexes, maxInIndex) {
		var index int
		parts := []session.Part{"SELECT softdelete_value FROM (SELECT "}
		for _, field := range fields {
			parts = append(parts, clause.Column{Name: field.DBName}, ",")
		}
		parts = append(parts, "0 AS softdelete_value FROM ", clause.Table{Name: session.OwnTable(stmt)}, " WHERE 1 = 0")
		for _, i := range chunk {
			parts = append(parts, expr.Func(func(b clause.Builder) {
				_, _ = b.WriteString(" UNION ALL SELECT ")
				for _, field := range fields {
					b.AddVar(b, toBeInserted(stmt, field, model.ElementOf(stmt.ReflectValue, i)))
					_ = b.WriteByte(',')
				}
				b.AddVar(b, i)
			}))
		}
		parts = append(parts, ") AS ", clause.Table{Name: session.OwnTable(stmt)}, " WHERE ("+where+")")
		if _, err := session.Query(db, []any{&index}, func() { in[index] = true }, parts...); err != nil {
			_ = db.AddError(err)
			return nil, nil
		}
	}
	return some(values, indexes, func(index int) bool { return in[index] })
}

// toBeInserted is what GORM inserts for a field, as far as it is not for the
// database to say.
func toBeInserted(stmt *gorm.Statement, field *schema.Field, value reflect.Value) any {
	v, zero := field.ValueOf(stmt.Context, value)
	if zero && field.DefaultValueInterface != nil {
		return field.DefaultValueInterface
	}
	return v
}

package session

import (
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// TableOf is the table that a statement of a model is on: the model's, with its schema,
// unless the statement named another. An alias is no other table.
func TableOf(stmt *gorm.Statement, s *schema.Schema) string {
	name := s.Table
	aliased := stmt.TableExpr != nil && strings.Contains(stmt.TableExpr.SQL, " ")
	if name == stmt.Table || strings.HasSuffix(name, "."+stmt.Table) || aliased {
		return name
	}
	return stmt.Table
}

// OwnTable is the table that a statement of a model is on.
func OwnTable(stmt *gorm.Statement) string {
	return TableOf(stmt, stmt.Schema)
}

// NamesOtherTable tells if a statement names a table other than its model's own.
func NamesOtherTable(stmt *gorm.Statement, s *schema.Schema) bool {
	if stmt.TableExpr == nil {
		return stmt.Table != "" && stmt.Table != s.Table
	}
	return LastPart(s.Table) != stmt.Table || strings.NewReplacer(`"`, "", "`", "").Replace(stmt.TableExpr.SQL) != s.Table
}

// OnTable returns a handle on the model and table of a statement, with its settings.
func OnTable(tx *gorm.DB, stmt *gorm.Statement) *gorm.DB {
	tx = tx.Model(reflect.New(stmt.Schema.ModelType).Interface())
	tx.Statement.TableExpr, tx.Statement.Table = stmt.TableExpr, stmt.Table
	CopySettings(tx.Statement, stmt)
	return tx
}

// CopySettings gives a statement the settings of another one, as GORM does with
// those of preloads: what db.Set has said may be who asks.
func CopySettings(to, from *gorm.Statement) {
	from.Settings.Range(func(key, value any) bool {
		to.Settings.Store(key, value)
		return true
	})
}

// WhereExprs are the conditions of a statement.
func WhereExprs(stmt *gorm.Statement) []clause.Expression {
	where, _ := stmt.Clauses["WHERE"].Expression.(clause.Where)
	return where.Exprs
}

// HasLimit tells if a statement has a limit or an offset.
func HasLimit(stmt *gorm.Statement) bool {
	limit, ok := stmt.Clauses["LIMIT"].Expression.(clause.Limit)
	return ok && (limit.Limit != nil || limit.Offset > 0)
}

package neighbours

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// clausesFor are the clauses that count for the addressed rows of an operation. A delete
// asks those of deletes, as GORM's own does. What has no like in GORM is about rows
// that a query shows, too.
func clausesFor(o *model.Clauses, kind, verb model.Operation) []clause.Interface {
	switch {
	case kind == model.Restore:
		return slices.Concat(o.Query, o.Update)
	case kind == model.SoftDelete, verb == model.None:
		return o.Delete
	default:
		return slices.Concat(o.Query, o.Delete)
	}
}

// OnAddressed are what the clauses of other fields' types ask of the rows that the
// statement of an operation addresses. They are asked on a copy of it: what else they
// do to a statement, such as to raise a version, is no part of the operation.
func OnAddressed(db *gorm.DB, m *model.Model, kind, verb model.Operation) ([]clause.Expression, error) {
	asked := clausesFor(&m.Others, kind, verb)
	if len(asked) == 0 {
		return nil, nil
	}
	tx := db.Session(&gorm.Session{}).Clauses()
	stmt := tx.Statement
	delete(stmt.Clauses, "WHERE")
	// A type reads its field off one value of its model. A version that the value
	// has is no condition of a restore.
	if s := m.Schema; kind != model.SoftDelete || !stmt.ReflectValue.IsValid() || stmt.ReflectValue.Type() != s.ModelType {
		row := model.NewOf(s.ModelType)
		stmt.Schema, stmt.Model, stmt.Dest, stmt.ReflectValue = s, row, row, reflect.ValueOf(row).Elem()
	}
	joins := len(stmt.Joins)
	for _, c := range asked {
		stmt.AddClause(c)
	}
	if tx.Error != nil {
		return nil, tx.Error
	}
	if len(stmt.Joins) > joins {
		return nil, unheeded(m.Schema, "a clause of a field's type")
	}
	return Distinct(tx, stmt.Schema, session.WhereExprs(stmt)), nil
}

// unheeded is the error of conditions that are more than conditions on a table.
func unheeded(s *schema.Schema, who string) error {
	return fmt.Errorf("softdelete: model %s: %w: %s joins or limits its statements, which a restore, a purge or a cascade cannot hold to: "+
		"write it as a condition, such as a subquery", s.Name, gorm.ErrInvalidData, who)
}

// Distinct drops conditions that say the same as one before: types ask the same of
// queries and of writes.
func Distinct(db *gorm.DB, s *schema.Schema, exprs []clause.Expression) []clause.Expression {
	if len(exprs) < 2 {
		return exprs
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(exprs), func(expr clause.Expression) bool {
		text := conditionText(db, s, expr)
		before := seen[text]
		seen[text] = true
		return before
	})
}

// conditionText is a condition as SQL with its values, to compare it by.
func conditionText(db *gorm.DB, s *schema.Schema, expr clause.Expression) string {
	stmt := &gorm.Statement{DB: db, Schema: s, Table: s.Table, Context: db.Statement.Context, Clauses: map[string]clause.Clause{}}
	expr.Build(stmt)
	return fmt.Sprintf("%s %#v", stmt.SQL.String(), stmt.Vars)
}

// AddTo adds the clauses of other fields' types to a create before it is decided what
// that does about rows in its way: they may say so, or fill in columns of a key. GORM
// adds them again.
func AddTo(o *model.Clauses, stmt *gorm.Statement) {
	if stmt.Unscoped {
		return
	}
	for _, c := range o.Create {
		stmt.AddClause(c)
	}
}

// yielding is a clause of another field's type. In the plugin's own statements its
// conditions stand already when GORM adds it, and it has none on a look-up of what
// the database itself compares.
type yielding struct {
	clause.Interface
	modifier gorm.StatementModifier
	written  func(*gorm.Statement) bool
}

// Yielding wraps those clauses that change statements. written tells which
// statements the plugin has written itself.
func Yielding(clauses []clause.Interface, written func(*gorm.Statement) bool) []clause.Interface {
	list := make([]clause.Interface, len(clauses))
	for i, c := range clauses {
		list[i] = c
		if modifier, ok := c.(gorm.StatementModifier); ok {
			list[i] = yielding{c, modifier, written}
		}
	}
	return list
}

// Wrapped is the clause.
func (y yielding) Wrapped() clause.Interface { return y.Interface }

// ModifyStatement does what the clause does, unless the plugin has written the
// statement.
func (y yielding) ModifyStatement(stmt *gorm.Statement) {
	if y.written(stmt) || session.IsStored(stmt) {
		return
	}
	y.modifier.ModifyStatement(stmt)
}

package softdelete

import (
	"database/sql"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// Flag is a marker in a boolean column: true while the row is trashed. Use
// Flagged, or a field of one's own:
//
//	Removed softdelete.Flag `gorm:"not null;default:false"`
//
// Without the plugin, every statement on a model with a Flag fails with
// [ErrNotInstalled], so that it never deletes for good by mistake.
type Flag bool

// Scan reads the column, also where the database keeps booleans as numbers. NULL
// is false.
func (f *Flag) Scan(value any) error {
	var b sql.NullBool
	if err := b.Scan(value); err != nil {
		return fmt.Errorf("softdelete: reading a Flag: %w", err)
	}
	*f = Flag(b.Bool)
	return nil
}

// QueryClauses refuses reads on a handle without the plugin, which puts its own
// clauses in the place of these.
func (Flag) QueryClauses(field *schema.Field) []clause.Interface { return refusal(field) }

// CreateClauses refuses creates on a handle without the plugin.
func (Flag) CreateClauses(field *schema.Field) []clause.Interface { return refusal(field) }

// UpdateClauses refuses updates on a handle without the plugin.
func (Flag) UpdateClauses(field *schema.Field) []clause.Interface { return refusal(field) }

// DeleteClauses refuses deletes on a handle without the plugin.
func (Flag) DeleteClauses(field *schema.Field) []clause.Interface { return refusal(field) }

func refusal(field *schema.Field) []clause.Interface {
	return []clause.Interface{notInstalled{field}}
}

// notInstalled fails the statement that it is added to.
type notInstalled struct{ field *schema.Field }

func (notInstalled) Name() string               { return "" }
func (notInstalled) Build(clause.Builder)       {}
func (notInstalled) MergeClause(*clause.Clause) {}

// FlagField is the field of the Flag.
func (c notInstalled) FlagField() *schema.Field { return c.field }

// ModifyStatement fails the statement, unless the handle has the plugin.
func (c notInstalled) ModifyStatement(stmt *gorm.Statement) {
	if stmt.SQL.Len() > 0 {
		return
	}
	if p, ok := installed(stmt.DB); ok {
		// GORM asks the join table of an association before any callback runs.
		if m, err := p.models.lookup(stmt.DB, c.field.Schema); err == nil && m != nil {
			queryClause{m, &p.models}.ModifyStatement(stmt)
			return
		}
	}
	err := fault.About(ErrNotInstalled, c.field.Schema.Name, "field "+c.field.Name+" needs it")
	_ = stmt.AddError(err)
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{expr.Invalid{Err: err}}})
}

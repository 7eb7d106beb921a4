package softdelete

import (
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// Timestamp makes a model soft-deletable when embedded, by a nullable time:
//
//	type Post struct {
//		ID    uint
//		Title string
//		softdelete.Timestamp
//	}
//
// It is the same as a field of type gorm.DeletedAt, or gorm.Model.
type Timestamp struct {
	// DeletedAt is when the row was trashed; not valid (NULL) while it is live.
	DeletedAt gorm.DeletedAt
}

// Flagged makes a model soft-deletable when embedded, by a boolean column
// is_deleted, not null, false by default. Such a model knows no time: see
// Tracked, or give it a column with the tag `softdelete:"at"`.
type Flagged struct {
	// IsDeleted is true while the row is trashed.
	IsDeleted Flag `gorm:"not null;default:false"`
}

// Tracked makes a model soft-deletable when embedded, by a nullable time, and
// keeps who trashed a row, why, and in which operation:
//
//	ctx = softdelete.WithActor(ctx, "ana")
//	ctx = softdelete.WithReason(ctx, "spam")
//	db.WithContext(ctx).Delete(&post)
//
//	UPDATE posts SET deleted_at = '…', deleted_by = 'ana', delete_reason = 'spam', deletion_id = '…'
//	WHERE posts.id = 1 AND posts.deleted_at IS NULL
//
// A restore sets all four to NULL.
type Tracked struct {
	// DeletedAt is when the row was trashed; not valid (NULL) while it is live.
	DeletedAt gorm.DeletedAt

	// DeletedBy is who trashed the row, from WithActor; nil if it was not said.
	DeletedBy *string `softdelete:"by"`

	// DeleteReason is why, from WithReason; nil if it was not said.
	DeleteReason *string `softdelete:"reason"`

	// DeletionID is the operation that trashed the row: the same on every row
	// of one operation, and on no other.
	DeletionID DeletionID `softdelete:"deletionID"`
}

// DeletionID is a nullable UUID, kept in the type that suits each database:
// uuid on PostgreSQL, text on SQLite, char(36) on MySQL and MariaDB.
type DeletionID struct {
	uuid.NullUUID
}

// GormDataType tells GORM that the column is a UUID.
func (DeletionID) GormDataType() string { return "uuid" }

// GormDBDataType tells GORM the column's type on the database at hand.
func (DeletionID) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return dialectOf(db).UUIDType
}

// Flag is a marker in a boolean column: true while the row is trashed. Use
// Flagged, or a field of one's own:
//
//	Removed softdelete.Flag `gorm:"not null;default:false"`
//
// Without the plugin, every statement on a model with a Flag fails with
// ErrNotInstalled, so that it never deletes for good by mistake.
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

package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// whereHint is a comment on a WHERE, as gorm.io/hints has it.
type whereHint struct{}

func (whereHint) ModifyStatement(stmt *gorm.Statement) {
	c := stmt.Clauses["WHERE"]
	c.AfterExpression = clause.Expr{SQL: "/* hint */"}
	stmt.Clauses["WHERE"] = c
}
func (whereHint) Build(clause.Builder) {}

// A hint is no condition, and the plain scopes are none.
func TestAHintIsNoCondition(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &firstRow{})
		require.NoError(t, db.Create(&[]firstRow{{ID: 1, Name: "a"}, {ID: 2, Name: "a"}}).Error)
		require.NoError(t, db.Delete(&firstRow{ID: 2}).Error)
		for _, scope := range []func(*gorm.DB) *gorm.DB{softdelete.WithTrashed, softdelete.OnlyTrashed, softdelete.WithTrashedIn(&firstRow{}), func(db *gorm.DB) *gorm.DB { return db }} {
			tx := db.Clauses(whereHint{}).Scopes(scope).Model(&firstRow{})
			require.ErrorIs(t, tx.Update("name", "b").Error, gorm.ErrMissingWhereClause)
		}
		require.NoError(t, db.Clauses(whereHint{}).Scopes(softdelete.WithTrashed).Model(&firstRow{ID: 2}).Update("name", "b").Error)
		require.NoError(t, db.Clauses(whereHint{}).Scopes(softdelete.WithTrashed).Model(&firstRow{}).Where("id = 1").Update("name", "c").Error)
		require.Equal(t, []string{"c", "b"}, tables.Column[string](t, db, "SELECT name FROM first_rows ORDER BY id"))
	})
}

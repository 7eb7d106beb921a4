package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// An operation on an association is none that a plan is of: it is refused, and not carried out unheld.
func TestExpectOnAssociations(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &testmodels.BlogUser{ID: 1})
		require.NoError(t, err)
		before := models.BlogDump(t, db)
		for name, scope := range map[string]func(*gorm.DB) *gorm.DB{"waiting": func(db *gorm.DB) *gorm.DB { return db.Scopes(softdelete.Expect(plan)) }, "called": softdelete.Expect(plan)} {
			for call, run := range map[string]func(db *gorm.DB) error{
				"clear tags": func(db *gorm.DB) error { return db.Model(&testmodels.BlogPost{ID: 1}).Association("Tags").Clear() },
				"delete tag": func(db *gorm.DB) error {
					return db.Model(&testmodels.BlogPost{ID: 1}).Association("Tags").Delete(&testmodels.BlogTag{ID: 1})
				},
				"clear posts": func(db *gorm.DB) error { return db.Model(&testmodels.BlogUser{ID: 1}).Association("Posts").Clear() },
				"clear posts unscoped": func(db *gorm.DB) error {
					return db.Model(&testmodels.BlogUser{ID: 1}).Association("Posts").Unscoped().Clear()
				},
				"append": func(db *gorm.DB) error {
					return db.Model(&testmodels.BlogUser{ID: 1}).Association("Posts").Append(&testmodels.BlogPost{ID: 50})
				},
				"replace": func(db *gorm.DB) error {
					return db.Model(&testmodels.BlogUser{ID: 1}).Association("Posts").Replace(&testmodels.BlogPost{ID: 51})
				},
			} {
				err := run(scope(db.Session(&gorm.Session{})))
				require.Error(t, err, "%s %s", name, call)
			}
		}
		require.Equal(t, before, models.BlogDump(t, db))
	})
}

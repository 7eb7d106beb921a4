package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// The plugin makes some creates and updates a unit of its own where GORM opens no transaction. A hook that panics must
// not leave that open.
func TestHookPanicInAWriteThatIsAUnit(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Strict: true}, &models.AHooked{}, &models.ATrace{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		for name, write := range map[string]struct {
			hooks []string
			run   func(tx *gorm.DB, value *models.AHooked) *gorm.DB
			id    uint
		}{
			"Save": {
				[]string{"BeforeSave", "BeforeUpdate", "AfterUpdate", "AfterSave"},
				func(tx *gorm.DB, value *models.AHooked) *gorm.DB { return tx.Save(value) }, 1,
			},
			"Update": {
				[]string{"BeforeSave", "BeforeUpdate", "AfterUpdate", "AfterSave"},
				func(tx *gorm.DB, value *models.AHooked) *gorm.DB { return tx.Model(value).Update("title", "new") }, 1,
			},
			"upsert": {
				[]string{"BeforeSave", "BeforeCreate", "AfterCreate", "AfterSave"},
				func(tx *gorm.DB, value *models.AHooked) *gorm.DB {
					return tx.Clauses(handles.OnConflict("id")).Create(value)
				}, 1,
			},
			"Revive": {
				[]string{"BeforeSave", "BeforeCreate", "AfterCreate", "AfterSave"},
				func(tx *gorm.DB, value *models.AHooked) *gorm.DB { return tx.Scopes(softdelete.Revive).Create(value) }, 4,
			},
		} {
			for _, in := range write.hooks {
				for kind, with := range failing.Handles(t, db) {
					models.TheHooked(t, db)
					before := tables.Stored(t, db, "a_hookeds", "id")
					require.PanicsWithValue(t, failing.ErrHook, func() {
						_ = with(func(tx *gorm.DB) error {
							return write.run(tx, &models.AHooked{ID: write.id, Title: "new", Run: func(hook string, _ *models.AHooked, _ *gorm.DB) error {
								if hook == in {
									panic(failing.ErrHook)
								}
								return nil
							}}).Error
						})
					})
					failing.Usable(t, db)
					require.Equal(t, before, tables.Stored(t, db, "a_hookeds", "id"), "%s, %s, %s", name, in, kind)
				}
			}
		}
	})
}

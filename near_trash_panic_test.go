package softdelete_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// The plugin makes some creates and updates a unit of its own where GORM opens no transaction. A hook that panics must
// not leave that open.
func TestHookPanicInAWriteThatIsAUnit(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{Strict: true}, &aHooked{}, &aTrace{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		for name, write := range map[string]struct {
			hooks []string
			run   func(tx *gorm.DB, value *aHooked) *gorm.DB
			id    uint
		}{
			"Save": {
				[]string{"BeforeSave", "BeforeUpdate", "AfterUpdate", "AfterSave"},
				func(tx *gorm.DB, value *aHooked) *gorm.DB { return tx.Save(value) }, 1,
			},
			"Update": {
				[]string{"BeforeSave", "BeforeUpdate", "AfterUpdate", "AfterSave"},
				func(tx *gorm.DB, value *aHooked) *gorm.DB { return tx.Model(value).Update("title", "new") }, 1,
			},
			"upsert": {
				[]string{"BeforeSave", "BeforeCreate", "AfterCreate", "AfterSave"},
				func(tx *gorm.DB, value *aHooked) *gorm.DB { return tx.Clauses(onConflict("id")).Create(value) }, 1,
			},
			"Revive": {
				[]string{"BeforeSave", "BeforeCreate", "AfterCreate", "AfterSave"},
				func(tx *gorm.DB, value *aHooked) *gorm.DB { return tx.Scopes(softdelete.Revive).Create(value) }, 4,
			},
		} {
			for _, in := range write.hooks {
				for kind, with := range handles(t, db) {
					theHooked(t, db)
					before := stored(t, db, "a_hookeds", "id")
					require.PanicsWithValue(t, errHook, func() {
						_ = with(func(tx *gorm.DB) error {
							return write.run(tx, &aHooked{ID: write.id, Title: "new", Run: func(hook string, _ *aHooked, _ *gorm.DB) error {
								if hook == in {
									panic(errHook)
								}
								return nil
							}}).Error
						})
					})
					usable(t, db)
					require.Equal(t, before, stored(t, db, "a_hookeds", "id"), "%s, %s, %s", name, in, kind)
				}
			}
		}
	})
}

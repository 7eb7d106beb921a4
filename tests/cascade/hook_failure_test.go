package cascade_test

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

func TestHookErrorUndoesAll(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		for _, verb := range failing.Verbs {
			for _, hook := range []string{verb.Before, verb.After} {
				for kind, with := range failing.Handles(t, db) {
					name := verb.Name + ", " + hook + ", " + kind
					models.TheHooked(t, db)
					before := tables.Stored(t, db, "a_hookeds", "id")
					value := models.AHooked{ID: verb.ID, Title: "mine", Run: failing.Failing(hook, func() error { return failing.ErrHook })}
					slice := []models.AHooked{{ID: verb.ID + 1}, {ID: verb.ID, Run: value.Run}}
					require.ErrorIs(t, with(func(tx *gorm.DB) error { return verb.Run(tx, &value).Error }), failing.ErrHook, name)
					require.ErrorIs(t, with(func(tx *gorm.DB) error { return verb.Run(tx, &slice).Error }), failing.ErrHook, name)
					require.Equal(t, before, tables.Stored(t, db, "a_hookeds", "id"), name)
					require.Empty(t, tables.Stored(t, db, "a_traces", "id"), name)
					if verb.Name == "delete" {
						require.Equal(t, softdelete.Tracked{}, value.Tracked, "%s: the value is as it was", name)
						require.Equal(t, softdelete.Tracked{}, slice[0].Tracked, name)
						require.Equal(t, softdelete.Tracked{}, slice[1].Tracked, name)
					}
					failing.Usable(t, db)
				}
			}
		}
	})
}

func TestHookPanicUndoesAllAndGoesOn(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		for _, verb := range failing.Verbs {
			for _, hook := range []string{verb.Before, verb.After} {
				for kind, with := range failing.Handles(t, db) {
					name := verb.Name + ", " + hook + ", " + kind
					models.TheHooked(t, db)
					before := tables.Stored(t, db, "a_hookeds", "id")
					value := models.AHooked{ID: verb.ID, Run: failing.Failing(hook, func() error { panic(failing.ErrHook) })}
					require.PanicsWithValue(t, failing.ErrHook, func() {
						_ = with(func(tx *gorm.DB) error { return verb.Run(tx, &value).Error })
					}, name)
					require.Equal(t, before, tables.Stored(t, db, "a_hookeds", "id"), name)
					require.Empty(t, tables.Stored(t, db, "a_traces", "id"), name)
					if verb.Name == "delete" {
						require.Equal(t, softdelete.Tracked{}, value.Tracked, name)
					}
					failing.Usable(t, db)
					require.EqualValues(t, 1, db.Delete(&models.AHooked{ID: 2}).RowsAffected, "%s: the handle stays usable", name)
				}
			}
		}
	})
}

func TestHookPanicCaughtInsideACallersTransaction(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		for _, verb := range failing.Verbs {
			for _, hook := range []string{verb.Before, verb.After} {
				models.TheHooked(t, db)
				before := tables.Stored(t, db, "a_hookeds", "id")
				require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
					require.Panics(t, func() {
						verb.Run(tx, &models.AHooked{ID: verb.ID, Run: failing.Failing(hook, func() error { panic(failing.ErrHook) })})
					})
					return tx.Create(&models.ATrace{ID: 99}).Error
				}))
				require.Equal(t, before, tables.Stored(t, db, "a_hookeds", "id"), "%s, %s", verb.Name, hook)
				require.Equal(t, []int{99}, tables.Column[int](t, db, "SELECT id FROM a_traces"), "%s, %s", verb.Name, hook)
			}
		}
	})
}

package race_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

type (
	anOptimisticOwner struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Name string
		softdelete.Tracked
	}
	anOptimisticPet struct {
		ID      uint `gorm:"primaryKey;autoIncrement:false"`
		OwnerID uint
		Owner   anOptimisticOwner `softdelete:"liveParent"`
		softdelete.Tracked
	}
)

// TestConflictsThatShowAtTheCommit says that where a transaction waits for nobody, and finds out at its commit what others have
// done, an operation that fails there has changed nothing: no row, no value, no report. What it has only looked at under a lock
// counts too.
func TestConflictsThatShowAtTheCommit(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		others := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &anOptimisticOwner{}, &anOptimisticPet{})
		if database.FlavourOf(others).Optimistic == "" {
			t.Skip("a transaction waits for others there")
		}
		meanwhile := func() error { return nil }
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{
			func(context.Context, *gorm.DB, softdelete.Event) error { return meanwhile() },
		}})))
		database.Optimistically(t, db)
		ways := map[string]func(run func(tx *gorm.DB) error) error{
			"its own transaction": func(run func(tx *gorm.DB) error) error { return run(db) },
			"no default transaction": func(run func(tx *gorm.DB) error) error {
				return run(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
			},
		}
		for way, with := range ways {
			models.TheNotes(t, others)
			before := [][]string{models.LiveNotes(t, others), models.TrashedNotes(t, others)}
			meanwhile = func() error { return others.Exec("UPDATE a_notes SET score = score + 1 WHERE id IN (1, 5)").Error }
			live, gone := models.ANote{ID: 1}, models.ANote{ID: 5}
			require.NoError(t, others.Unscoped().Take(&gone).Error)
			var report softdelete.Deletion
			err := with(func(tx *gorm.DB) error { return tx.Scopes(softdelete.Into(&report)).Delete(&live).Error })
			require.ErrorContains(t, err, "9007", way)
			require.False(t, live.DeletedAt.Valid, way)
			require.Zero(t, report, way)
			err = with(func(tx *gorm.DB) error { return softdelete.Restore(tx, &gone).Error })
			require.ErrorContains(t, err, "9007", way)
			require.True(t, gone.DeletedAt.Valid, way)
			err = with(func(tx *gorm.DB) error { return softdelete.Purge(tx, &gone).Error })
			require.ErrorContains(t, err, "9007", way)
			require.Equal(t, before, [][]string{models.LiveNotes(t, others), models.TrashedNotes(t, others)}, way)
		}

		meanwhile = func() error { return nil }
		require.NoError(t, others.Create(&anOptimisticOwner{ID: 1}).Error)
		err := db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Create(&anOptimisticPet{ID: 1, OwnerID: 1}).Error; err != nil {
				return err
			}
			return others.Delete(&anOptimisticOwner{ID: 1}).Error
		})
		require.ErrorContains(t, err, "9007", "the parent was looked at under a lock")
		var pets int64
		require.NoError(t, others.Unscoped().Model(&anOptimisticPet{}).Count(&pets).Error)
		require.Zero(t, pets)
	})
}

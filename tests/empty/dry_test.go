package empty_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// TestEmptyDryRun says that a dry run reports what the run then does, and does nothing: it writes no row, runs no hook and
// tells no observer.
func TestEmptyDryRun(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := models.OpenDepot(t, open, log.observe)
		for name, empty := range map[string]emptier{
			"bin": softdelete.Of[models.DepotShelf](db).Empty, "trash": models.OpenTrash(t, db).Empty,
			"part": softdelete.Of[models.DepotShelf](db).Where("id < 6").Empty, "top": softdelete.Of[models.DepotHall](db).Empty,
		} {
			for _, options := range []softdelete.EmptyOptions{{}, {BatchSize: 1}, {BatchSize: 5, Hooks: true}, {BatchSize: 2, All: true}, {MaxRows: 5, BatchSize: 1}} {
				partlyOld(t, db)
				options.OlderThan = 30 * models.Day
				options.DryRun = true
				before := dumped(t, db, depotTables...)
				dry, err := empty(t.Context(), options)
				require.NoError(t, err)
				require.True(t, dry.DryRun)
				require.Equal(t, before, dumped(t, db, depotTables...), name)
				require.Empty(t, log.take(), "%s: an observer was told", name)

				options.DryRun = false
				report := emptied(t, db, empty, options, depotTables...)
				require.Equal(t, report.Rows, dry.Rows, "%s, %+v", name, options)
				require.Equal(t, failedKeys(report), failedKeys(dry), "%s, %+v", name, options)
				for _, failed := range dry.Failed {
					require.ErrorIs(t, failed, softdelete.ErrRestricted)
				}
				if options.MaxRows == 0 {
					require.NotEmpty(t, dry.Failed, "%s, %+v", name, options)
				}
				log.take()
			}
		}
	})
}

// partlyOld is the depot furnished anew, with young rows below old ones, and a live box that holds shelf 5 and hall 2.
func partlyOld(t *testing.T, db *gorm.DB) {
	t.Helper()
	furnished(t, db)
	models.Age(t, db, "depot_shelves", 3, 2*models.Day) // goes with its hall, although it is young
	models.Age(t, db, "depot_boxes", 11, 2*models.Day)
	models.Age(t, db, "depot_boxes", 22, 2*models.Day)
	require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL WHERE id = 17").Error)
}

package empty_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// TestMoreThanATransactionTakes says that where a transaction has a bound, an operation of more changes nothing and says what to
// do, and that Empty halves its batches until they fit.
func TestMoreThanATransactionTakes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		// Without constraints the catalogue, whose query needs more room, is not read.
		config := softdelete.Config{Models: models.DepotModels, IgnoreConstraints: true}
		db := models.OpenStill(t, open, config, append([]any{&models.DepotLabel{}}, models.DepotModels...)...)
		if database.FlavourOf(db).Cramped == "" {
			t.Skip("a transaction has no bound there")
		}
		models.Boxes(t, db, 200)
		require.NoError(t, db.Exec("INSERT INTO depot_labels (id, box_id) SELECT id, id FROM depot_boxes").Error)
		before := dumped(t, db, depotTables...)
		small := open(t)
		require.NoError(t, small.Use(softdelete.New(config)))
		database.Cramp(t, small)

		err := softdelete.Purge(small.Where("1 = 1"), &models.DepotBox{}).Error
		require.ErrorContains(t, err, "model DepotBox: the purge writes more rows")
		require.ErrorContains(t, err, "8175", "and what the database says")
		require.Equal(t, before, dumped(t, db, depotTables...))
		err = small.Transaction(func(tx *gorm.DB) error {
			_, err := models.OpenTrash(t, tx).Empty(t.Context(), softdelete.EmptyOptions{All: true})
			return err
		})
		require.ErrorContains(t, err, "the purge writes more rows", "what the caller's transaction has no room for is no row's fault")
		require.Equal(t, before, dumped(t, db, depotTables...))

		report := emptied(t, db, models.OpenTrash(t, small).Empty, softdelete.EmptyOptions{All: true}, depotTables...)
		require.Empty(t, report.Failed)
		require.Equal(t, map[string]int64{"depot_boxes": 200, "depot_labels": 200}, report.Rows)
	})
}

package purge_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// purgeBeside are the ways to purge a node.
var purgeBeside = map[string]func(tx *gorm.DB, id int64) error{
	"purge": func(tx *gorm.DB, id int64) error { return softdelete.Purge(tx, &models.ZooNode{ID: id}).Error },
	"purge by condition": func(tx *gorm.DB, id int64) error {
		return softdelete.Purge(tx.Where("id = ?", id), &models.ZooNode{}).Error
	},
	"empty": func(tx *gorm.DB, id int64) error {
		bin := softdelete.Of[models.ZooNode](tx).Where("id = ?", id)
		return handles.Second(bin.Empty(context.Background(), softdelete.EmptyOptions{All: true}))
	},
	"empty, loaded": func(tx *gorm.DB, id int64) error {
		bin := softdelete.Of[models.ZooNode](tx).Where("id = ?", id)
		return handles.Second(bin.Empty(context.Background(), softdelete.EmptyOptions{All: true, Hooks: true}))
	},
}

// TestPurgeBesideARestoreBelow says that a row is not purged if, while that waits, a row that hangs on it is restored: where
// there are no foreign keys, nothing else would keep that one from losing its parent.
func TestPurgeBesideARestoreBelow(t *testing.T) {
	t.Parallel()
	for name, purge := range purgeBeside {
		for below, c := range map[string]struct {
			child any
			id    int64
			query string
		}{
			"a leaf": {&models.ZooLeaf{ID: 40}, 40, "SELECT count(*) FROM zoo_leafs c JOIN zoo_nodes p ON p.id = c.node_id WHERE c.id = 40 AND c.removed IS NULL"},
			"a node": {&models.ZooNode{ID: 40}, 20, "SELECT count(*) FROM zoo_nodes c JOIN zoo_nodes p ON p.id = c.parent_id WHERE c.id = 40 AND c.deleted_at IS NULL"},
		} {
			t.Run(name+", "+below, func(t *testing.T) {
				t.Parallel()
				db := models.PlantGrove(t, testdb.OpenerFor(t, "postgres")).Db
				require.NoError(t, db.Delete(c.child).Error)
				require.NoError(t, db.Delete(&models.ZooNode{ID: c.id}).Error)
				restoring, _ := concurrent.Session(t, db)
				require.NoError(t, softdelete.Restore(restoring, c.child).Error)
				purging, pid := concurrent.Session(t, db)
				done := concurrent.Meanwhile(t, db, pid, func() error { return purge(purging, c.id) })
				require.NoError(t, restoring.Commit().Error)
				if err := <-done; err != nil {
					require.ErrorIs(t, err, softdelete.ErrRestricted)
				}
				require.NoError(t, purging.Commit().Error)
				require.Equal(t, []int{1}, tables.Column[int](t, db, c.query), "it is live, and its parent is there")
			})
		}
	}
}

package cascade_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestConcurrentCascades deletes, restores and undoes overlapping trees at once. Nodes of the tree come back by an undo only:
// what an undo brings back while two deletes pass can end with the one, and what it hangs on with the other, as
// docs/cascades.md says; restored by itself it would leave the rest of its operation.
func TestConcurrentCascades(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		g := models.PlantGrove(t, open)
		g.Run(t, 25, "delete", "delete", "undo", "restore off the tree")
		g.CheckWhole(t)
	})
}

// TestConcurrentCascadesAndRestoresOfNodes restores nodes of the tree too. What was deleted of the other tables is whole all the same.
func TestConcurrentCascadesAndRestoresOfNodes(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		g := models.PlantGrove(t, open)
		g.Run(t, 25, "delete", "delete", "undo", "restore")
		g.CheckWhole(t, "zoo_nodes")
	})
}

// TestConcurrentDeletesOfOverlappingTrees says that deletes alone leave no live row below a trashed one.
func TestConcurrentDeletesOfOverlappingTrees(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		g := models.PlantGrove(t, open)
		g.Run(t, 4, "delete")
		g.CheckWhole(t)
		for _, table := range models.GroveTables {
			if table.Parent == "" {
				continue
			}
			mark, above := "deleted_at", "deleted_at"
			if table.Name == "zoo_leafs" {
				mark = "removed"
			}
			query := fmt.Sprintf("SELECT c.id FROM %s c JOIN %s p ON p.id = c.%s WHERE p.%s IS NOT NULL AND c.%s IS NULL", table.Name, table.Parent, table.Column, above, mark)
			require.Empty(t, tables.Column[int64](t, g.Db, query), "live rows of %s below trashed ones", table.Name)
		}
	})
}

// TestConcurrentRemovals purges and force deletes beside all else. No row is left of which the parent is gone.
func TestConcurrentRemovals(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		g := models.PlantGrove(t, open)
		g.Run(t, 20, "delete", "delete", "delete", "delete", "undo", "restore", "restore with parents", "purge", "force delete")
		for _, table := range models.GroveTables {
			g.CheckPieces(t, table.Name, table.ID)
			if table.Parent == "" {
				continue
			}
			query := fmt.Sprintf("SELECT c.id FROM %s c WHERE c.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s p WHERE p.id = c.%s)", table.Name, table.Column, table.Parent, table.Column)
			require.Empty(t, tables.Column[int64](t, g.Db, query), "rows of %s without their parent", table.Name)
		}
	})
}

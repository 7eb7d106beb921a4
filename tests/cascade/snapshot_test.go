package cascade_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// snapRoot has live rows that forbid its delete, and a tree and rows with hooks that go along with it.
type (
	snapRoot struct {
		ID     uint         `gorm:"primaryKey;autoIncrement:false"`
		Guards []snapGuard  `gorm:"foreignKey:RootID" softdelete:"restrict"`
		Nodes  []snapNode   `gorm:"foreignKey:RootID" softdelete:"cascade"`
		Hooked []snapHooked `gorm:"foreignKey:RootID" softdelete:"cascade,hooks"`
		softdelete.Tracked
	}
	snapGuard struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		RootID uint
		softdelete.Tracked
	}
	snapNode struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		RootID   *uint
		ParentID *uint
		Below    []snapNode `gorm:"foreignKey:ParentID" softdelete:"cascade"`
		Leaves   []snapLeaf `gorm:"foreignKey:NodeID" softdelete:"cascade"`
		softdelete.Timestamp
	}
	snapLeaf struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		NodeID uint
		softdelete.Timestamp
	}
	snapHooked struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		RootID uint
		softdelete.Tracked
	}
)

func (*snapHooked) BeforeDelete(*gorm.DB) error { return nil }
func (*snapHooked) BeforePurge(*gorm.DB) error  { return nil }

var snapModels = []any{&snapRoot{}, &snapGuard{}, &snapNode{}, &snapLeaf{}, &snapHooked{}}

// afterSnapshot runs something in a transaction that has read all tables before others have written to them. SQLite has one
// writer, and refuses such a transaction.
func afterSnapshot(t *testing.T, since, run func(t *testing.T, db *gorm.DB)) {
	t.Helper()
	for _, name := range []string{"postgres", "mariadb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := handles.WithPlugin(t, testdb.OpenerFor(t, name), softdelete.Config{Models: snapModels}, snapModels...)
			require.NoError(t, db.Create(&[]snapRoot{{ID: 1}, {ID: 2}}).Error)
			tx := db.Begin()
			defer tx.Rollback()
			for _, model := range snapModels {
				tables.Stored(t, tx, tables.TableOf(t, db, model), "id")
			}
			since(t, db)
			run(t, tx)
			require.NoError(t, tx.Commit().Error)
		})
	}
}

func snapRows(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, db.Create(&[]snapNode{{ID: 1, RootID: tables.Ptr[uint](1)}, {ID: 2, ParentID: tables.Ptr[uint](1)}, {ID: 3, ParentID: tables.Ptr[uint](2)}}).Error)
	require.NoError(t, db.Create(&snapLeaf{ID: 1, NodeID: 3}).Error)
	require.NoError(t, db.Create(&[]snapHooked{{ID: 1, RootID: 1}, {ID: 2, RootID: 1}}).Error)
}

// TestCascadeMeetsRowsSinceTheSnapshot says that a cascade takes along what is there when it runs, not what was there when its
// transaction began.
func TestCascadeMeetsRowsSinceTheSnapshot(t *testing.T) {
	t.Parallel()
	afterSnapshot(t, snapRows, func(t *testing.T, db *gorm.DB) {
		t.Helper()
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&snapRoot{ID: 1}).Error)
		want := map[string]int64{"snap_roots": 1, "snap_nodes": 3, "snap_leafs": 1, "snap_hookeds": 2}
		require.Equal(t, want, d.Rows)
		var back softdelete.Deletion
		back, err := softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		require.Equal(t, want, back.Rows)
		require.NoError(t, softdelete.ForceDelete(db, &snapRoot{ID: 1}).Error)
		for _, table := range []string{"snap_nodes", "snap_leafs", "snap_hookeds"} {
			require.Empty(t, tables.Stored(t, db, table, "id"), table)
		}
	})
}

// TestRestrictMeetsRowsSinceTheSnapshot says the same of what forbids a delete.
func TestRestrictMeetsRowsSinceTheSnapshot(t *testing.T) {
	t.Parallel()
	since := func(t *testing.T, db *gorm.DB) {
		t.Helper()
		require.NoError(t, db.Create(&snapGuard{ID: 1, RootID: 1}).Error)
	}
	afterSnapshot(t, since, func(t *testing.T, db *gorm.DB) {
		t.Helper()
		require.ErrorIs(t, db.Delete(&snapRoot{ID: 1}).Error, softdelete.ErrRestricted)
		require.NoError(t, db.Delete(&snapRoot{ID: 2}).Error)
	})
}

// TestRestoreMeetsTheParentSinceTheSnapshot says the same of a parent that was trashed or restored meanwhile.
func TestRestoreMeetsTheParentSinceTheSnapshot(t *testing.T) {
	t.Parallel()
	since := func(t *testing.T, db *gorm.DB) {
		t.Helper()
		snapRows(t, db)
		require.NoError(t, db.Delete(&snapRoot{ID: 1}).Error)
	}
	afterSnapshot(t, since, func(t *testing.T, db *gorm.DB) {
		t.Helper()
		require.ErrorIs(t, softdelete.Restore(db, &snapHooked{ID: 1}).Error, softdelete.ErrParentTrashed)
		require.EqualValues(t, 1, softdelete.Restore(db, &snapRoot{ID: 1}).RowsAffected)
		require.Len(t, tables.Column[int](t, db, "SELECT id FROM snap_nodes WHERE deleted_at IS NULL"), 3)
	})
}

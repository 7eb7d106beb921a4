package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// A handle that is used again does what the next call says, whatever the one
// before did.
func TestHandleForgetsItsVerb(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&handleNote{}))
		verbs := map[string]func(*gorm.DB, any, ...any) *gorm.DB{
			"restore": softdelete.Restore, "purge": softdelete.Purge, "force delete": softdelete.ForceDelete,
		}
		for name, verb := range verbs {
			require.NoError(t, db.Session(&gorm.Session{AllowGlobalUpdate: true}).Unscoped().Delete(&handleNote{}).Error)
			require.NoError(t, db.Create(&[]handleNote{{Text: "a"}, {Text: "b"}}).Error)
			handle := db.Where("1 = 1")
			require.NoError(t, verb(handle.Where("text = ?", "no such note"), &handleNote{}).Error, name)
			handle = db.Where("1 = 1").Model(&handleNote{})
			before := verb(handle, &handleNote{})
			require.NoError(t, before.Error, name)
			if name == "force delete" {
				require.EqualValues(t, 2, before.RowsAffected)
				require.NoError(t, db.Create(&[]handleNote{{Text: "c"}, {Text: "d"}}).Error)
			}
			updated := handle.Update("delete_reason", "kept")
			require.NoError(t, updated.Error, name)
			require.EqualValues(t, 2, updated.RowsAffected, name)
			deleted := handle.Delete(&handleNote{})
			require.NoError(t, deleted.Error, name)
			require.EqualValues(t, 2, deleted.RowsAffected, name)
			var n int64
			require.NoError(t, db.Model(&handleNote{}).Scopes(softdelete.OnlyTrashed).Count(&n).Error)
			require.EqualValues(t, 2, n, "%s: the delete after it trashed, and removed nothing", name)
		}
	})
}

// After a read, a handle can write, and the other way round.
func TestHandleReadsAndWritesInTurn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&handleNote{}))
		require.NoError(t, db.Create(&[]handleNote{{Text: "a"}, {Text: "b"}}).Error)
		handle := db.Model(&handleNote{}).Where("text IN ?", []string{"a", "b"})
		var notes []handleNote
		for range 2 {
			require.NoError(t, handle.Find(&notes).Error)
			require.Len(t, notes, 2)
			require.EqualValues(t, 2, handle.Update("delete_reason", "kept").RowsAffected)
			require.NoError(t, handle.Find(&notes).Error)
			deleted := handle.Delete(&handleNote{})
			require.NoError(t, deleted.Error)
			require.EqualValues(t, 2, deleted.RowsAffected)
			require.NoError(t, handle.Find(&notes).Error)
			require.Empty(t, notes)
			restored := softdelete.Restore(handle, &handleNote{})
			require.NoError(t, restored.Error)
			require.EqualValues(t, 2, restored.RowsAffected)
		}
	})
}

type handleNote struct {
	ID   uint
	Text string `gorm:"unique"`
	softdelete.Tracked
}

type handleNode struct {
	ID   uint
	Name string
	Up   *uint
	Kids []handleNode `gorm:"foreignKey:Up"`
	softdelete.Timestamp
}

// What GORM leaves on a handle after a create with associations does not make an
// upsert of the caller's own rows pass for one of associations.
func TestHandleUpsertsAfterACreateWithAssociations(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		config := testdb.Config()
		config.DisableNestedTransaction = true
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&handleNode{}))
		require.NoError(t, db.Create(&[]handleNode{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Delete(&handleNode{}, 2).Error)
		handle := db.Where("1 = 1")
		require.NoError(t, handle.Create(&handleNode{ID: 4, Kids: []handleNode{{ID: 5}}}).Error)
		err := handle.Clauses(clause.OnConflict{UpdateAll: true}).Create(&[]handleNode{{ID: 2, Name: "n"}, {ID: 6}}).Error
		require.ErrorIs(t, err, softdelete.ErrTrashed)
	})
}

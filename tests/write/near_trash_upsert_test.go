package write_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestSaveOfACompositeKeyWithAZero(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.APair{})
		require.NoError(t, db.Create(&[]models.APair{{Left: 0, Right: "p", Group: 1}, {Left: 1, Right: "p", Group: 2}}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&models.APair{}).Error)
		before := tables.Stored(t, db, "a_pairs", database.Quoted(db, `"left"`))
		require.Error(t, db.Save(&models.APair{Left: 0, Right: "p", Group: 9}).Error, "to GORM a zero in the key means a create")
		require.ErrorIs(t, db.Save(&models.APair{Left: 1, Right: "p", Group: 9}).Error, softdelete.ErrTrashed)
		require.ErrorIs(t, db.Save(&[]models.APair{{Left: 0, Right: "p", Group: 9}, {Left: 5, Right: "p"}}).Error, softdelete.ErrTrashed)
		require.Equal(t, before, tables.Stored(t, db, "a_pairs", database.Quoted(db, `"left"`)))
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&[]models.APair{{Left: 0, Right: "p", Group: 9}, {Left: 5, Right: "p", Group: 5}}).Error)
		require.Equal(t, []int{9, 5}, tables.Column[int](t, db, database.Quoted(db, `SELECT "group" FROM a_pairs WHERE deleted_at IS NULL ORDER BY "left"`)))
	})
}

func TestUpsertOnAPartialIndex(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnAddress{})
		database.LiveUnique(t, db, "live_email", "an_addresses", "email")
		require.NoError(t, db.Create(&[]models.AnAddress{{ID: 1, Email: "ana"}, {ID: 2, Email: "bob"}}).Error)
		require.NoError(t, db.Delete(&models.AnAddress{}, 1).Error)
		before := tables.Stored(t, db, "an_addresses", "id")
		conflict := handles.Assigning(handles.OnConflict("email"), "email")
		conflict.TargetWhere = clause.Where{Exprs: []clause.Expression{gorm.Expr("deleted_at IS NULL")}}
		require.NoError(t, db.Clauses(conflict).Create(&models.AnAddress{ID: 3, Email: "ana"}).Error, "a trashed row is in nobody's way there")
		require.NoError(t, db.Unscoped().Delete(&models.AnAddress{}, 3).Error)
		require.NoError(t, db.Clauses(conflict).Create(&[]models.AnAddress{{ID: 3, Email: "ana"}, {ID: 4, Email: "bob"}, {ID: 5, Email: "cyd"}}).Error)
		require.Equal(t, []int{1, 2, 3, 5}, tables.Column[int](t, db, "SELECT id FROM an_addresses ORDER BY id"))
		require.Equal(t, before, tables.Stored(t, db, "an_addresses", "id")[:2])
	})
}

func TestUpsertOnAConstraint(t *testing.T) {
	t.Parallel()
	_, db := bothHandles(t, testdb.OpenerFor(t, "postgres"), &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{})
	models.NearTrash(t, db)
	before := models.AllNear(t, db)
	conflict := clause.OnConflict{OnConstraint: "a_posts_pkey", DoUpdates: clause.AssignmentColumns([]string{"title"})}
	require.ErrorIs(t, db.Clauses(conflict).Create(&models.APost{ID: 2, Title: "new"}).Error, softdelete.ErrTrashed)
	require.ErrorIs(t, db.Clauses(conflict).Create(&[]models.APost{{ID: 1, Title: "new"}, {ID: 2, Title: "new"}}).Error, softdelete.ErrTrashed)
	require.Equal(t, before, models.AllNear(t, db))
	require.NoError(t, db.Clauses(conflict).Create(&models.APost{ID: 1, Title: "new"}).Error)
	require.Equal(t, []string{"new"}, tables.Column[string](t, db, "SELECT title FROM a_posts WHERE id = 1"))
}

func TestStructUpdatesLeaveMarkersAlone(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		stale := *notes["x"]
		require.NoError(t, softdelete.Restore(db, &models.ANote{ID: 5}).Error)
		stale.Score = 50
		require.NoError(t, db.Updates(&stale).Error)
		require.NoError(t, db.Model(&models.ANote{ID: 5}).Updates(stale).Error)
		require.NoError(t, db.Model(&models.ANote{}).Where("id = 5").Select("*").Omit("id").Updates(stale).Error)
		require.NoError(t, db.Save(&stale).Error)
		require.Equal(t, []int{50}, tables.Column[int](t, db, "SELECT score FROM a_notes WHERE id = 5 AND deleted_at IS NULL AND deleted_by IS NULL"))
		require.NoError(t, db.Model(&models.ANote{ID: 5}).Update("deleted_at", time.Now()).Error, "by name it is meant")
		require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, db))
	})
}

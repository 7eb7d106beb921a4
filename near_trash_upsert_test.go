package softdelete_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestSaveOfACompositeKeyWithAZero(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aPair{})
		require.NoError(t, db.Create(&[]aPair{{Left: 0, Right: "p", Group: 1}, {Left: 1, Right: "p", Group: 2}}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&aPair{}).Error)
		before := stored(t, db, "a_pairs", quoted(db, `"left"`))
		require.Error(t, db.Save(&aPair{Left: 0, Right: "p", Group: 9}).Error, "to GORM a zero in the key means a create")
		require.ErrorIs(t, db.Save(&aPair{Left: 1, Right: "p", Group: 9}).Error, softdelete.ErrTrashed)
		require.ErrorIs(t, db.Save(&[]aPair{{Left: 0, Right: "p", Group: 9}, {Left: 5, Right: "p"}}).Error, softdelete.ErrTrashed)
		require.Equal(t, before, stored(t, db, "a_pairs", quoted(db, `"left"`)))
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&[]aPair{{Left: 0, Right: "p", Group: 9}, {Left: 5, Right: "p", Group: 5}}).Error)
		require.Equal(t, []int{9, 5}, column[int](t, db, quoted(db, `SELECT "group" FROM a_pairs WHERE deleted_at IS NULL ORDER BY "left"`)))
	})
}

func TestUpsertOnAPartialIndex(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &anAddress{})
		liveUnique(t, db, "live_email", "an_addresses", "email")
		require.NoError(t, db.Create(&[]anAddress{{ID: 1, Email: "ana"}, {ID: 2, Email: "bob"}}).Error)
		require.NoError(t, db.Delete(&anAddress{}, 1).Error)
		before := stored(t, db, "an_addresses", "id")
		conflict := assigning(onConflict("email"), "email")
		conflict.TargetWhere = clause.Where{Exprs: []clause.Expression{gorm.Expr("deleted_at IS NULL")}}
		require.NoError(t, db.Clauses(conflict).Create(&anAddress{ID: 3, Email: "ana"}).Error, "a trashed row is in nobody's way there")
		require.NoError(t, db.Unscoped().Delete(&anAddress{}, 3).Error)
		require.NoError(t, db.Clauses(conflict).Create(&[]anAddress{{ID: 3, Email: "ana"}, {ID: 4, Email: "bob"}, {ID: 5, Email: "cyd"}}).Error)
		require.Equal(t, []int{1, 2, 3, 5}, column[int](t, db, "SELECT id FROM an_addresses ORDER BY id"))
		require.Equal(t, before, stored(t, db, "an_addresses", "id")[:2])
	})
}

func TestUpsertOnAConstraint(t *testing.T) {
	t.Parallel()
	_, db := bothHandles(t, testdb.OpenerFor(t, "postgres"), &aWriter{}, &aPost{}, &aBio{}, &aTag{})
	nearTrash(t, db)
	before := allNear(t, db)
	conflict := clause.OnConflict{OnConstraint: "a_posts_pkey", DoUpdates: clause.AssignmentColumns([]string{"title"})}
	require.ErrorIs(t, db.Clauses(conflict).Create(&aPost{ID: 2, Title: "new"}).Error, softdelete.ErrTrashed)
	require.ErrorIs(t, db.Clauses(conflict).Create(&[]aPost{{ID: 1, Title: "new"}, {ID: 2, Title: "new"}}).Error, softdelete.ErrTrashed)
	require.Equal(t, before, allNear(t, db))
	require.NoError(t, db.Clauses(conflict).Create(&aPost{ID: 1, Title: "new"}).Error)
	require.Equal(t, []string{"new"}, column[string](t, db, "SELECT title FROM a_posts WHERE id = 1"))
}

func TestStructUpdatesLeaveMarkersAlone(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		notes := theNotes(t, db)
		stale := *notes["x"]
		require.NoError(t, softdelete.Restore(db, &aNote{ID: 5}).Error)
		stale.Score = 50
		require.NoError(t, db.Updates(&stale).Error)
		require.NoError(t, db.Model(&aNote{ID: 5}).Updates(stale).Error)
		require.NoError(t, db.Model(&aNote{}).Where("id = 5").Select("*").Omit("id").Updates(stale).Error)
		require.NoError(t, db.Save(&stale).Error)
		require.Equal(t, []int{50}, column[int](t, db, "SELECT score FROM a_notes WHERE id = 5 AND deleted_at IS NULL AND deleted_by IS NULL"))
		require.NoError(t, db.Model(&aNote{ID: 5}).Update("deleted_at", time.Now()).Error, "by name it is meant")
		require.Equal(t, []string{"x", "y"}, trashedNotes(t, db))
	})
}

package delete_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

func TestDeleteSetsTheValuesOfTrashedRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		matches := func(note *models.ANote) {
			t.Helper()
			var row models.ANote
			require.NoError(t, db.Unscoped().First(&row, note.ID).Error)
			require.True(t, row.DeletedAt.Valid)
			require.True(t, row.DeletedAt.Time.Equal(note.DeletedAt.Time), "%v %v", row.DeletedAt.Time, note.DeletedAt.Time)
			require.Equal(t, row.DeletedBy, note.DeletedBy)
			require.Equal(t, row.DeleteReason, note.DeleteReason)
			require.Equal(t, row.DeletionID, note.DeletionID)
		}

		notes := models.TheNotes(t, db)
		require.NoError(t, db.WithContext(ctx).Delete(notes["a"]).Error)
		matches(notes["a"])
		require.Equal(t, "ana", *notes["a"].DeletedBy)

		was := *notes["a"]
		require.Zero(t, db.WithContext(softdelete.WithActor(ctx, "bob")).Delete(notes["a"]).RowsAffected)
		require.Equal(t, was, *notes["a"], "trashed already")
		stale := models.ANote{ID: 1, Title: "a"}
		require.Zero(t, db.Delete(&stale).RowsAffected)
		require.Equal(t, models.ANote{ID: 1, Title: "a"}, stale, "a stale value of a trashed row is left as it was")
		gone := models.ANote{ID: 99}
		require.Zero(t, db.Delete(&gone).RowsAffected)
		require.Equal(t, models.ANote{ID: 99}, gone)

		slice := []*models.ANote{{ID: 5}, notes["b"], {ID: 99}, notes["c"]}
		require.EqualValues(t, 2, db.WithContext(ctx).Delete(slice).RowsAffected)
		require.Equal(t, models.ANote{ID: 5}, *slice[0])
		require.Equal(t, models.ANote{ID: 99}, *slice[2])
		matches(notes["b"])
		matches(notes["c"])
		require.Equal(t, notes["b"].DeletionID, notes["c"].DeletionID)
		require.Equal(t, notes["b"].DeletedAt, notes["c"].DeletedAt)

		var empty models.ANote
		require.EqualValues(t, 1, db.WithContext(ctx).Where("title = ?", "d").Delete(&empty).RowsAffected)
		require.Equal(t, models.ANote{}, empty, "an empty value stands for no row")

		notes = models.TheNotes(t, db)
		require.Zero(t, db.Where("score = 7").Delete(notes["a"]).RowsAffected)
		require.False(t, notes["a"].DeletedAt.Valid)
		three := []models.ANote{*notes["a"], *notes["b"], *notes["c"]}
		require.EqualValues(t, 1, db.Where("score = 2").Delete(&three).RowsAffected)
		require.Equal(t, []bool{false, true, false}, []bool{three[0].DeletedAt.Valid, three[1].DeletedAt.Valid, three[2].DeletedAt.Valid})
		twice := []models.ANote{*notes["c"], *notes["c"]}
		require.EqualValues(t, 1, db.Delete(&twice).RowsAffected)
		require.True(t, twice[0].DeletedAt.Valid && twice[1].DeletedAt.Valid)
	})
}

func TestDeleteWithoutAFilledKeyLeavesValuesAlone(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db)
		slice := []models.ANote{{Title: "no key"}, {ID: 2}}
		require.EqualValues(t, 1, db.Delete(&slice).RowsAffected)
		require.Equal(t, models.ANote{Title: "no key"}, slice[0])
		require.True(t, slice[1].DeletedAt.Valid)
		require.Equal(t, []string{"a", "c", "d"}, models.LiveNotes(t, db))
	})
}

func TestDeleteReport(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.AStamped{})
		notes := models.TheNotes(t, db)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 42), "because")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Where("score < 4").Delete(&models.ANote{}).Error)
		var row models.ANote
		require.NoError(t, db.Unscoped().First(&row, 1).Error)
		require.Equal(t, row.DeletionID.UUID, d.ID)
		require.True(t, row.DeletedAt.Time.Equal(d.At))
		require.Equal(t, "42", d.By)
		require.Equal(t, "because", d.Reason)
		require.Equal(t, map[string]int64{"a_notes": 3}, d.Rows)
		first := d

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(notes["d"]).Error)
		require.NotEqual(t, first.ID, d.ID)
		require.Empty(t, d.By)

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(notes["d"]).Error)
		require.Equal(t, softdelete.Deletion{}, d, "no row was trashed")
		d = first
		require.Error(t, db.Scopes(softdelete.Into(&d)).Where("no_such_column = 1").Delete(&models.ANote{}).Error)
		require.Equal(t, softdelete.Deletion{}, d, "after an error")
		d = first
		require.ErrorIs(t, db.Scopes(softdelete.Into(&d)).Delete(&models.ANote{}).Error, gorm.ErrMissingWhereClause)
		require.Equal(t, softdelete.Deletion{}, d, "after an error")
		d = first
		require.Error(t, db.Scopes(softdelete.Into(&d)).Transaction(func(*gorm.DB) error { return errors.New("stop") }))

		require.NoError(t, db.Create(&models.AStamped{ID: 1}).Error)
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&models.AStamped{ID: 1}).Error)
		require.Equal(t, "42", d.By, "also for a model without a column for it")
		require.Equal(t, uuid.Version(7), d.ID.Version())
		require.Equal(t, map[string]int64{"a_stampeds": 1}, d.Rows)
		for name, run := range map[string]func(tx *gorm.DB) error{
			"permanent":          func(tx *gorm.DB) error { return tx.Unscoped().Delete(&models.ANote{}, 1).Error },
			"restore":            func(tx *gorm.DB) error { return softdelete.Restore(tx, &models.ANote{}, 5).Error },
			"read":               func(tx *gorm.DB) error { return tx.Find(&[]models.ANote{}).Error },
			"not soft-deletable": func(tx *gorm.DB) error { require.Error(t, tx.Delete(&models.ATrace{}, 1).Error); return nil },
		} {
			d = first
			require.NoError(t, run(db.Scopes(softdelete.Into(&d))), name)
			require.Equal(t, softdelete.Deletion{}, d, "%s: not what was there before", name)
		}
		require.ErrorIs(t, db.Scopes(softdelete.Into(nil)).Delete(&models.AStamped{ID: 1}).Error, gorm.ErrInvalidValue)
	})
}

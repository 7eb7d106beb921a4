package softdelete_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestDeleteSetsTheValuesOfTrashedRows(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		matches := func(note *aNote) {
			t.Helper()
			var row aNote
			require.NoError(t, db.Unscoped().First(&row, note.ID).Error)
			require.True(t, row.DeletedAt.Valid)
			require.True(t, row.DeletedAt.Time.Equal(note.DeletedAt.Time), "%v %v", row.DeletedAt.Time, note.DeletedAt.Time)
			require.Equal(t, row.DeletedBy, note.DeletedBy)
			require.Equal(t, row.DeleteReason, note.DeleteReason)
			require.Equal(t, row.DeletionID, note.DeletionID)
		}

		notes := theNotes(t, db)
		require.NoError(t, db.WithContext(ctx).Delete(notes["a"]).Error)
		matches(notes["a"])
		require.Equal(t, "ana", *notes["a"].DeletedBy)

		was := *notes["a"]
		require.Zero(t, db.WithContext(softdelete.WithActor(ctx, "bob")).Delete(notes["a"]).RowsAffected)
		require.Equal(t, was, *notes["a"], "trashed already")
		stale := aNote{ID: 1, Title: "a"}
		require.Zero(t, db.Delete(&stale).RowsAffected)
		require.Equal(t, aNote{ID: 1, Title: "a"}, stale, "a stale value of a trashed row is left as it was")
		gone := aNote{ID: 99}
		require.Zero(t, db.Delete(&gone).RowsAffected)
		require.Equal(t, aNote{ID: 99}, gone)

		slice := []*aNote{{ID: 5}, notes["b"], {ID: 99}, notes["c"]}
		require.EqualValues(t, 2, db.WithContext(ctx).Delete(slice).RowsAffected)
		require.Equal(t, aNote{ID: 5}, *slice[0])
		require.Equal(t, aNote{ID: 99}, *slice[2])
		matches(notes["b"])
		matches(notes["c"])
		require.Equal(t, notes["b"].DeletionID, notes["c"].DeletionID)
		require.Equal(t, notes["b"].DeletedAt, notes["c"].DeletedAt)

		var empty aNote
		require.EqualValues(t, 1, db.WithContext(ctx).Where("title = ?", "d").Delete(&empty).RowsAffected)
		require.Equal(t, aNote{}, empty, "an empty value stands for no row")

		notes = theNotes(t, db)
		require.Zero(t, db.Where("score = 7").Delete(notes["a"]).RowsAffected)
		require.False(t, notes["a"].DeletedAt.Valid)
		three := []aNote{*notes["a"], *notes["b"], *notes["c"]}
		require.EqualValues(t, 1, db.Where("score = 2").Delete(&three).RowsAffected)
		require.Equal(t, []bool{false, true, false}, []bool{three[0].DeletedAt.Valid, three[1].DeletedAt.Valid, three[2].DeletedAt.Valid})
		twice := []aNote{*notes["c"], *notes["c"]}
		require.EqualValues(t, 1, db.Delete(&twice).RowsAffected)
		require.True(t, twice[0].DeletedAt.Valid && twice[1].DeletedAt.Valid)
	})
}

func TestDeleteWithoutAFilledKeyLeavesValuesAlone(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		theNotes(t, db)
		slice := []aNote{{Title: "no key"}, {ID: 2}}
		require.EqualValues(t, 1, db.Delete(&slice).RowsAffected)
		require.Equal(t, aNote{Title: "no key"}, slice[0])
		require.True(t, slice[1].DeletedAt.Valid)
		require.Equal(t, []string{"a", "c", "d"}, liveNotes(t, db))
	})
}

func TestDeleteReport(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{}, &aStamped{})
		notes := theNotes(t, db)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 42), "because")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Where("score < 4").Delete(&aNote{}).Error)
		var row aNote
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
		require.Error(t, db.Scopes(softdelete.Into(&d)).Where("no_such_column = 1").Delete(&aNote{}).Error)
		require.Equal(t, softdelete.Deletion{}, d, "after an error")
		d = first
		require.ErrorIs(t, db.Scopes(softdelete.Into(&d)).Delete(&aNote{}).Error, gorm.ErrMissingWhereClause)
		require.Equal(t, softdelete.Deletion{}, d, "after an error")
		d = first
		require.Error(t, db.Scopes(softdelete.Into(&d)).Transaction(func(*gorm.DB) error { return errors.New("stop") }))

		require.NoError(t, db.Create(&aStamped{ID: 1}).Error)
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&aStamped{ID: 1}).Error)
		require.Equal(t, "42", d.By, "also for a model without a column for it")
		require.Equal(t, uuid.Version(7), d.ID.Version())
		require.Equal(t, map[string]int64{"a_stampeds": 1}, d.Rows)
		for name, run := range map[string]func(tx *gorm.DB) error{
			"permanent":          func(tx *gorm.DB) error { return tx.Unscoped().Delete(&aNote{}, 1).Error },
			"restore":            func(tx *gorm.DB) error { return softdelete.Restore(tx, &aNote{}, 5).Error },
			"read":               func(tx *gorm.DB) error { return tx.Find(&[]aNote{}).Error },
			"not soft-deletable": func(tx *gorm.DB) error { require.Error(t, tx.Delete(&aTrace{}, 1).Error); return nil },
		} {
			d = first
			require.NoError(t, run(db.Scopes(softdelete.Into(&d))), name)
			require.Equal(t, softdelete.Deletion{}, d, "%s: not what was there before", name)
		}
		require.ErrorIs(t, db.Scopes(softdelete.Into(nil)).Delete(&aStamped{ID: 1}).Error, gorm.ErrInvalidValue)
	})
}

package delete_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// aSigned has a composite key, and an actor that is no text.
type aSigned struct {
	Left      int    `gorm:"primaryKey;autoIncrement:false"`
	Right     string `gorm:"primaryKey"`
	By        *int64 `softdelete:"by"`
	Why       string `softdelete:"reason"`
	DeletedAt gorm.DeletedAt
	Next      int64 `gorm:"-"`
}

func (s *aSigned) BeforeDelete(*gorm.DB) error {
	if s.Next != 0 {
		s.By = &s.Next
	}
	return nil
}

type aSignedByID struct {
	ID        uuid.UUID `gorm:"type:uuid"`
	By        uuid.UUID `gorm:"type:uuid" softdelete:"by"`
	DeletedAt gorm.DeletedAt
	Next      uuid.UUID `gorm:"-"`
}

func (s *aSignedByID) BeforeDelete(tx *gorm.DB) error {
	if s.Next != uuid.Nil {
		tx.Statement.SetColumn("By", s.Next)
	}
	return nil
}

func TestBeforeDeleteSetsTrackingPerRowOfEachType(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		database.NeedsUUIDs(t, open)
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aSigned{}, &aSignedByID{})
		rows := []aSigned{{Left: 1, Right: "a"}, {Left: 1, Right: "b"}, {Left: 0, Right: "a"}, {Left: 2, Right: "b"}}
		require.NoError(t, db.Create(&rows).Error)
		rows[0].Next, rows[1].Next, rows[2].Next = 7, 8, 7
		ctx := softdelete.WithActor(t.Context(), 9)
		tx := db.WithContext(ctx).Delete(&rows)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 4, tx.RowsAffected)
		require.Equal(t, []int64{7, 7, 8, 9}, tables.Column[int64](t, db, database.Quoted(db, `SELECT "by" FROM a_signeds ORDER BY "left", "right"`)))
		require.Equal(t, []int64{7, 8, 7, 9}, []int64{*rows[0].By, *rows[1].By, *rows[2].By, *rows[3].By})

		a, b, c := uuid.New(), uuid.New(), uuid.New()
		people := []aSignedByID{{ID: a}, {ID: b}, {ID: c}}
		require.NoError(t, db.Create(&people).Error)
		people[0].Next, people[2].Next = b, c
		require.NoError(t, db.WithContext(softdelete.WithActor(t.Context(), a)).Delete(&people).Error)
		for i, want := range []uuid.UUID{b, a, c} {
			var row aSignedByID
			require.NoError(t, db.Unscoped().First(&row, "id = ?", people[i].ID).Error)
			require.Equal(t, want, row.By)
			require.Equal(t, want, people[i].By)
		}
	})
}

func TestHooksSeeTheirValuesMarked(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{}, &models.ANote{})
		models.TheHooked(t, db)
		notes := models.TheNotes(t, db)
		seen := map[string]bool{}
		see := func(hook string, h *models.AHooked, tx *gorm.DB) error {
			seen[hook+h.Title] = h.DeletedAt.Valid
			if hook == "BeforeDelete" {
				return tx.Delete(notes["a"]).Error
			}
			return nil
		}
		require.NoError(t, db.Delete(&[]models.AHooked{{ID: 1, Title: "1", Run: see}, {ID: 4, Title: "4", Run: see}}).Error)
		require.Equal(t, map[string]bool{"BeforeDelete1": false, "BeforeDelete4": false, "AfterDelete1": true, "AfterDelete4": false}, seen)
		require.Equal(t, []string{"b", "c", "d"}, models.LiveNotes(t, db), "a hook deletes as anyone does")
		clear(seen)
		require.NoError(t, softdelete.Restore(db, &[]models.AHooked{{ID: 4, Title: "4", Run: see, Tracked: softdelete.Tracked{DeletedAt: gorm.DeletedAt{Valid: true, Time: models.Past()}}}}).Error)
		require.Equal(t, map[string]bool{"BeforeRestore4": true, "AfterRestore4": false}, seen)

		d := softdelete.Deletion{ID: uuid.New()}
		fail := models.AHooked{ID: 2, Run: failing.Failing("AfterDelete", func() error { return failing.ErrHook })}
		require.ErrorIs(t, db.Scopes(softdelete.Into(&d)).Delete(&fail).Error, failing.ErrHook)
		require.Equal(t, softdelete.Deletion{}, d)
		rows, err := gorm.G[models.ANote](db).Scopes(softdelete.StatementScope(softdelete.Into(&d))).Where("id = ?", 2).Delete(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, rows)
		require.Equal(t, map[string]int64{"a_notes": 1}, d.Rows)
	})
}

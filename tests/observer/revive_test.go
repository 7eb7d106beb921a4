package observer_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

// TestEventsOfRevivedRows says that trashed rows that a create brings back are a restore, and new ones no event. An error of an
// observer leaves them in the trash.
func TestEventsOfRevivedRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}}, &models.ANote{})
		require.NoError(t, db.Create([]models.ANote{{ID: 1}, {ID: 2}, {ID: 3}}).Error)
		require.NoError(t, db.Delete(&models.ANote{}, []int{1, 2}).Error)
		w.Take()
		trashed := tables.Stored(t, db, "a_notes", "id")
		refused := errors.New("refused")
		w.React = func(*gorm.DB, softdelete.Event) error { return refused }
		for _, tx := range []*gorm.DB{db, db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
			require.ErrorIs(t, tx.Scopes(softdelete.Revive).Create([]models.ANote{{ID: 1}, {ID: 9}}).Error, refused)
			require.Equal(t, trashed, tables.Stored(t, db, "a_notes", "id"))
		}
		w.React = nil
		w.Take()
		require.NoError(t, db.Scopes(softdelete.Revive).Create([]models.ANote{{ID: 2}, {ID: 4}, {ID: 1}}).Error)
		require.Equal(t, []string{"restore: a_notes 1,2"}, w.Told(t))
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&models.ANote{ID: 5}).Error)
		require.Empty(t, w.Told(t))
	})
}

// TestEventsOfLinkingAgain says the same of the join row of a many-to-many pair that is linked again.
func TestEventsOfLinkingAgain(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := open(t)
		require.NoError(t, db.SetupJoinTable(&models.AClub{}, "People", &models.AMember{}))
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.Observe}})))
		require.NoError(t, db.AutoMigrate(&models.AMember{}, &models.AHuman{}, &models.AClub{}))
		require.NoError(t, db.Create(&models.AClub{ID: 1, People: []*models.AHuman{{ID: 1}, {ID: 2}}}).Error)
		people := func() *gorm.Association { return db.Model(&models.AClub{ID: 1}).Association("People") }
		require.NoError(t, people().Delete(&models.AHuman{ID: 2}))
		require.Len(t, w.Take(), 1)
		trashed := tables.Stored(t, db, "a_members", "human_id")
		refused := errors.New("refused")
		w.React = func(*gorm.DB, softdelete.Event) error { return refused }
		require.ErrorIs(t, people().Append(&models.AHuman{ID: 2}), refused)
		require.Equal(t, trashed, tables.Stored(t, db, "a_members", "human_id"))
		w.React = nil
		w.Take()
		require.NoError(t, people().Append(&models.AHuman{ID: 2}))
		events := w.Take()
		require.Len(t, events, 1)
		require.Equal(t, softdelete.OpRestore, events[0].Operation)
		require.Equal(t, "a_members", events[0].Table)
		keys, err := events[0].Keys()
		require.NoError(t, err)
		require.Len(t, keys, 1)
		require.NoError(t, people().Append(&models.AHuman{ID: 2}))
		require.Empty(t, w.Take(), "linked already")
	})
}

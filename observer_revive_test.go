package softdelete_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestEventsOfRevivedRows says that trashed rows that a create brings back are a restore, and new ones no event. An error of an
// observer leaves them in the trash.
func TestEventsOfRevivedRows(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watcher{}
		db := withPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.observe}}, &aNote{})
		require.NoError(t, db.Create([]aNote{{ID: 1}, {ID: 2}, {ID: 3}}).Error)
		require.NoError(t, db.Delete(&aNote{}, []int{1, 2}).Error)
		w.take()
		trashed := stored(t, db, "a_notes", "id")
		refused := errors.New("refused")
		w.react = func(*gorm.DB, softdelete.Event) error { return refused }
		for _, tx := range []*gorm.DB{db, db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
			require.ErrorIs(t, tx.Scopes(softdelete.Revive).Create([]aNote{{ID: 1}, {ID: 9}}).Error, refused)
			require.Equal(t, trashed, stored(t, db, "a_notes", "id"))
		}
		w.react = nil
		w.take()
		require.NoError(t, db.Scopes(softdelete.Revive).Create([]aNote{{ID: 2}, {ID: 4}, {ID: 1}}).Error)
		require.Equal(t, []string{"restore: a_notes 1,2"}, w.told(t))
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&aNote{ID: 5}).Error)
		require.Empty(t, w.told(t))
	})
}

// TestEventsOfLinkingAgain says the same of the join row of a many-to-many pair that is linked again.
func TestEventsOfLinkingAgain(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watcher{}
		db := open(t)
		require.NoError(t, db.SetupJoinTable(&aClub{}, "People", &aMember{}))
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.observe}})))
		require.NoError(t, db.AutoMigrate(&aMember{}, &aHuman{}, &aClub{}))
		require.NoError(t, db.Create(&aClub{ID: 1, People: []*aHuman{{ID: 1}, {ID: 2}}}).Error)
		people := func() *gorm.Association { return db.Model(&aClub{ID: 1}).Association("People") }
		require.NoError(t, people().Delete(&aHuman{ID: 2}))
		require.Len(t, w.take(), 1)
		trashed := stored(t, db, "a_members", "human_id")
		refused := errors.New("refused")
		w.react = func(*gorm.DB, softdelete.Event) error { return refused }
		require.ErrorIs(t, people().Append(&aHuman{ID: 2}), refused)
		require.Equal(t, trashed, stored(t, db, "a_members", "human_id"))
		w.react = nil
		w.take()
		require.NoError(t, people().Append(&aHuman{ID: 2}))
		events := w.take()
		require.Len(t, events, 1)
		require.Equal(t, softdelete.OpRestore, events[0].Operation)
		require.Equal(t, "a_members", events[0].Table)
		keys, err := events[0].Keys()
		require.NoError(t, err)
		require.Len(t, keys, 1)
		require.NoError(t, people().Append(&aHuman{ID: 2}))
		require.Empty(t, w.take(), "linked already")
	})
}

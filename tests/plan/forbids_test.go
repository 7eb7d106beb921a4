package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// A Berth needs a live pier, by the tag; a cascade does not come by it.
type Pier struct {
	ID   uint
	Name string `gorm:"size:100" softdelete:"unique"`
	softdelete.Tracked
}

type Berth struct {
	ID     uint
	PierID uint
	Pier   *Pier `softdelete:"liveParent"`
	softdelete.Tracked
}

// A trashed parent by the tag liveParent forbids a restore, and its plan says so.
func TestPlanKnowsLiveParents(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &Pier{}, &Berth{})
		require.NoError(t, db.Create(&Berth{ID: 1, Pier: &Pier{ID: 1, Name: "north"}}).Error)
		require.NoError(t, db.Delete(&Berth{ID: 1}).Error)
		plan, err := softdelete.Preview(db, softdelete.OpRestore, &Berth{ID: 1})
		require.NoError(t, err)
		models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: map[string]int64{"berths": 1}}, plan)
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&Pier{ID: 1}).Error)
		for _, scope := range [][]any{nil, {1}} {
			held := db
			if scope != nil {
				held = softdelete.RootOnly(db)
			}
			plan, err = softdelete.Preview(held, softdelete.OpRestore, &Berth{ID: 1})
			require.NoError(t, err)
			require.Equal(t, []string{"Pier"}, plan.TrashedParents)
			require.ErrorIs(t, softdelete.Restore(held, &Berth{ID: 1}).Error, softdelete.ErrParentTrashed)
		}
		var berth Berth
		require.NoError(t, db.Unscoped().Take(&berth, 1).Error)
		plan, err = softdelete.PreviewUndo(db, berth.DeletionID.UUID)
		require.NoError(t, err)
		require.Equal(t, []string{"Pier"}, plan.TrashedParents)
		_, err = softdelete.Undo(db.Scopes(softdelete.Expect(plan)), berth.DeletionID.UUID)
		require.ErrorIs(t, err, softdelete.ErrParentTrashed)

		items := []softdelete.Item{item("berths", 1), item("piers", 1)}
		plan, err = trashOf(db).Preview(t.Context(), softdelete.OpRestore, items...)
		require.NoError(t, err)
		models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: map[string]int64{"berths": 1, "piers": 1}}, plan)
		_, err = trashOf(db.Scopes(softdelete.Expect(plan))).Restore(t.Context(), items...)
		require.NoError(t, err, "the parent comes back with it")
	})
}

// A conflict is in the plan of an undo and of items, and one that has come since makes it another plan.
func TestPlanKnowsConflicts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, &Pier{}))
		var d softdelete.Deletion
		require.NoError(t, db.Create(&Pier{ID: 1, Name: "north"}).Error)
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&Pier{ID: 1}).Error)
		free, err := softdelete.PreviewUndo(db, d.ID)
		require.NoError(t, err)
		require.False(t, free.Forbidden())
		require.NoError(t, db.Create(&Pier{ID: 2, Name: "north"}).Error)
		taken, err := softdelete.PreviewUndo(db, d.ID)
		require.NoError(t, err)
		require.Len(t, taken.Conflicts, 1)
		require.Equal(t, "Pier", taken.Conflicts[0].Model)
		of, err := trashOf(db).Preview(t.Context(), softdelete.OpRestore, item("piers", 1))
		require.NoError(t, err)
		require.Equal(t, taken.Conflicts, of.Conflicts)
		_, err = softdelete.Undo(db.Scopes(softdelete.Expect(free)), d.ID)
		require.ErrorIs(t, err, softdelete.ErrPlanChanged)
		require.NotErrorIs(t, err, softdelete.ErrConflict)
		_, err = softdelete.Undo(db.Scopes(softdelete.Expect(taken)), d.ID)
		require.ErrorIs(t, err, softdelete.ErrConflict)
		_, err = trashOf(db).Restore(t.Context(), item("piers", 1))
		require.ErrorIs(t, err, softdelete.ErrConflict)
		_, err = trashOf(db).Purge(t.Context(), item("piers", 1))
		require.NoError(t, err)
		_, err = softdelete.Undo(db.Scopes(softdelete.Expect(taken)), d.ID)
		require.ErrorIs(t, err, softdelete.ErrPlanChanged, "nothing of it is left")
	})
}

// A Deck is a part of another one, and has a name of its own among the live ones.
type Deck struct {
	ID      uint   `gorm:"primaryKey;autoIncrement:false"`
	Name    string `gorm:"size:100" softdelete:"unique"`
	UpperID *uint
	Lower   []Deck `gorm:"foreignKey:UpperID" softdelete:"cascade"`
	softdelete.Tracked
}

// A row clashes with a parent of the same table that comes back with it, and its plan says so.
func TestPlanKnowsConflictsAmongWhatComesBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Deck{}}})))
		require.NoError(t, softdelete.AutoMigrate(db, &Deck{}))
		require.NoError(t, db.Create(&Deck{ID: 1, Name: "sun", Lower: []Deck{{ID: 2, Name: "boat"}}}).Error)
		require.NoError(t, db.Delete(&Deck{ID: 2}).Error)
		require.NoError(t, db.Model(&Deck{ID: 1}).Update("name", "boat").Error)
		require.NoError(t, db.Delete(&Deck{ID: 1}).Error)
		along := db.Scopes(softdelete.WithParents).Session(&gorm.Session{})
		plan, err := softdelete.Preview(along, softdelete.OpRestore, &Deck{ID: 2})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"decks": 2}, plan.Rows)
		require.Len(t, plan.Conflicts, 1)
		require.ErrorIs(t, softdelete.Restore(along.Scopes(softdelete.Expect(plan)), &Deck{ID: 2}).Error, softdelete.ErrConflict)
		of, err := trashOf(along).Preview(t.Context(), softdelete.OpRestore, item("decks", 2))
		require.NoError(t, err)
		require.Equal(t, plan.Conflicts, of.Conflicts)
	})
}

// Of a table that is not the model's own no relation is known: the plan names none, as the restore asks for none.
func TestPlanOfAnotherTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		require.NoError(t, db.Exec("CREATE TABLE old_posts AS SELECT * FROM blog_posts").Error)
		old := db.Table("old_posts").Session(&gorm.Session{})
		post := &testmodels.BlogPost{ID: 1}
		plan, err := softdelete.Preview(old, softdelete.OpRestore, post)
		require.NoError(t, err)
		models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: map[string]int64{"old_posts": 1}}, plan)
		require.NoError(t, softdelete.Restore(old.Scopes(softdelete.Expect(plan)), post).Error)
	})
}

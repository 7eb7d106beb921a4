package delete_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type aShelf struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Name  string
	Books []aBook `gorm:"foreignKey:ShelfID"`
	softdelete.Timestamp
}

type aBook struct {
	ID      uint `gorm:"primaryKey;autoIncrement:false"`
	Title   string
	ShelfID *uint
	Shelf   *aShelf
	softdelete.Tracked
}

func TestDeleteWithJoins(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aShelf{}, &aBook{})
		shelves := []aShelf{{ID: 1, Name: "one", Books: []aBook{{ID: 1, Title: "a"}, {ID: 2, Title: "b"}}}, {ID: 2, Name: "two", Books: []aBook{{ID: 3, Title: "c"}}}}
		require.NoError(t, db.Create(&shelves).Error)
		log := record.Record(t, db)
		var d softdelete.Deletion
		tx := db.Scopes(softdelete.Into(&d)).InnerJoins("Shelf").Where(database.Quoted(db, `"Shelf"."name" = ?`), "one").Delete(&aBook{})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		require.Equal(t, map[string]int64{"a_books": 2}, d.Rows)
		sent := log.Take()
		require.Equal(t, 1, record.Starting(sent, "UPDATE"))
		require.Equal(t, 1, record.Starting(sent, `UPDATE "a_books" SET`)+record.Starting(sent, "UPDATE `a_books` SET"))
		unquoted := strings.NewReplacer("`", "", `"`, "", "SELECT /*+ NO_MERGE(softdelete_rows) */ * FROM (", "").Replace(strings.Join(sent, "\n"))
		require.Contains(t, unquoted, "a_books.id IN (SELECT a_books.id FROM a_books")
		require.Equal(t, []string{"c"}, tables.Column[string](t, db, "SELECT title FROM a_books WHERE deleted_at IS NULL"))

		require.NoError(t, db.Delete(&shelves[1]).Error)
		tx = db.InnerJoins("Shelf").Where(database.Quoted(db, `"Shelf"."name" = ?`), "two").Delete(&aBook{})
		require.NoError(t, tx.Error)
		require.Zero(t, tx.RowsAffected, "a trashed shelf is not joined")
		tx = db.Unscoped().Joins("JOIN a_shelves s ON s.id = a_books.shelf_id").Where("s.name = ?", "one").Where("title = ?", "a").Delete(&aBook{}, shelves[0].Books[0].ID)
		_ = tx // GORM leaves joins out of a permanent delete; here it only must not resurrect.
		require.Equal(t, []string{"c"}, tables.Column[string](t, db, "SELECT title FROM a_books WHERE deleted_at IS NULL"))
	})
}

func TestDeleteAssociations(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aShelf{}, &aBook{})
		shelf := aShelf{ID: 1, Name: "one", Books: []aBook{{ID: 1, Title: "a"}, {ID: 2, Title: "b"}, {ID: 3, Title: "c"}, {ID: 4, Title: "d"}, {ID: 5, Title: "z"}}}
		require.NoError(t, db.Create(&shelf).Error)
		books := slices.Clone(shelf.Books)
		require.NoError(t, db.Delete(&books[4]).Error)
		trashed := func() []map[string]any {
			return tables.Without(slices.DeleteFunc(tables.Stored(t, db, "a_books", "title"), func(r map[string]any) bool { return r["title"] != "z" }))
		}
		z := trashed()
		association := func() *gorm.Association { return db.Model(&aShelf{ID: shelf.ID}).Association("Books") }
		titles := func(where string) []string {
			return tables.Column[string](t, db, "SELECT title FROM a_books WHERE "+where+" ORDER BY title")
		}
		require.NoError(t, association().Delete(&books[0], &books[4]))
		require.Equal(t, []string{"a"}, titles("shelf_id IS NULL"))
		require.NoError(t, association().Unscoped().Delete(&books[1]))
		require.Equal(t, []string{"b", "z"}, titles("deleted_at IS NOT NULL"), "a child that is soft-deletable is trashed, not destroyed")
		require.NoError(t, association().Replace(&books[2]))
		require.Equal(t, []string{"a", "d"}, titles("shelf_id IS NULL"))
		require.NoError(t, association().Clear())
		require.Equal(t, []string{"a", "c", "d"}, titles("shelf_id IS NULL"))
		require.NoError(t, association().Append(&books[2], &books[3]))
		require.NoError(t, association().Unscoped().Replace(&books[2]))
		require.Equal(t, []string{"a", "c"}, titles("deleted_at IS NULL"))
		require.NoError(t, association().Unscoped().Clear())
		require.Equal(t, []string{"a"}, titles("deleted_at IS NULL"))
		require.Equal(t, z, trashed(), "the trashed row is as it was")
		require.Len(t, tables.Stored(t, db, "a_books", "id"), 5)
	})
}

func TestDeleteReturning(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		all := models.ANote{ID: notes["a"].ID}
		require.NoError(t, db.Clauses(clause.Returning{}).Delete(&all).Error)
		if !database.FlavourOf(db).Returning {
			require.Empty(t, all.Title, "the row is trashed, and not returned")
			require.True(t, all.DeletedAt.Valid)
			return
		}
		require.Equal(t, "a", all.Title)
		require.Equal(t, 2020, all.UpdatedAt.Year())
		require.True(t, all.DeletedAt.Valid)
		require.True(t, all.DeletionID.Valid)

		some := models.ANote{ID: notes["b"].ID}
		require.NoError(t, db.Clauses(clause.Returning{Columns: []clause.Column{{Name: "score"}}}).Delete(&some).Error)
		require.Equal(t, 2, some.Score)
		require.Empty(t, some.Title)
		require.True(t, some.DeletedAt.Valid)

		trashed := models.ANote{ID: notes["x"].ID, Title: "mine"}
		require.Zero(t, db.Clauses(clause.Returning{}).Delete(&trashed).RowsAffected)
		require.Equal(t, models.ANote{ID: notes["x"].ID, Title: "mine"}, trashed)

		mixed := []models.ANote{{ID: notes["x"].ID, Title: "mine"}, {ID: notes["d"].ID}, {ID: notes["c"].ID}}
		require.EqualValues(t, 2, db.Clauses(clause.Returning{}).Delete(&mixed).RowsAffected)
		require.Len(t, mixed, 3)
		require.Equal(t, []string{"mine", "d", "c"}, []string{mixed[0].Title, mixed[1].Title, mixed[2].Title})
		require.Equal(t, []bool{false, true, true}, []bool{mixed[0].DeletedAt.Valid, mixed[1].DeletedAt.Valid, mixed[2].DeletedAt.Valid})

		models.TheNotes(t, db)
		var gone []models.ANote
		require.NoError(t, db.Clauses(clause.Returning{}).Where("score > 2").Delete(&gone).Error)
		slices.SortFunc(gone, func(a, b models.ANote) int { return a.Score - b.Score })
		require.Len(t, gone, 2)
		require.Equal(t, "c", gone[0].Title)
		require.True(t, gone[1].DeletedAt.Valid)
	})
}

func TestAssociationWritesUnderScopes(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aShelf{}, &aBook{})
		require.NoError(t, db.Create(&aShelf{ID: 1, Books: []aBook{{ID: 1, Title: "live"}, {ID: 2, Title: "trashed"}, {ID: 3, Title: "trashed too"}}}).Error)
		require.NoError(t, db.Delete(&aBook{}, []int{2, 3}).Error)
		books := func(scopes ...func(*gorm.DB) *gorm.DB) *gorm.Association {
			return db.Model(&aShelf{ID: 1}).Scopes(scopes...).Association("Books")
		}
		shelved := func() []int {
			return tables.Column[int](t, db, "SELECT id FROM a_books WHERE shelf_id = 1 ORDER BY id")
		}
		require.NoError(t, books().Delete(&aBook{ID: 2}))
		require.Equal(t, []int{1, 2, 3}, shelved(), "a trashed one is not in reach")
		require.NoError(t, books(softdelete.OnlyTrashed).Delete(&aBook{ID: 1}, &aBook{ID: 2}))
		require.Equal(t, []int{1, 3}, shelved(), "trashed ones only")
		require.NoError(t, books(softdelete.WithTrashed).Clear())
		require.Empty(t, shelved())
		require.Equal(t, []int{2, 3}, tables.Column[int](t, db, "SELECT id FROM a_books WHERE deleted_at IS NOT NULL ORDER BY id"), "no marker is changed")
	})
}

package softdelete_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	checkedAuthor struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	checkedShelf struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Flagged
	}
	checkedBook struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		AuthorID *uint
		ShelfID  uint
		Author   *checkedAuthor `softdelete:"liveParent"`
		Shelf    *checkedShelf  `softdelete:"liveParent"`
		softdelete.Timestamp
	}
	checkedLoan struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		BookID uint
		Book   checkedBook `softdelete:"liveParent"`
	}
)

func TestCheckLiveParents(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		config := testdb.Config()
		config.DisableForeignKeyConstraintWhenMigrating = true
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&checkedAuthor{}, &checkedShelf{}, &checkedBook{}, &checkedLoan{}))
		require.NoError(t, db.Create(&[]checkedAuthor{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Create(&[]checkedShelf{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Delete(&checkedAuthor{}, 2).Error)
		require.NoError(t, db.Delete(&checkedShelf{}, 2).Error)
		require.NoError(t, db.Exec("INSERT INTO checked_books (id, author_id, shelf_id) VALUES (1, 1, 0), (3, 2, 0), (4, 1, 2), (5, NULL, 0), (6, 77, 1)").Error)
		require.NoError(t, db.Exec("INSERT INTO checked_loans (id, book_id) VALUES (1, 1)").Error)
		rows := func(keys ...any) clause.Expression {
			return clause.IN{Column: clause.Column{Table: "checked_books", Name: "id"}, Values: keys}
		}
		for _, keys := range [][]any{{3}, {4}, {1, 3}, {4, 5, 6}} {
			require.ErrorIs(t, softdelete.CheckLiveParents(db, &checkedBook{}, rows(keys...)), softdelete.ErrParentTrashed, keys)
		}
		statements := 0
		require.NoError(t, db.Callback().Row().Register("count", func(*gorm.DB) { statements++ }))
		require.NoError(t, softdelete.CheckLiveParents(db, &checkedBook{}, rows(1, 5, 6, 99)))
		require.Equal(t, 2, statements, "one for each relation")
		require.NoError(t, softdelete.CheckLiveParents(db, &checkedAuthor{}, rows(1)))
		require.Equal(t, 2, statements)
		require.NoError(t, softdelete.CheckLiveParents(db, &checkedLoan{}, clause.Eq{Column: "checked_loans.id", Value: 1}))
	})
}

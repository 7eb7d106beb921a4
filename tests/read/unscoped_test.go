package read_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type unscopedBook struct {
	ID       uint
	Title    string
	ShelfID  uint
	Shelf    *unscopedShelf
	Chapters []unscopedChapter `gorm:"foreignKey:BookID"`
	softdelete.Timestamp
}

type unscopedShelf struct {
	ID   uint
	Name string
	softdelete.Timestamp
}

type unscopedChapter struct {
	ID     uint
	Title  string
	BookID uint
	softdelete.Timestamp
}

// Unscoped means no filter; a scope given beside it is not lost.
func TestUnscopedWithScopes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&unscopedShelf{}, &unscopedBook{}, &unscopedChapter{}))
		require.NoError(t, db.Create(&[]unscopedShelf{{Name: "live"}, {Name: "gone"}}).Error)
		require.NoError(t, db.Create(&[]unscopedBook{
			{Title: "live", ShelfID: 2, Chapters: []unscopedChapter{{Title: "live"}, {Title: "gone"}}}, {Title: "gone", ShelfID: 1},
		}).Error)
		require.NoError(t, db.Delete(&unscopedShelf{}, 2).Error)
		require.NoError(t, db.Delete(&unscopedBook{}, 2).Error)
		require.NoError(t, db.Delete(&unscopedChapter{}, 2).Error)
		titles := func(tx *gorm.DB) (titles []string) {
			t.Helper()
			require.NoError(t, tx.Model(&unscopedBook{}).Order("unscoped_books.id").Pluck("title", &titles).Error)
			return titles
		}
		unscoped := func(scopes ...func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Unscoped().Scopes(scopes...) }
		require.Equal(t, []string{"live", "gone"}, titles(unscoped()))
		require.Equal(t, []string{"gone"}, titles(unscoped(softdelete.OnlyTrashed)))
		require.Equal(t, []string{"live"}, titles(unscoped(softdelete.WithoutTrashed)))
		require.Equal(t, []string{"live", "gone"}, titles(unscoped(softdelete.WithTrashed)))
		require.Equal(t, []string{"gone"}, titles(unscoped(softdelete.OnlyTrashedIn(&unscopedBook{}))))
		require.Equal(t, []string{"gone"}, titles(unscoped(softdelete.TrashedBefore(time.Now().Add(time.Hour)))))

		var books []unscopedBook
		require.NoError(t, unscoped().Joins("Shelf").Order("unscoped_books.id").Find(&books).Error)
		require.Equal(t, "gone", books[0].Shelf.Name)
		require.NoError(t, unscoped(softdelete.OnlyTrashedIn(&unscopedShelf{})).InnerJoins("Shelf").Find(&books).Error)
		require.Len(t, books, 1)
		require.NoError(t, unscoped().Preload("Chapters", softdelete.OnlyTrashed).Order("id").Find(&books).Error)
		require.Len(t, books[0].Chapters, 1)
		require.Equal(t, "gone", books[0].Chapters[0].Title)

		everything := unscoped(softdelete.OnlyTrashed).Where("1 = 1").Session(&gorm.Session{})
		require.EqualValues(t, 1, everything.Model(&unscopedBook{}).Update("title", "gone too").RowsAffected)
		require.ErrorIs(t, unscoped(softdelete.OnlyTrashed).Delete(&unscopedBook{}).Error, gorm.ErrMissingWhereClause)
		require.EqualValues(t, 1, everything.Delete(&unscopedBook{}).RowsAffected, "trashed rows only")
		require.Equal(t, []string{"live"}, titles(unscoped()))
		require.EqualValues(t, 0, unscoped(softdelete.TrashedBefore(time.Now().Add(time.Hour))).Delete(&unscopedBook{}).RowsAffected)
		require.NoError(t, unscoped().Where("1 = 1").Delete(&unscopedChapter{}).Error)
		require.EqualValues(t, 1, unscoped().Delete(&unscopedBook{}, 1).RowsAffected, "without a scope, for good")
		require.Empty(t, titles(unscoped()))
	})
}

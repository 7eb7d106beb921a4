package beside

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// Shows holds all ways to read against the rows that are live.
func (w *World) Shows(t *testing.T, authors, books []uint) {
	t.Helper()
	db := w.DB.WithContext(w.Context)
	live := func(table string) (ids []uint) {
		ids = []uint{}
		require.NoError(t, w.Plain.Raw("SELECT id FROM "+table+" WHERE deleted_at IS NULL AND tenant = ? ORDER BY id", Tenant).Scan(&ids).Error)
		return ids
	}
	require.Equal(t, authors, live("authors"))
	require.Equal(t, books, live("books"))

	// Twice: a cache answers the second time.
	for range 2 {
		var found []Author
		require.NoError(t, db.Preload("Books", func(db *gorm.DB) *gorm.DB { return db.Order("id") }).Order("id").Find(&found).Error)
		ids, preloaded := []uint{}, []uint{}
		for _, a := range found {
			ids = append(ids, a.ID)
			for _, b := range a.Books {
				preloaded = append(preloaded, b.ID)
			}
		}
		require.Equal(t, authors, ids, "Find")
		require.Equal(t, books, preloaded, "Preload")

		var n int64
		require.NoError(t, db.Model(&Author{}).Where("id > ?", 0).Or("id < ?", 0).Count(&n).Error)
		require.EqualValues(t, len(authors), n, "Count")
		ids = []uint{}
		require.NoError(t, db.Model(&Book{}).Order("id").Pluck("id", &ids).Error)
		require.Equal(t, books, ids, "Pluck")
		generic, err := gorm.G[Author](w.DB).Order("id").Find(w.Context)
		require.NoError(t, err)
		require.Len(t, generic, len(authors), "gorm.G")

		var joined []Book
		require.NoError(t, db.InnerJoins("Author").Order("books.id").Find(&joined).Error)
		ids = []uint{}
		for _, b := range joined {
			ids = append(ids, b.ID)
			require.Contains(t, authors, b.Author.ID, "Joins")
		}
		require.Equal(t, books, ids, "InnerJoins")

		for id := uint(1); id <= 3; id++ {
			err := db.First(&Author{}, id).Error
			if slices.Contains(authors, id) {
				require.NoError(t, err, "First")
			} else {
				require.ErrorIs(t, err, gorm.ErrRecordNotFound, "First")
			}
		}
	}
}

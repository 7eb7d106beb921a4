package beside

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
)

// Author has books, which go along with it, and labels by a join table that keeps its rows.
type Author struct {
	ID     uint
	Name   string
	Tenant string  `gorm:"size:20"`
	Books  []Book  `softdelete:"cascade"`
	Labels []Label `gorm:"many2many:author_labels"`
	softdelete.Tracked
}

// Book is an author's.
type Book struct {
	ID       uint
	AuthorID uint
	Author   *Author
	Title    string
	Tenant   string `gorm:"size:20"`
	softdelete.Tracked
}

// Label has no marker.
type Label struct {
	ID   uint
	Name string
}

// AuthorLabel links the two.
type AuthorLabel struct {
	AuthorID uint `gorm:"primaryKey"`
	LabelID  uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

// models are those with a marker.
func models() []any { return []any{&Author{}, &Book{}, &AuthorLabel{}} }

// Tenant is whose all rows of the laws are.
const Tenant = "a"

// fill writes the rows that the laws begin with: the authors 1 and 2 are live, 3 is trashed with its book 31. The book 12 and
// the link to the label 2 were trashed by themselves.
func (w *World) fill(t *testing.T) {
	t.Helper()
	db := w.Plain
	for _, table := range []string{"authors", "books", "labels", "author_labels"} {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	author := func(id uint, name string, books ...uint) *Author {
		a := &Author{ID: id, Name: name, Tenant: Tenant}
		for _, id := range books {
			a.Books = append(a.Books, Book{ID: id, Title: "book", Tenant: Tenant})
		}
		return a
	}
	require.NoError(t, db.Create([]*Author{author(1, "ana", 11, 12), author(2, "ben", 21), author(3, "cem", 31)}).Error)
	require.NoError(t, db.Create(&[]Label{{ID: 1, Name: "new"}, {ID: 2, Name: "old"}}).Error)
	require.NoError(t, db.Create(&[]AuthorLabel{{AuthorID: 1, LabelID: 1}, {AuthorID: 1, LabelID: 2}}).Error)
	require.NoError(t, db.Delete(&Book{}, 12).Error)
	require.NoError(t, db.Delete(&Author{}, 3).Error)
	require.NoError(t, db.Where("label_id = 2").Delete(&AuthorLabel{}).Error)
}

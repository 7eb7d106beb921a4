//go:build docs

// Package gettingstarted has the world of docs/getting-started.md: the models and rows of its program.
package gettingstarted

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// User is the page's, with a length that MariaDB wants of a text in an index.
type User struct {
	ID    uint
	Name  string
	Email string `gorm:"size:200" softdelete:"unique"`
	Posts []Post `softdelete:"cascade"`
	softdelete.Tracked
}

// Post is the page's.
type Post struct {
	ID       uint
	UserID   uint
	Title    string
	Comments []Comment `softdelete:"cascade"`
	softdelete.Tracked
}

// Comment is the page's.
type Comment struct {
	ID     uint
	PostID uint
	Text   string
	softdelete.Tracked
}

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Comment{}},
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		return db.Create(&User{Name: "Ana", Email: "ana@example.com", Posts: []Post{
			{Title: "Hello", Comments: []Comment{{Text: "Welcome"}, {Text: "Buy pills"}}},
			{Title: "Goodbye", Comments: []Comment{{Text: "Stay"}}},
		}}).Error
	},
}

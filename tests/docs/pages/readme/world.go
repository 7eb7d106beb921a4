//go:build docs

// Package readme has what the calls in README.md's table run on.
package readme

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

type User struct {
	ID    uint
	Email *string `softdelete:"unique"`
	C, D  bool
	Posts []Post `softdelete:"cascade"`
	softdelete.Tracked
}

type Post struct {
	ID, UserID uint
	User       *User
	A, B       int
	Comments   []Comment `softdelete:"cascade"`
	softdelete.Tracked
}

type Comment struct {
	ID, PostID uint
	softdelete.Tracked
}

var (
	posts   []Post
	post    Post
	trashed Post
	comment Comment
	t       time.Time
	d       softdelete.Deletion
)

var models = []any{&User{}, &Post{}, &Comment{}}

// World has a user with a live and a trashed post, and one who was trashed with a post: by d.
var World = page.World{
	Bare: func(string) bool { return true },
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		posts, d, t = nil, softdelete.Deletion{}, time.Now()
		if err := db.Use(softdelete.New(softdelete.Config{Models: models})); err != nil {
			return err
		}
		if err := db.AutoMigrate(models...); err != nil {
			return err
		}
		users := []User{{Posts: []Post{{Comments: make([]Comment, 2)}, {}}}, {Posts: []Post{{}}}}
		if err := db.Create(&users).Error; err != nil {
			return err
		}
		post, trashed = users[0].Posts[0], users[0].Posts[1]
		comment = post.Comments[0]
		if err := db.Delete(&Post{}, trashed.ID).Error; err != nil {
			return err
		}
		return db.Scopes(softdelete.Into(&d)).Delete(&users[1]).Error
	},
}

//go:build docs

package deleting

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// post and posts are rows of the seed.
var (
	post  Post
	posts []Post
)

// World is what the blocks of docs/deleting.md run in.
var World = page.World{
	Models: []any{&Post{}, &Invoice{}},
	Config: func(section string) softdelete.Config {
		return softdelete.Config{Strict: section == "Find out that there was nothing to delete"}
	},
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		posts = []Post{{Title: "On tea"}, {Title: "Draft on rain", Draft: true}}
		if err := db.Create(&posts).Error; err != nil {
			return err
		}
		post = posts[0]
		trashed := Post{Title: "On sleep"}
		if err := db.Create(&trashed).Error; err != nil {
			return err
		}
		return db.Delete(&trashed).Error
	},
}

//go:build docs

package errors // of docs/errors.md

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// user has one post.
var (
	user User
	post Post
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Invoice{}, &Comment{}, &Folder{}, &File{}, &Setting{}},
	Config: func(section string) (config softdelete.Config) {
		if section == "ErrRawSQL" {
			config.RawSQL = softdelete.RawRefuse
		}
		return config
	},
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		user = User{Email: "ana@example.com", Posts: []Post{{Title: "Tea"}}}
		if err := db.Create(&user).Error; err != nil {
			return err
		}
		post = user.Posts[0]
		if section == "" {
			return db.Delete(&user).Error
		}
		return nil
	},
}

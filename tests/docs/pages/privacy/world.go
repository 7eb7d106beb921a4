//go:build docs

package privacy // of docs/privacy.md

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// user is who asks for it, with two posts, one of them in the trash.
var user User

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}},
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		user = User{Name: "Ana", Posts: []Post{{Title: "Tea"}, {Title: "Rain"}}}
		if err := db.Create(&user).Error; err != nil {
			return err
		}
		return db.Delete(&user.Posts[1]).Error
	},
}

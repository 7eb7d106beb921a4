//go:build docs

package plans

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// World is what the blocks of docs/plans.md run in: a user with two posts and two comments.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Comment{}},
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		return db.Create(&User{Name: "Ana", Email: "ana@example.com", Posts: []Post{
			{Title: "On tea", Comments: []Comment{{Text: "good"}, {Text: "bad"}}}, {Title: "On rain"},
		}}).Error
	},
}

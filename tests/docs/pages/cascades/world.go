//go:build docs

package cascades

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// World is what the blocks of docs/cascades.md run in: a user with two posts and two comments, another with an invoice, and one
// of each other model.
var World = page.World{
	Models: []any{
		&User{}, &Post{}, &Comment{}, &Invoice{}, &Article{}, &Tag{}, &ArticleTag{}, &Category{}, &Order{}, &Line{}, &Author{}, &Book{},
	},
	Bare: bare,
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if bare(section) {
			return nil
		}
		return errors.Join(
			db.Create(&[]User{
				{Name: "Ana", Posts: []Post{{Title: "On tea", Comments: []Comment{{Text: "good"}, {Text: "bad"}}}, {Title: "On rain"}}},
				{Name: "Ben", Invoices: []Invoice{{}}},
			}).Error,
			db.Create(&Article{Tags: []Tag{{Name: "tea"}}}).Error,
			db.Create(&Category{Children: []Category{{}}}).Error,
			db.Create(&Order{Lines: []Line{{}, {}}}).Error,
			db.Create(&Author{Books: []Book{{}}}).Error,
		)
	},
}

func bare(section string) bool {
	return section == "List all of your models" || section == "What only the database does"
}

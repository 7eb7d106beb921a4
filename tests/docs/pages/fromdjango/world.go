//go:build docs

// Package fromdjango has the world of docs/from-django.md.
package fromdjango

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

var (
	author        Author
	article, gone Article
	found         Article
	articles      []Article
	authors       []Author
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Author{}, &Article{}, &Entry{}},
	Bare:   func(section string) bool { return section == "Set it up" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section == "Set it up" {
			return nil
		}
		articles, authors, found = nil, nil, Article{}
		author = Author{Name: "Ana", Posts: []Article{{Title: "x"}, {Title: "y"}}}
		if err := db.Create(&author).Error; err != nil {
			return err
		}
		article = author.Posts[0]
		if section != "Your calls" {
			return nil
		}
		gone = Article{AuthorID: 1, Title: "z"}
		if err := db.Create(&gone).Error; err != nil {
			return err
		}
		if err := db.Delete(&gone).Error; err != nil {
			return err
		}
		ben := Author{Name: "Ben"}
		if err := db.Create(&ben).Error; err != nil {
			return err
		}
		return db.Delete(&ben).Error
	},
}

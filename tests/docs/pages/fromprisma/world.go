//go:build docs

// Package fromprisma has the world of docs/from-prisma.md.
package fromprisma

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

var (
	comment  Comment
	comments []Comment
	posts    []Post
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Post{}, &Comment{}, &Photo{}},
	Bare:   func(section string) bool { return section == "Set it up" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section == "Set it up" {
			return nil
		}
		comment, comments, posts = Comment{}, nil, nil
		if err := db.Create(&Post{Slug: "hello", Comments: []Comment{{Content: "foo"}, {Content: "bar"}}}).Error; err != nil {
			return err
		}
		if section != "Your calls" {
			return nil
		}
		gone := Comment{PostID: 1, Content: "baz"}
		if err := db.Create(&gone).Error; err != nil {
			return err
		}
		return db.Delete(&gone).Error
	},
}

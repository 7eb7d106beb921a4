//go:build docs

// Package neighbours has the world of docs/neighbours.md.
package neighbours

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// Post has comments, which go along with it.
type Post struct {
	ID       uint
	Comments []Comment `softdelete:"cascade"`
	softdelete.Tracked
}

// Comment is one on a post.
type Comment struct {
	ID     uint
	PostID uint
	softdelete.Tracked
}

// quiet is another plugin.
type quiet struct{}

func (quiet) Name() string              { return "quiet" }
func (quiet) Initialize(*gorm.DB) error { return nil }

var (
	models = []any{&Post{}, &Comment{}, &Note{}}
	other  quiet
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: models,
	Bare:   func(section string) bool { return section == "" },
	Config: func(section string) softdelete.Config {
		if section == "Result caches" {
			return softdelete.Config{Observers: []softdelete.Observer{noteTables}}
		}
		return softdelete.Config{}
	},
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section == "" {
			return nil
		}
		if err := db.Create(&[]Note{{Tenant: "a"}, {Tenant: "b"}}).Error; err != nil {
			return err
		}
		return db.Create(&Post{Comments: []Comment{{}}}).Error
	},
}

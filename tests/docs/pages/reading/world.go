//go:build docs

package reading

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// What the blocks read into, and the seed's post.
var (
	posts    []Post
	comments []Comment
	count    int64
	maps     []map[string]any
	post     = Post{ID: 1}
)

// cache is a plugin that does nothing.
var cache gorm.Plugin = plugin{}

type plugin struct{}

func (plugin) Name() string { return "cache" }

func (plugin) Initialize(*gorm.DB) error { return nil }

// World is what the blocks of docs/reading.md run in: a post with a live comment and a trashed one, and a trashed post.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Comment{}},
	Bare:   bare,
	Seed: func(ctx context.Context, db *gorm.DB, section string) error {
		if bare(section) {
			return nil
		}
		posts, comments, maps = nil, nil, nil
		author := User{Name: "Ana"}
		return errors.Join(
			db.Create(&Post{Title: "On tea", Author: author, Comments: []Comment{{Text: "good"}, {Text: "bad"}}}).Error,
			db.Create(&Post{Title: "On rain", Author: author}).Error,
			db.Delete(&Comment{}, 2).Error,
			db.WithContext(softdelete.WithActor(ctx, "ana")).Delete(&Post{}, 2).Error,
		)
	},
}

func bare(section string) bool { return section == "Beside other plugins" }

//go:build docs

// Package databases has the world of docs/databases.md.
package databases

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// Comment is any model.
type Comment struct {
	ID uint
	softdelete.Tracked
}

var (
	models = []any{&Comment{}}
	trash  *softdelete.Trash
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: models,
	Seed: func(_ context.Context, db *gorm.DB, _ string) (err error) {
		trash, err = softdelete.OpenTrash(db)
		return err
	},
}

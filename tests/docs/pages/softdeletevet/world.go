//go:build docs

package softdeletevet // of docs/softdeletevet.md

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Post{}},
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		return db.Create(&Post{Title: "Tea"}).Error
	},
}

//go:build docs

package observers // of docs/observers.md

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}, &OutboxMessage{}},
	Config: func(string) softdelete.Config {
		return softdelete.Config{Observers: []softdelete.Observer{enqueue}}
	},
	Bare: func(section string) bool { return section == "An audit log" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section != "An outbox" {
			return nil
		}
		return db.Create(&User{Name: "Ben", Posts: []Post{{Title: "Tea"}, {Title: "Rain"}}}).Error
	},
}

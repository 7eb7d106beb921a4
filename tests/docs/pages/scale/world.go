//go:build docs

// Package scale has the world of docs/scale.md.
package scale

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// id is the key of an order.
const id = "01a2254b-8793-720e-bf13-254aa9205c8c"

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Order{}, &Line{}},
	Bare:   func(section string) bool { return section == "Laying out tables by tenant" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section != "Limits" {
			return nil
		}
		return db.Create(&Order{TenantID: 7, ID: id, Lines: []Line{{ID: id, Product: "pen"}}}).Error
	},
}

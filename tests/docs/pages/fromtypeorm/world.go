//go:build docs

// Package fromtypeorm has the world of docs/from-typeorm.md.
package fromtypeorm

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

var (
	user, gone, found User
	users             []User
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Account{}},
	Bare:   func(section string) bool { return section == "Set it up" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section == "Set it up" {
			return nil
		}
		rows := []User{{FirstName: "Ana", Email: "a", Posts: []Post{{Title: "1"}, {Title: "2"}}}, {FirstName: "Jake", Email: "b"}}
		if err := db.Create(&rows).Error; err != nil {
			return err
		}
		user, users, found, gone = rows[0], nil, User{}, User{FirstName: "Ben", Email: "c"}
		if err := db.Create(&gone).Error; err != nil {
			return err
		}
		return db.Delete(&gone).Error
	},
}

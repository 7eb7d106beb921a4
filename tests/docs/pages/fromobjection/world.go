//go:build docs

// Package fromobjection has the world of docs/from-objection.md.
package fromobjection

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

var (
	user   User
	found  User
	users  []User
	groups []Group
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Group{}, &User{}, &Phone{}},
	Bare:   func(section string) bool { return section == "Set it up" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section == "Set it up" {
			return nil
		}
		users, groups, found = nil, nil, User{}
		group := Group{Name: "staff", Users: []User{{Name: "Ana"}, {Name: "Ben"}}}
		if err := db.Create(&group).Error; err != nil {
			return err
		}
		user = group.Users[0]
		if section != "Your calls" {
			return nil
		}
		gone := User{GroupID: 1, Name: "Cleo"}
		if err := db.Create(&gone).Error; err != nil {
			return err
		}
		return db.Delete(&gone).Error
	},
}

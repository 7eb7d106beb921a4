//go:build docs

// Package fromsoftdelete has the world of docs/from-soft-delete.md.
package fromsoftdelete

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

var (
	user  User
	users []User
	t     time.Time
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}},
	Bare:   func(section string) bool { return section == "In two minutes" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section == "In two minutes" {
			if err := db.AutoMigrate(&User{}); err != nil {
				return err
			}
		}
		rows := []User{{Name: "Ana"}, {Name: "Ben"}}
		if err := db.Create(&rows).Error; err != nil {
			return err
		}
		user, users, t = User{}, nil, time.Now()
		if !strings.HasPrefix(section, "What you wrote") {
			return nil
		}
		if err := db.Delete(&rows[0]).Error; err != nil {
			return err
		}
		return db.Unscoped().First(&user, 1).Error
	},
}

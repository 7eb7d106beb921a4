//go:build docs

// Package fromgorm has the world of docs/from-gorm.md.
package fromgorm

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

// bare are the sections in which the page registers the plugin.
func bare(section string) bool {
	return section == "In two minutes" || section == "The first thing to decide"
}

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Session{}},
	Bare:   bare,
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if bare(section) {
			if err := db.AutoMigrate(&User{}, &Session{}); err != nil {
				return err
			}
		}
		rows := []User{{Name: "Ana", Email: "ana@example.com", Sessions: []Session{{Device: "phone"}, {Device: "desk"}}}, {Name: "Ben", Email: "ben@example.com"}}
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

//go:build docs

// Package rawsql has the world of docs/raw-sql.md.
package rawsql

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

var (
	users []User
	posts []Post
	maps  []map[string]any
	n     int64
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Flag{}, &Unix{}},
	Bare:   func(section string) bool { return section == "Find what is not filtered" },
	Config: func(section string) (config softdelete.Config) {
		if section == "Say that it is meant" {
			config.RawSQL = softdelete.RawRefuse
		}
		return config
	},
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		users, posts, maps = nil, nil, nil
		if section == "Find what is not filtered" {
			return nil
		}
		return db.Create(&User{Email: "ana@example.com", Posts: []Post{{Title: "one"}, {Title: "two"}}}).Error
	},
}

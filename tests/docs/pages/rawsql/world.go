//go:build docs

// Package rawsql has the world of docs/raw-sql.md.
package rawsql

import (
	"context"

	"gorm.io/gorm"

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
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		users, posts, maps = nil, nil, nil
		return db.Create(&User{Email: "ana@example.com", Posts: []Post{{Title: "one"}, {Title: "two"}}}).Error
	},
}

//go:build docs

// Package comparison has the world of docs/comparison.md: GORM alone, but for the sections that say otherwise.
package comparison

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// Author is what posts are by.
type Author struct {
	ID        uint
	Name      string
	DeletedAt gorm.DeletedAt
}

// Post is what the page deletes.
type Post struct {
	ID        uint
	Title     string
	AuthorID  uint
	Author    *Author
	DeletedAt gorm.DeletedAt
}

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Author{}, &Post{}},
	Bare:   func(section string) bool { return !strings.Contains(section, "with softdelete") },
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		if err := db.AutoMigrate(&Author{}, &Post{}); err != nil {
			return err
		}
		return db.Create(&Post{Title: "Hello", Author: &Author{Name: "Ana"}}).Error
	},
}

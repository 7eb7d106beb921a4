//go:build docs

// Package performance has the world of docs/performance.md.
package performance

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// Root has children, and these have some of their own.
type Root struct {
	ID       uint
	Batch    int
	Children []Child `softdelete:"cascade"`
	softdelete.Tracked
}

// Child is one of a root's.
type Child struct {
	ID     uint
	RootID uint
	Grand  []Grand `softdelete:"cascade"`
	softdelete.Tracked
}

// Grand is one of a child's.
type Grand struct {
	ID      uint
	ChildID uint
	softdelete.Tracked
}

// Folder has files.
type Folder struct {
	ID    uint
	Files []File `softdelete:"cascade"`
	softdelete.Tracked
}

// File is one in a folder.
type File struct {
	ID       uint
	FolderID uint
	softdelete.Tracked
}

var (
	article     Article
	articles    []Article
	id          uint = 1
	slug, after      = "one", ""
	trash       *softdelete.Trash
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Article{}, &Root{}, &Child{}, &Grand{}, &Folder{}, &File{}},
	Seed: func(_ context.Context, db *gorm.DB, _ string) (err error) {
		article = Article{}
		if trash, err = softdelete.OpenTrash(db); err != nil {
			return err
		}
		if err := db.Create(&Article{AuthorID: 1, Slug: "one"}).Error; err != nil {
			return err
		}
		return db.Create(&Root{Batch: 1, Children: []Child{{Grand: []Grand{{}, {}}}}}).Error
	},
}

//go:build docs

// Package faults has the world of the page by which the test is tested.
package faults

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Post{}, &Shelf{}, &Book{}},
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		return errors.Join(db.Create(&[]Post{{ID: 1, Title: "a"}, {ID: 2, Title: "b"}}).Error, db.Create(&Shelf{Books: []Book{{}}}).Error)
	},
}

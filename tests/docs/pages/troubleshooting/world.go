//go:build docs

// Package troubleshooting has the world of docs/troubleshooting.md.
package troubleshooting

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// models are those of one section alone.
var models = map[string][]any{
	"My e-mail is taken":    {&Account{}},
	"Undo says ambiguous":   {&Folder{}, &File{}},
	"A foreign key refuses": {&Customer{}, &Bill{}},
}

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Comment{}},
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if err := softdelete.AutoMigrate(db, models[section]...); err != nil {
			return err
		}
		return db.Create(&User{Email: "ana@example.com", Posts: []Post{
			{Title: "Hello", Comments: []Comment{{Text: "one"}, {Text: "two"}}},
			{Title: "Bye"},
		}}).Error
	},
}

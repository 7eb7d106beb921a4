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

const twins = "AutoMigrate says that live rows agree"

// openTwins makes two live users with one e-mail, as GORM alone lets them be made.
func openTwins(db *gorm.DB) error {
	if err := db.AutoMigrate(&User{}, &Post{}, &Comment{}); err != nil {
		return err
	}
	if err := db.Create(&[]User{{Email: "ana@example.com"}, {Email: "ana@example.com"}}).Error; err != nil {
		return err
	}
	return db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}, &Post{}, &Comment{}}}))
}

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Comment{}},
	Bare:   func(section string) bool { return section == twins },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if more := models[section]; more != nil {
			if err := softdelete.AutoMigrate(db, more...); err != nil {
				return err
			}
		}
		if section == twins {
			return openTwins(db)
		}
		return db.Create(&User{Email: "ana@example.com", Posts: []Post{
			{Title: "Hello", Comments: []Comment{{Text: "one"}, {Text: "two"}}},
			{Title: "Bye"},
		}}).Error
	},
}

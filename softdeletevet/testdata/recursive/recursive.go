package recursive // want package:"tables .*posts.*"

import (
	"example.com/shop/models"
	"gorm.io/gorm"
)

// Types that are made of themselves have no end to look for.
type (
	tree     []tree
	settings map[string]settings
	chain    struct{ *chain }
	left     struct{ *right }
	right    struct{ *left }
	params   struct {
		*params
		Limit int
	}
)

type Knot struct {
	ID uint
	chain
	Left *left
	gorm.Model
	*Knot
}

func use(db *gorm.DB, t tree, s settings, p params) {
	db.Find(&t)
	db.Find(&s)
	db.Find(&chain{})
	db.Where(t).Where(s).Table("posts").Count(new(int64))
	db.Unscoped().Preload("Left").Find(&Knot{})                  // want `^SD001`
	db.Raw("SELECT * FROM posts WHERE x = ? AND ?", s).Row()     // want `^SD003`
	db.Raw("SELECT * FROM posts WHERE x = ? AND ?", t).Row()     // want `^SD003`
	db.Raw("SELECT * FROM posts WHERE x = ? AND @live", p).Row() // want `^SD003`
	db.Find(&models.Post{})
}

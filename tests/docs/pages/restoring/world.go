//go:build docs

package restoring

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// Invoice has the hooks that the page shows.
type Invoice struct {
	ID uint
	softdelete.Tracked
}

func say(what string) error {
	fmt.Println(what)
	return nil
}

// Rows of the seed, and a time.
var (
	post      = Post{ID: 1}
	posts     = []Post{{ID: 1}, {ID: 2}}
	lastMonth = time.Now().AddDate(0, -1, 0)
)

// World is what the blocks of docs/restoring.md run in: a user with two posts and two comments. The posts are in the trash
// where the page is about the forms of a verb.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Comment{}, &Invoice{}},
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		user := User{Name: "Ana", Email: "ana@example.com", Posts: []Post{
			{Title: "On tea", Comments: []Comment{{Text: "good"}, {Text: "bad"}}}, {Title: "On rain"},
		}}
		if err := db.Create(&user).Error; err != nil {
			return err
		}
		if err := db.Create(&Invoice{}).Error; err != nil {
			return err
		}
		if section == "Restore" || section == "Purge" {
			return db.Delete(&Post{}, []int{1, 2}).Error
		}
		return nil
	},
}

//go:build docs

package writing

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// Tag has a name that no other live one has.
type Tag struct {
	ID   uint
	Name string `softdelete:"unique"`
	softdelete.Tracked
}

// user is the seed's.
var user User

// World is what the blocks of docs/writing.md run in: a user with a post, a tag, two articles,
// a reader with a role, and a project with a task of each of two members.
var World = page.World{
	Models: []any{&User{}, &Post{}, &Tag{}, &Article{}, &Comment{}, &Reader{}, &Role{}, &ReaderRole{}, &Project{}, &Member{}, &Task{}},
	Seed: func(_ context.Context, db *gorm.DB, _ string) error {
		user = User{Name: "Ana", Email: "ana@example.com", Posts: []Post{{Title: "On tea"}}}
		return errors.Join(
			db.Create(&user).Error,
			db.Create(&Tag{Name: "old"}).Error,
			db.Create(&[]Article{{}, {}}).Error,
			db.Create(&Reader{Roles: []Role{{Name: "editor"}}}).Error,
			db.Create(&[]Member{{}, {}}).Error,
			db.Create(&Project{Tasks: []Task{{MemberID: 1}, {MemberID: 2}}}).Error,
		)
	},
}

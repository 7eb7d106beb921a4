package main

import (
	"context"
	"fmt"
	"github.com/glebarez/sqlite"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
)

type User struct {
	ID    uint
	Email string `softdelete:"unique"`  // among live users
	Posts []Post `softdelete:"cascade"` // deleted along, and back along
	softdelete.Tracked
}
type Post struct {
	ID, UserID uint
	Comments   []Comment `softdelete:"cascade"`
	softdelete.Tracked
}
type Comment struct {
	ID, PostID uint
	softdelete.Tracked
}

func main() { // errors are left out
	db, _ := gorm.Open(sqlite.Open("file:blog?mode=memory&cache=shared"))
	db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}, &Post{}, &Comment{}}}))
	softdelete.AutoMigrate(db)
	db.Create(&User{Email: "ana@x.org", Posts: []Post{{Comments: make([]Comment, 3)}, {}}})
	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "bob"), "spam")
	db.WithContext(ctx).Delete(&User{}, 1)
	trashed, _ := softdelete.Of[User](db).Find(ctx)
	fmt.Println(trashed[0].Email, "was deleted by", *trashed[0].DeletedBy, "for", *trashed[0].DeleteReason)
	undone, _ := softdelete.Undo(db, trashed[0].DeletionID.UUID)
	db.Delete(&User{}, 1)
	fmt.Println("undone:", undone.Rows, "and the e-mail is free:", db.Create(&User{Email: "ana@x.org"}).Error == nil)
}

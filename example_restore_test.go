package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What went along with a row comes back with it. A comment that was trashed before, by itself, stays in the trash.
func ExampleRestore() {
	type Comment struct {
		ID, PostID uint
		softdelete.Tracked
	}
	type Post struct {
		ID       uint
		Comments []Comment `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}}))
	_ = softdelete.AutoMigrate(db)
	post := Post{Comments: []Comment{{}, {}, {}}}
	db.Create(&post)
	db.Delete(&Comment{}, 1)
	db.Delete(&post)

	tx := softdelete.Restore(db, &post) // or (db, &Post{}, 1), or (db.Where(…), &Post{})
	fmt.Println("posts:", tx.RowsAffected, "trashed:", post.DeletedAt.Valid, tx.Error)

	var comments int64
	db.Model(&Comment{}).Count(&comments)
	fmt.Println("comments:", comments)
	// Output:
	// posts: 1 trashed: false <nil>
	// comments: 2
}

package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// SQL by hand is not filtered by itself: Live is the condition to put into it.
func ExampleLive() {
	type Comment struct {
		ID, PostID uint
		softdelete.Timestamp
	}
	type Post struct {
		ID       uint
		Comments []Comment
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Post{{Comments: []Comment{{}, {}}}, {Comments: []Comment{{}}}})
	db.Delete(&Comment{}, 3)

	var posts []Post
	db.Joins("JOIN comments c ON c.post_id = posts.id AND ?", softdelete.Live(&Comment{}, "c")).Distinct().Find(&posts)
	fmt.Println("posts with comments:", len(posts))

	var n int
	db.Raw("SELECT count(*) FROM comments WHERE ?", softdelete.Live(&Comment{}, "")).Scan(&n)
	fmt.Println("comments:", n)
	// Output:
	// posts with comments: 1
	// comments: 2
}

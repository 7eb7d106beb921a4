package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A trashed comment shows up below a live post: what is named is shown wherever it stands, in joins and preloads too.
func ExampleWithTrashedIn() {
	type Comment struct {
		ID, PostID uint
		Text       string
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
	db.Create(&Post{Comments: []Comment{{Text: "good"}, {Text: "bad"}}})
	db.Delete(&Comment{}, 2)

	var post Post
	db.Preload("Comments").First(&post)
	fmt.Println("comments:", len(post.Comments))

	post = Post{}
	db.Scopes(softdelete.WithTrashedIn(&Comment{})).Preload("Comments").First(&post)
	fmt.Println("comments:", len(post.Comments))
	// Output:
	// comments: 1
	// comments: 2
}

// Only the comments that are in the trash, of posts that are not.
func ExampleOnlyTrashedIn() {
	type Comment struct {
		ID, PostID uint
		Text       string
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
	db.Create(&Post{Comments: []Comment{{Text: "good"}, {Text: "bad"}}})
	db.Delete(&Comment{}, 2)

	var post Post
	db.Scopes(softdelete.OnlyTrashedIn(&Comment{})).Preload("Comments").First(&post)
	fmt.Println(post.Comments[0].Text)
	// Output: bad
}

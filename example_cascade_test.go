package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Children go along, level by level: by a tag, or by the constraint that is declared anyway.
func Example_cascade() {
	type Comment struct {
		ID, PostID uint
		softdelete.Tracked
	}
	type Post struct {
		ID, UserID uint
		Comments   []Comment `gorm:"constraint:OnDelete:CASCADE"` // needs no tag
		softdelete.Tracked
	}
	type User struct {
		ID    uint
		Posts []Post `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}, &Post{}, &Comment{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]User{{Posts: []Post{{Comments: []Comment{{}, {}}}}}, {Posts: []Post{{}}}})

	var d softdelete.Deletion
	err := db.Scopes(softdelete.Into(&d)).Delete(&User{}, 1).Error
	fmt.Println(d.Rows, err)
	// Output: map[comments:2 posts:1 users:1] <nil>
}

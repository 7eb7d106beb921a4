package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// No comment can be written below a post that is in the trash.
func Example_liveParent() {
	type Post struct {
		ID uint
		softdelete.Timestamp
	}
	type Comment struct {
		ID, PostID uint
		Post       *Post `softdelete:"liveParent"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Post{{}, {}})
	db.Delete(&Post{}, 2)

	fmt.Println(db.Create(&Comment{PostID: 1}).Error)
	err := db.Create(&Comment{PostID: 2}).Error
	fmt.Println(errors.Is(err, softdelete.ErrParentTrashed))
	// Output:
	// <nil>
	// true
}

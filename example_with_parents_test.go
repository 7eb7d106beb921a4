package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A row that went along with its parent does not come back alone, unless that is meant.
func ExampleWithParents() {
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
	db.Create(&Post{Comments: []Comment{{}, {}}})
	db.Delete(&Post{}, 1)

	err := softdelete.Restore(db, &Comment{}, 1).Error
	fmt.Println("its parent is trashed:", errors.Is(err, softdelete.ErrParentTrashed))

	err = softdelete.Restore(db.Scopes(softdelete.WithParents), &Comment{}, 1).Error
	var posts, comments int64
	db.Model(&Post{}).Count(&posts)
	db.Model(&Comment{}).Count(&comments)
	fmt.Println("with its parent:", posts, "post,", comments, "comment", err)
	// Output:
	// its parent is trashed: true
	// with its parent: 1 post, 1 comment <nil>
}

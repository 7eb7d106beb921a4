package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A declared constraint cascades by default. Under IgnoreConstraints the tags of this package alone count.
func ExampleConfig_ignoreConstraints() {
	type Comment struct {
		ID, PostID uint
		softdelete.Timestamp
	}
	type Post struct {
		ID       uint
		Comments []Comment `gorm:"constraint:OnDelete:CASCADE"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}, IgnoreConstraints: true}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Post{Comments: []Comment{{}, {}}})

	var d softdelete.Deletion
	err := db.Scopes(softdelete.Into(&d)).Delete(&Post{}, 1).Error
	fmt.Println(d.Rows, err)
	// Output: map[posts:1] <nil>
}

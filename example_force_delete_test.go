package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A force delete removes rows for good, live or trashed, with what hangs on them.
func ExampleForceDelete() {
	type Comment struct {
		ID, PostID uint
		softdelete.Timestamp
	}
	type Post struct {
		ID       uint
		Comments []Comment `softdelete:"cascade"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Post{Comments: []Comment{{}, {}}})

	tx := softdelete.ForceDelete(db, &Post{}, 1)
	var comments int64
	db.Model(&Comment{}).Scopes(softdelete.WithTrashed).Count(&comments)
	fmt.Println(tx.RowsAffected, tx.Error, "comments:", comments)
	// Output: 1 <nil> comments: 0
}

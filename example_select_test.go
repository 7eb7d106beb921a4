package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// GORM's own Select takes relations along, whatever their policy, in the same operation.
func Example_select() {
	type Draft struct {
		ID, UserID uint
		softdelete.Tracked
	}
	type User struct {
		ID     uint
		Drafts []Draft // no policy: drafts stay
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}, &Draft{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&User{Drafts: []Draft{{}, {}}})

	var d softdelete.Deletion
	err := db.Scopes(softdelete.Into(&d)).Select("Drafts").Delete(&User{ID: 1}).Error
	fmt.Println(d.Rows, err)
	// Output: map[drafts:2 users:1] <nil>
}

package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// WithoutTrashed takes back what a helper has asked for.
func ExampleWithoutTrashed() {
	type Note struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{}, {}, {}})
	db.Delete(&Note{}, 1)

	all := db.Model(&Note{}).Scopes(softdelete.WithTrashed)
	var n int64
	all.Scopes(softdelete.WithoutTrashed).Count(&n)
	fmt.Println(n)
	// Output: 2
}

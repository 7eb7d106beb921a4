package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Flagged is a boolean column: is_deleted.
func ExampleFlagged() {
	type Note struct {
		ID uint
		softdelete.Flagged
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{}, {}})
	db.Delete(&Note{}, 1)

	var n int64
	db.Table("notes").Where("is_deleted").Count(&n) // without a model, nothing is filtered
	fmt.Println("in the trash:", n)
	db.Model(&Note{}).Count(&n)
	fmt.Println("live:", n)
	// Output:
	// in the trash: 1
	// live: 1
}

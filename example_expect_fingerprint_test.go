package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A fingerprint takes a plan through a form or a command line, and back.
func ExampleExpectFingerprint() {
	type Note struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{}, {}})

	plan, _ := softdelete.Preview(db, softdelete.OpSoftDelete, &Note{}, []int{1, 2})
	text := plan.Fingerprint() // into a hidden field
	fmt.Println(text)

	tx := db.Scopes(softdelete.ExpectFingerprint(text)).Delete(&Note{}, []int{1, 2})
	fmt.Println(tx.RowsAffected, tx.Error)
	// Output:
	// ppncryzbkt3xgystlqq4e2tx2i
	// 2 <nil>
}

package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What an undo would bring back, and which unique values are taken meanwhile.
func ExamplePreviewUndo() {
	type User struct {
		ID    uint
		Email string `softdelete:"unique"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&User{Email: "ana@example.com"})
	var d softdelete.Deletion
	db.Scopes(softdelete.Into(&d)).Delete(&User{}, 1)
	db.Create(&User{Email: "ana@example.com"})

	plan, err := softdelete.PreviewUndo(db, d.ID)
	fmt.Println(plan.Rows, err)
	for _, clash := range plan.Clashes {
		fmt.Println(clash.Model, clash.Key, "has the", clash.Columns, "of", clash.With)
	}
	// Output:
	// map[users:1] <nil>
	// User [1] has the [email] of [2]
}

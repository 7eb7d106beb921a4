package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A struct that was loaded before its row went to the trash cannot bring it back by accident.
func Example_save() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Note{Text: "milk"})

	var stale Note
	db.First(&stale, 1)
	db.Delete(&Note{}, 1) // somebody else does

	stale.Text = "oat milk"
	err := db.Save(&stale).Error
	fmt.Println("refused:", errors.Is(err, softdelete.ErrTrashed))

	err = db.Scopes(softdelete.WithTrashed).Save(&stale).Error // written, and still trashed
	fmt.Println("meant:", err)
	// Output:
	// refused: true
	// meant: <nil>
}

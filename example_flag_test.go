package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A model with a Flag is safe without the plugin, too: each statement is refused, and none deletes for good by mistake.
func ExampleFlag() {
	type Note struct {
		ID      uint
		Removed softdelete.Flag `gorm:"not null;default:false"`
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.AutoMigrate(&Note{}) // and db.Use was forgotten

	err := db.Delete(&Note{}, 1).Error
	fmt.Println(errors.Is(err, softdelete.ErrNotInstalled))
	// Output: true
}

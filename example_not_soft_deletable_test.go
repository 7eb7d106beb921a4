package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A model without a marker has no trash: nothing of this package takes it for one that has.
func Example_notSoftDeletable() {
	type LogLine struct {
		ID uint
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&LogLine{}}}))
	_ = softdelete.AutoMigrate(db)

	err := softdelete.Restore(db, &LogLine{}, 1).Error
	fmt.Println(errors.Is(err, softdelete.ErrNotSoftDeletable))
	err = db.Scopes(softdelete.OnlyTrashed).Find(&[]LogLine{}).Error
	fmt.Println(errors.Is(err, softdelete.ErrNotSoftDeletable))
	// Output:
	// true
	// true
}

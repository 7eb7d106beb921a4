package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// An upsert never writes to a row that is in the trash.
func Example_upsert() {
	type Setting struct {
		Key   string `gorm:"primaryKey"`
		Value string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Setting{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Setting{Key: "theme", Value: "dark"})
	db.Where("key = ?", "theme").Delete(&Setting{})

	upsert := clause.OnConflict{UpdateAll: true}
	err := db.Clauses(upsert).Create(&Setting{Key: "theme", Value: "light"}).Error
	fmt.Println("refused:", errors.Is(err, softdelete.ErrTrashed))

	err = db.Scopes(softdelete.Revive).Create(&Setting{Key: "theme", Value: "light"}).Error
	fmt.Println("revived:", err)
	// Output:
	// refused: true
	// revived: <nil>
}

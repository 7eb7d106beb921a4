package softdelete_test

import (
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Timestamp is a nullable time. It does what gorm.Model's DeletedAt does.
func ExampleTimestamp() {
	type Note struct {
		ID uint
		softdelete.Timestamp
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	note := Note{}
	db.Create(&note)
	db.Delete(&note)
	fmt.Println(note.DeletedAt.Time.UTC().Format(time.DateOnly))
	// Output: 2026-03-01
}

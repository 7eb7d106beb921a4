package softdelete_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Models that are named are checked at start-up. A time that only looks like a marker is refused, before a row is lost.
func ExampleConfig() {
	type Note struct {
		ID        uint
		DeletedAt *time.Time // not gorm.DeletedAt: db.Delete would remove rows for good
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	fmt.Println(errors.Is(err, softdelete.ErrNotSoftDeletable))
	// Output: true
}

// In strict mode, a statement that addresses a row by its key and finds none is an error.
func ExampleConfig_strict() {
	type Note struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}, Strict: true}))
	_ = softdelete.AutoMigrate(db)

	err := db.Delete(&Note{}, 42).Error
	fmt.Println(errors.Is(err, softdelete.ErrNotFound), errors.Is(err, gorm.ErrRecordNotFound))
	// Output: true true
}

// A test has its own clock: GORM's NowFunc, of which the plugin takes one reading for each operation.
func ExampleConfig_clock() {
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
	db.Create(&Note{})

	note := Note{ID: 1}
	db.Delete(&note)
	fmt.Println(note.DeletedAt.Time.UTC().Format(time.DateTime))
	// Output: 2026-03-01 09:00:00
}

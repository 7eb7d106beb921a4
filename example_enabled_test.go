package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Whether db.Delete of a model trashes rows, or removes them.
func ExampleEnabled() {
	type Note struct {
		ID        uint
		DeletedAt gorm.DeletedAt
	}
	type LogLine struct {
		ID uint
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}, &LogLine{}}}))
	_ = softdelete.AutoMigrate(db)

	notes, err := softdelete.Enabled(db, &Note{})
	fmt.Println("notes:", notes, err)
	lines, err := softdelete.Enabled(db, &LogLine{})
	fmt.Println("log lines:", lines, err)
	// Output:
	// notes: true <nil>
	// log lines: false <nil>
}

// Whether a row that was loaded is in the trash. It asks no database.
func ExampleIsTrashed() {
	type Note struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{}, {}})
	db.Delete(&Note{}, 1)

	var notes []Note
	db.Scopes(softdelete.WithTrashed).Order("id").Find(&notes)
	for _, note := range notes {
		trashed, err := softdelete.IsTrashed(db, note)
		fmt.Println(note.ID, trashed, err)
	}
	// Output:
	// 1 true <nil>
	// 2 false <nil>
}

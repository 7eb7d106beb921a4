package softdelete_test

import (
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// One line sets it up. A model with gorm.Model stays as it is.
func ExampleNew() {
	type Note struct {
		gorm.Model
		Text string
	}
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Use(softdelete.New()); err != nil {
		log.Fatal(err)
	}
	if err := db.AutoMigrate(&Note{}); err != nil {
		log.Fatal(err)
	}
	db.Create(&[]Note{{Text: "milk"}, {Text: "bread"}})

	db.Delete(&Note{}, 1)
	result := softdelete.Restore(db, &Note{}, 1)
	fmt.Println(result.RowsAffected, result.Error)
	// Output: 1 <nil>
}

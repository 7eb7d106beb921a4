package softdelete_test

import (
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What a delete does along each relation, to be looked at once before it happens.
func ExamplePlugin_Policies() {
	type Comment struct {
		ID, PostID uint
		softdelete.Timestamp
	}
	type Visit struct {
		ID, PostID uint // without a marker: a soft delete leaves visits as they are
	}
	type Post struct {
		ID       uint
		Comments []Comment `softdelete:"cascade"`
		Visits   []Visit   `gorm:"constraint:OnDelete:CASCADE"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	plugin := softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}, &Visit{}}})
	if err := db.Use(plugin); err != nil {
		log.Fatal(err)
	}
	for _, policy := range plugin.Policies() {
		fmt.Println(policy)
	}
	// Output:
	// Post → Comment (Comments): cascade, by softdelete:"cascade"
	// Post → Visit (Visits): cascade, by constraint:OnDelete:CASCADE; it has no marker, and goes along only with what is removed for good
}

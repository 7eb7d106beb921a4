package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Invitation has a hook, which runs only where a relation asks for it: it costs loading the rows.
type Invitation struct {
	ID, EventID uint
	Email       string
	softdelete.Timestamp
}

// BeforeDelete writes to whom is to be written.
func (i *Invitation) BeforeDelete(*gorm.DB) error {
	fmt.Println("calling off:", i.Email)
	return nil
}

// Hooks of children run if the tag says so. An error of one undoes the whole delete.
func Example_cascadeHooks() {
	type Event struct {
		ID          uint
		Invitations []Invitation `softdelete:"cascade,hooks"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Event{}, &Invitation{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Event{Invitations: []Invitation{{Email: "ana@example.com"}, {Email: "bob@example.com"}}})

	err := db.Delete(&Event{}, 1).Error
	fmt.Println(err)
	// Output:
	// calling off: ana@example.com
	// calling off: bob@example.com
	// <nil>
}

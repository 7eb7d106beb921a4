package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Live rows that agree already are in the way of the index. The error names them; nothing is changed.
func ExampleDuplicateError() {
	type User struct {
		ID    uint
		Email string `softdelete:"unique"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New())
	_ = db.AutoMigrate(&User{}) // GORM's, without the index
	db.Create(&[]User{{Email: "ana@example.com"}, {Email: "bob@example.com"}, {Email: "ana@example.com"}})

	err := softdelete.AutoMigrate(db, &User{})
	var duplicate *softdelete.DuplicateError
	if errors.As(err, &duplicate) {
		fmt.Println(duplicate.Model, duplicate.Columns, duplicate.Keys)
	}
	// Output: User [email] [[1] [3]]
}

package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A row cannot come back while a live one has its unique value. Nothing changes.
func ExampleConflictError() {
	type User struct {
		ID    uint
		Email string `softdelete:"unique"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&User{Email: "ana@example.com"})
	db.Delete(&User{}, 1)
	db.Create(&User{Email: "ana@example.com"}) // somebody else has it now

	err := softdelete.Restore(db, &User{}, 1).Error
	var conflict *softdelete.ConflictError
	if errors.As(err, &conflict) {
		fmt.Println(conflict.Model, conflict.Constraint)
	}
	// Output: User users.email
}

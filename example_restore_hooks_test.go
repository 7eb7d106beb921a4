package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Account has hooks for what this package does to its row.
type Account struct {
	ID    uint
	Email string
	softdelete.Timestamp
}

// BeforeRestore refuses, as an error of any hook undoes the whole operation.
func (a *Account) BeforeRestore(*gorm.DB) error {
	if a.Email == "" {
		return errors.New("an account without an e-mail")
	}
	return nil
}

// AfterPurge runs in the transaction, after the row is gone. A force delete runs it too.
func (a *Account) AfterPurge(tx *gorm.DB) error {
	fmt.Println(softdelete.OperationOf(tx), "of", a.Email)
	return nil
}

// Restores and purges have hooks of their own. Update hooks run for neither.
func ExampleBeforeRestorer() {
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Account{}}}))
	_ = softdelete.AutoMigrate(db)
	accounts := []Account{{Email: "ana@example.com"}, {}}
	db.Create(&accounts)
	db.Delete(&accounts)

	fmt.Println(softdelete.Restore(db, &accounts[1]).Error)
	fmt.Println(softdelete.Purge(db, &accounts[0]).Error)
	// Output:
	// an account without an e-mail
	// purge of ana@example.com
	// <nil>
}

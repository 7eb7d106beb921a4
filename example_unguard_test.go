package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A guard is taken off again.
func ExampleUnguard() {
	type Ledger struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Ledger{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Ledger{})

	fmt.Println(softdelete.Guard(db, &Ledger{}))
	fmt.Println("refused:", db.Exec("DELETE FROM ledgers").Error != nil)
	fmt.Println(softdelete.Unguard(db, &Ledger{}))
	fmt.Println(db.Exec("DELETE FROM ledgers").Error)
	// Output:
	// <nil>
	// refused: true
	// <nil>
	// <nil>
}

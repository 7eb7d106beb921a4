package softdelete_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// The database refuses to delete live rows, whoever asks. Trashed ones may go, and a force delete means it.
func ExampleGuard() {
	type Ledger struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Ledger{}}}))
	_ = softdelete.AutoMigrate(db)
	if err := softdelete.Guard(db); err != nil { // those of Config.Models
		log.Fatal(err)
	}
	db.Create(&[]Ledger{{}, {}, {}})

	err := db.Exec("DELETE FROM ledgers").Error
	fmt.Println("raw SQL is refused:", errors.Is(err, softdelete.ErrGuarded))

	db.Delete(&Ledger{}, 1)
	tx := db.Exec("DELETE FROM ledgers WHERE deleted_at IS NOT NULL")
	fmt.Println("raw SQL on the trash:", tx.RowsAffected, tx.Error)

	tx = softdelete.ForceDelete(db, &Ledger{}, 2)
	fmt.Println("force delete:", tx.RowsAffected, tx.Error)
	// Output:
	// raw SQL is refused: true
	// raw SQL on the trash: 1 <nil>
	// force delete: 1 <nil>
}

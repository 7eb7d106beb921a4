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

// Ledger is a model whose rows nobody is to lose.
type Ledger struct {
	ID   uint
	Name string
	softdelete.Timestamp
}

func openLedgers() *gorm.DB {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		log.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		log.Fatal(err)
	}
	pool.SetMaxOpenConns(1) // each connection would have a memory of its own
	if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Ledger{}}})); err != nil {
		log.Fatal(err)
	}
	if err := softdelete.AutoMigrate(db); err != nil {
		log.Fatal(err)
	}
	return db
}

// The database refuses to delete live rows, whoever asks. Trashed ones may go, and a force delete means it.
func ExampleGuard() {
	db := openLedgers()
	if err := softdelete.Guard(db); err != nil { // those of Config.Models
		log.Fatal(err)
	}
	db.Create(&[]Ledger{{Name: "January"}, {Name: "February"}, {Name: "March"}})

	err := db.Exec("DELETE FROM ledgers").Error
	fmt.Println("raw SQL:", errors.Is(err, softdelete.ErrGuarded))

	db.Delete(&Ledger{}, 1)
	tx := db.Exec("DELETE FROM ledgers WHERE deleted_at IS NOT NULL")
	fmt.Println("raw SQL, trash:", tx.RowsAffected, tx.Error)

	tx = softdelete.ForceDelete(db, &Ledger{}, 2)
	fmt.Println("force delete:", tx.RowsAffected, tx.Error)

	err = db.Exec("DELETE FROM ledgers WHERE id = 3").Error
	fmt.Println("raw SQL again:", errors.Is(err, softdelete.ErrGuarded))
	// Output:
	// raw SQL: true
	// raw SQL, trash: 1 <nil>
	// force delete: 1 <nil>
	// raw SQL again: true
}

// The statements for a migration of another tool.
func ExampleGuardDDL() {
	statements, err := softdelete.GuardDDL(openLedgers(), &Ledger{})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range statements {
		fmt.Printf("%s;\n", s.Up)
	}
	for i := len(statements) - 1; i >= 0; i-- {
		fmt.Printf("%s;\n", statements[i].Down)
	}
	// Output:
	// CREATE TABLE IF NOT EXISTS softdelete_guard (meant integer NOT NULL);
	// CREATE TRIGGER `softdelete_guard_ledgers` AFTER DELETE ON `ledgers` FOR EACH ROW WHEN `old`.`deleted_at` IS NULL AND NOT EXISTS (SELECT 1 FROM softdelete_guard) BEGIN SELECT RAISE(ABORT, 'softdelete: guarded: ledgers has live rows that would be deleted'); END;
	// DROP TRIGGER IF EXISTS `softdelete_guard_ledgers`;
	// DROP TABLE IF EXISTS softdelete_guard;
}

package softdelete_test

import (
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// The statements of a guard, for a migration of another tool.
func ExampleGuardDDL() {
	type Ledger struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Ledger{}}}))
	_ = softdelete.AutoMigrate(db)

	statements, err := softdelete.GuardDDL(db, &Ledger{})
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

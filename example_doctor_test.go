package softdelete_test

import (
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Doctor tells what of a schema soft deletes break on, and the SQL that mends it.
func ExampleDoctor() {
	type Subscriber struct {
		ID    uint
		Email string `gorm:"uniqueIndex"` // taken for ever, also by a trashed row
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New())
	_ = db.AutoMigrate(&Subscriber{})

	findings, err := softdelete.Doctor(db, &Subscriber{})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range findings {
		fmt.Println(f.Severity, f.Code, f.Table)
		fmt.Println(f.Remedy)
		db.Exec(f.Remedy) // SQLite takes several statements at once
	}

	findings, err = softdelete.Doctor(db, &Subscriber{})
	fmt.Println(len(findings), "findings", err)
	// Output:
	// error unique-holds-trash subscribers
	// DROP INDEX `idx_subscribers_email`;
	// CREATE UNIQUE INDEX `idx_subscribers_email` ON `subscribers` (`email`) WHERE `deleted_at` IS NULL;
	// warning marker-index-missing subscribers
	// CREATE INDEX `idx_subscribers_deleted_at` ON `subscribers` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL;
	// 0 findings <nil>
}

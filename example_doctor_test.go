package softdelete_test

import (
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Subscriber is a model as many are: its e-mail is taken for ever, also by a trashed row.
type Subscriber struct {
	ID    uint
	Email string `gorm:"uniqueIndex"`
	softdelete.Timestamp
}

// Doctor tells what is wrong with a database, and what mends it.
func ExampleDoctor() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		log.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		log.Fatal(err)
	}
	pool.SetMaxOpenConns(1) // each connection would have a memory of its own
	if err := db.Use(softdelete.New()); err != nil {
		log.Fatal(err)
	}
	if err := db.AutoMigrate(&Subscriber{}); err != nil {
		log.Fatal(err)
	}

	findings, err := softdelete.Doctor(db, &Subscriber{})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range findings {
		fmt.Println(f.Severity, f.Code, f.Table)
		fmt.Println(f.Remedy)
		if err := db.Exec(f.Remedy).Error; err != nil { // SQLite takes several statements at once
			log.Fatal(err)
		}
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

package softdelete_test

import (
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Member is a model as many are: its e-mail is taken for ever, also by a trashed row.
type Member struct {
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
	if err := db.AutoMigrate(&Member{}); err != nil {
		log.Fatal(err)
	}

	findings, err := softdelete.Doctor(db, &Member{})
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

	findings, err = softdelete.Doctor(db, &Member{})
	fmt.Println(len(findings), "findings", err)
	// Output:
	// error unique-holds-trash members
	// DROP INDEX `idx_members_email`;
	// CREATE UNIQUE INDEX `idx_members_email` ON `members` (`email`) WHERE `deleted_at` IS NULL;
	// warning marker-index-missing members
	// CREATE INDEX `idx_members_deleted_at` ON `members` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL;
	// 0 findings <nil>
}

package softdelete_test

import (
	"fmt"
	"log"
	"os"

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

// FormatFindings prints what Doctor finds, for a log or an operator. A tag in Go comes before the SQL where GORM's own would make the
// old index again.
func ExampleFormatFindings() {
	type Drone struct {
		ID        uint
		Code      string `gorm:"unique"`
		DeletedAt gorm.DeletedAt
	}
	db, err := gorm.Open(sqlite.Open("file:drones?mode=memory&cache=shared"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Use(softdelete.New()); err != nil {
		log.Fatal(err)
	}
	if err := db.AutoMigrate(&Drone{}); err != nil {
		log.Fatal(err)
	}
	findings, err := softdelete.Doctor(db, &Drone{})
	if err != nil {
		log.Fatal(err)
	}
	if err := softdelete.FormatFindings(os.Stdout, findings); err != nil {
		log.Fatal(err)
	}
	// Output:
	// drones (Drone)
	//   error unique-holds-trash
	//     the unique constraint sqlite_autoindex_drones_1 on code keeps the values of trashed rows taken: a live row cannot have them. First write the plugin's tag into the model in the place of GORM's, which would make it again: Doctor then has the SQL, and softdelete.AutoMigrate does it
	//       softdelete:"unique"
	//   warning marker-index-missing
	//     no index finds trashed rows by time: listing the trash, purges by age and retention read the whole table
	//       CREATE INDEX `idx_drones_deleted_at` ON `drones` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL;
	//
	// 2 findings: 1 error, 1 warning
}

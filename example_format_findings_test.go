package softdelete_test

import (
	"log"
	"os"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// FormatFindings prints what Doctor finds, for a log or an operator. A tag in Go comes before the SQL where GORM's own would
// make the old index again.
func ExampleFormatFindings() {
	type Drone struct {
		ID        uint
		Code      string `gorm:"unique"`
		DeletedAt gorm.DeletedAt
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New())
	_ = db.AutoMigrate(&Drone{})

	findings, err := softdelete.Doctor(db, &Drone{})
	if err != nil {
		log.Fatal(err)
	}
	_ = softdelete.FormatFindings(os.Stdout, findings)
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

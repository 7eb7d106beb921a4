package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What AutoMigrate would do to this very database now, GORM's own statements among them.
func ExamplePlanMigration() {
	type User struct {
		ID    uint
		Email string `softdelete:"unique"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New())

	statements, err := softdelete.PlanMigration(db, &User{})
	for _, s := range statements {
		fmt.Println(s.Up)
	}
	fmt.Println(err)

	_ = softdelete.AutoMigrate(db, &User{})
	statements, err = softdelete.PlanMigration(db, &User{})
	fmt.Println("then:", len(statements), err)
	// Output:
	// CREATE TABLE `users` (`id` integer PRIMARY KEY AUTOINCREMENT,`email` text,`deleted_at` datetime)
	// CREATE UNIQUE INDEX `idx_users_email` ON `users` (`email`) WHERE `deleted_at` IS NULL
	// CREATE INDEX `idx_users_deleted_at` ON `users` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL
	// <nil>
	// then: 0 <nil>
}

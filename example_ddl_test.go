package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// The indexes that soft deletes need, as SQL for a migration of whatever tool. No statement is run.
func ExampleDDL() {
	type User struct {
		ID     uint
		Email  string `softdelete:"unique"` // among live rows
		TeamID uint   `softdelete:"index"`  // of live rows only
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New())

	statements, err := softdelete.DDL(db, &User{})
	for _, s := range statements {
		fmt.Println(s.Up)
	}
	fmt.Println(err)
	// Output:
	// CREATE UNIQUE INDEX `idx_users_email` ON `users` (`email`) WHERE `deleted_at` IS NULL
	// CREATE INDEX `idx_users_team_id` ON `users` (`team_id`) WHERE `deleted_at` IS NULL
	// CREATE INDEX `idx_users_deleted_at` ON `users` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL
	// <nil>
}

package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// The indexes alone, of a schema that is made by SQL. GORM's own migrator is not asked.
func ExampleMigrateIndexes() {
	type User struct {
		ID    uint
		Email string `softdelete:"unique"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New())
	db.Exec("CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, deleted_at datetime)")

	err := softdelete.MigrateIndexes(db, &User{})
	var made []string
	db.Raw("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name").Scan(&made)
	fmt.Println(made, err)
	// Output: [idx_users_deleted_at idx_users_email] <nil>
}

//go:build docs

package schema // of docs/schema.md

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// World is what the blocks of the page run in. Each section has the table of users as it was before: none, one of this plugin's, one that
// somebody's SQL has made, or one with an ordinary unique index.
var World = page.World{
	Bare: func(string) bool { return true },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}}})); err != nil {
			return err
		}
		switch section {
		case "Unique among the living":
			return softdelete.AutoMigrate(db, &User{})
		case "When live rows agree", "Only the indexes":
			if err := db.AutoMigrate(&User{}); err != nil || section == "Only the indexes" {
				return err
			}
			return db.Create([]User{{Email: "ana@example.com"}, {Email: "ana@example.com"}}).Error
		case "On a table in use":
			if err := db.AutoMigrate(&User{}); err != nil {
				return err
			}
			if err := db.Create(&User{Email: "ana@example.com"}).Error; err != nil {
				return err
			}
			return db.Exec("CREATE UNIQUE INDEX idx_users_email ON users (email)").Error
		case "On MySQL and MariaDB":
			return db.Exec("CREATE TABLE people (id int PRIMARY KEY, deleted_at timestamp NULL)").Error
		}
		return nil
	},
}

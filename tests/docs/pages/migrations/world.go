//go:build docs

package migrations // of docs/migrations.md

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// list is what DDL gives for the users.
var list []softdelete.Statement

// World is what the blocks of the page run in: users whom somebody's SQL has made.
var World = page.World{
	Bare: func(string) bool { return true },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		err := db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}}}))
		if err != nil {
			return err
		}
		list, err = softdelete.DDL(db)
		if err != nil || section != "A database in use" {
			return err
		}
		for _, sql := range []string{
			"CREATE TABLE users (id bigserial PRIMARY KEY, email text, team_id bigint, deleted_at timestamptz, deleted_by text, delete_reason text)",
			"CREATE UNIQUE INDEX idx_users_email ON users (email)", "INSERT INTO users (email) VALUES ('ana@example.com')",
		} {
			if err := db.Exec(sql).Error; err != nil {
				return err
			}
		}
		return nil
	},
	Databases: []string{"postgres"},
}

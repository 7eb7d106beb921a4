// Package migrations_test runs what DDL and PlanMigration give by the tools that teams migrate with. It is a module of its
// own: users of the library have none of them to download.
package migrations_test

import (
	"os"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

type (
	team struct {
		gorm.Model
		Name  string `gorm:"size:40;unique" softdelete:"unique"`
		Users []user
	}
	user struct {
		ID     uint
		Tenant string `gorm:"size:40" softdelete:"unique:users_login"`
		Login  string `gorm:"size:40" softdelete:"unique:users_login"`
		Email  string `gorm:"size:40;uniqueIndex" softdelete:"unique"`
		TeamID uint   `softdelete:"index"`
		softdelete.Tracked
	}
	flagged struct {
		ID   uint
		Code string `gorm:"size:40" softdelete:"unique"`
		softdelete.Flagged
	}
)

func models() []any { return []any{&team{}, &user{}, &flagged{}} }

// plainUser is what the table was before the tags.
type plainUser struct {
	ID     uint
	Tenant string `gorm:"size:40"`
	Login  string `gorm:"size:40"`
	Email  string `gorm:"size:40;uniqueIndex:idx_users_email"`
	TeamID uint
	softdelete.Tracked
}

func (plainUser) TableName() string { return "users" }

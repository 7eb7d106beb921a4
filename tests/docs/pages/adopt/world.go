//go:build docs

// Package adopt has the world of docs/adopt.md.
package adopt

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// models are those of the application, which it lists somewhere.
var models list

type list struct{ all []any }

func (l list) All() []any { return l.all }

// tagged is User with the tags of step 5.
type tagged struct {
	gorm.Model
	Email string `gorm:"size:100" softdelete:"unique"`
}

func (tagged) TableName() string { return "users" }

// former begins the heading of the section about rows that were trashed without the plugin.
const former = "What is in the trash"

// trashedBefore leaves what applications had before: a user trashed long ago, a session that a
// cascade by hand has trashed with it, and one that nobody did.
func trashedBefore(db *gorm.DB) error {
	if err := db.Create(&User{Email: "gone@example.com", Sessions: []Session{{}, {}}}).Error; err != nil {
		return err
	}
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	apart := 7 * time.Millisecond
	if db.Name() == "sqlite" { // the page has no SQL for it
		apart = 0
	}
	return errors.Join(
		db.Model(&User{}).Where("id = ?", 2).UpdateColumn("deleted_at", at).Error,
		db.Model(&Session{}).Where("id = ?", 3).UpdateColumn("deleted_at", at.Add(-apart)).Error,
	)
}

// World is what the blocks of the page run in.
var World = page.World{
	// Before step 6 the plugin is registered by the page, on tables that GORM alone has made.
	Bare: func(section string) bool {
		return section < "6" || strings.HasPrefix(section, "Columns") || strings.HasPrefix(section, former)
	},
	Config: func(string) softdelete.Config {
		return softdelete.Config{Models: []any{&tagged{}, &Session{}, &Invoice{}}}
	},
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		models.all = []any{&User{}, &Session{}, &Invoice{}}
		if err := db.AutoMigrate(models.all...); err != nil {
			return err
		}
		if err := db.Create(&User{Email: "old@example.com", Sessions: []Session{{}, {}}}).Error; err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(section, "6"):
			models.all = []any{&tagged{}, &Session{}, &Invoice{}}
		case strings.HasPrefix(section, "To take"):
			return softdelete.AutoMigrate(db, &tagged{})
		case strings.HasPrefix(section, former), strings.HasPrefix(section, "The first"):
			return trashedBefore(db)
		}
		return nil
	},
}

package softdelete_test

import (
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A purge removes trashed rows for good, never live ones.
func ExamplePurge() {
	type Note struct {
		ID uint
		softdelete.Timestamp
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{}, {}, {}})
	db.Delete(&Note{}, 1)
	now = now.AddDate(0, 2, 0)
	db.Delete(&Note{}, 2)

	old := softdelete.TrashedBefore(now.AddDate(0, -1, 0))
	tx := softdelete.Purge(db.Scopes(old), &Note{})
	fmt.Println("older than a month:", tx.RowsAffected, tx.Error)

	tx = softdelete.Purge(db, &Note{}, []int{2, 3})
	fmt.Println("one of them is live:", tx.RowsAffected, tx.Error)
	// Output:
	// older than a month: 1 <nil>
	// one of them is live: 1 <nil>
}

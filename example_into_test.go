package softdelete_test

import (
	"context"
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A delete reports what it did, those rows included that went along.
func ExampleInto() {
	type Post struct {
		ID, UserID uint
		softdelete.Tracked
	}
	type User struct {
		ID    uint
		Posts []Post `softdelete:"cascade"`
		softdelete.Tracked
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}, &Post{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&User{Posts: []Post{{}, {}}})

	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "ana"), "moved away")
	var d softdelete.Deletion
	tx := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&User{}, 1)
	fmt.Println("users:", tx.RowsAffected, "all rows:", d.Rows, tx.Error)
	fmt.Println("by", d.By, "for", d.Reason, "at", d.At.UTC().Format(time.DateTime))
	// Output:
	// users: 1 all rows: map[posts:2 users:1] <nil>
	// by ana for moved away at 2026-03-01 09:00:00
}

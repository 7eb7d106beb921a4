package softdelete_test

import (
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What was trashed when: TrashedBefore and its kin are conditions, and show the trash alone.
func ExampleTrashedBefore() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Timestamp
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{Text: "milk"}, {Text: "bread"}, {Text: "butter"}})
	db.Delete(&Note{}, 1) // on the 1st of March
	now = now.AddDate(0, 0, 9)
	db.Delete(&Note{}, 2) // on the 10th

	week := now.AddDate(0, 0, -7)
	var older, newer, within []string
	db.Model(&Note{}).Scopes(softdelete.TrashedBefore(week)).Pluck("text", &older)
	db.Model(&Note{}).Scopes(softdelete.TrashedAfter(week)).Pluck("text", &newer)
	db.Model(&Note{}).Scopes(softdelete.TrashedWithin(24*time.Hour)).Pluck("text", &within)
	fmt.Println(older, newer, within)
	// Output: [milk] [bread] [bread]
}

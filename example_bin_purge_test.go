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

// What meets a condition goes for good, with what hangs on it.
func ExampleBin_Purge() {
	type Page struct {
		ID, BookID uint
		softdelete.Tracked
	}
	type Book struct {
		ID    uint
		Title string
		Pages []Page `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}, &Page{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{Title: "Tea", Pages: []Page{{}, {}}}, {Title: "Rain"}})
	db.Delete(&Book{}, []int{1, 2})

	n, err := softdelete.Of[Book](db).Where("title = ?", "Tea").Purge(context.Background())
	fmt.Println(n, err)

	var books, pages int64
	db.Unscoped().Model(&Book{}).Count(&books)
	db.Unscoped().Model(&Page{}).Count(&pages)
	fmt.Println("left:", books, "book,", pages, "pages")
	// Output:
	// 1 <nil>
	// left: 1 book, 0 pages
}

// What is old enough goes for good, in short transactions.
func ExampleBin_Empty() {
	type Book struct {
		ID uint
		softdelete.Timestamp
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}})
	db.Delete(&Book{}, 1)
	now = now.AddDate(0, 2, 0)
	db.Delete(&Book{}, 2)

	month := softdelete.EmptyOptions{OlderThan: 30 * 24 * time.Hour}
	report, err := softdelete.Of[Book](db).Empty(context.Background(), month)
	fmt.Println(report.Rows, err)
	// Output: map[books:1] <nil>
}

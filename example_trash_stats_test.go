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

// How much is in the trash, and since when.
func ExampleTrash_Stats() {
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
	db.Create(&[]Book{{}, {}, {}})
	db.Delete(&Book{}, 1)
	now = now.AddDate(0, 0, 2)
	db.Delete(&Book{}, 2)

	trash, _ := softdelete.OpenTrash(db)
	stats, err := trash.Stats(context.Background())
	for _, s := range stats {
		fmt.Println(s.Table, s.Trashed, "from", s.Oldest.UTC().Format(time.DateOnly), "to", s.Newest.UTC().Format(time.DateOnly))
	}
	fmt.Println(err)
	// Output:
	// books 2 from 2026-03-01 to 2026-03-03
	// <nil>
}

// Under a retention, how much of it is overdue.
func ExampleTrash_WithRetention() {
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

	trash, _ := softdelete.OpenTrash(db)
	stats, err := trash.WithRetention(30 * 24 * time.Hour).Stats(context.Background())
	for _, s := range stats {
		fmt.Println(s.Table, "are kept for", s.Retention, "overdue:", s.Overdue, "of", s.Trashed)
	}
	fmt.Println(err)
	// Output:
	// books are kept for 720h0m0s overdue: 1 of 2
	// <nil>
}

// How much there is, for a page that people open: nothing is counted further than Most.
func ExampleTrash_Glance() {
	type Book struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}, {}, {}})
	db.Delete(&Book{}, []int{1, 2, 3, 4})

	trash, _ := softdelete.OpenTrash(db)
	glances, err := trash.Glance(context.Background(), softdelete.GlanceOptions{Most: 3})
	for _, g := range glances {
		fmt.Println(g.Table, g.Trashed, "and more:", g.More)
	}
	fmt.Println(err)
	// Output:
	// books 3 and more: true
	// <nil>
}

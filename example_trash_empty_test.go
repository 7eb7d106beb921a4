package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What is older than a month goes for good, in batches. An age has to be named.
func ExampleTrash_Empty() {
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
	db.Delete(&Book{}, []int{1, 2})
	now = now.AddDate(0, 2, 0)
	db.Delete(&Book{}, 3)

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	options := softdelete.EmptyOptions{
		OlderThan: 30 * 24 * time.Hour,
		BatchSize: 1,
		Progress:  func(p softdelete.Progress) { fmt.Println(p.Done, "of", p.Total) },
	}
	report, err := trash.Empty(ctx, options)
	fmt.Println(report.Rows, err)

	_, err = trash.Empty(ctx, softdelete.EmptyOptions{})
	fmt.Println("no age:", errors.Is(err, gorm.ErrInvalidValue))
	// Output:
	// 1 of 2
	// 2 of 2
	// map[books:2] <nil>
	// no age: true
}

// What an Empty would remove. Nothing is removed, and nothing is locked.
func ExampleTrash_PreviewEmpty() {
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

	trash, _ := softdelete.OpenTrash(db)
	report, err := trash.PreviewEmpty(context.Background(), softdelete.EmptyOptions{OlderThan: 30 * 24 * time.Hour})
	fmt.Println(report.Rows, "dry run:", report.DryRun, err)
	// Output: map[books:1] dry run: true <nil>
}

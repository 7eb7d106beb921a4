package softdelete_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Pages of the trash, newest first, of several models. Each page begins after the Next of the one before.
func ExampleTrash_List() {
	type Book struct {
		ID uint
		softdelete.Tracked
	}
	type Postcard struct {
		ID uint
		softdelete.Timestamp
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}, &Postcard{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}})
	db.Create(&Postcard{})
	ctx := softdelete.WithActor(context.Background(), "ana")
	db.WithContext(ctx).Delete(&Book{}, 1)
	now = now.AddDate(0, 0, 1)
	db.Delete(&Postcard{}, 1)
	now = now.AddDate(0, 0, 1)
	db.WithContext(ctx).Delete(&Book{}, 2)

	trash, _ := softdelete.OpenTrash(db)
	for options := (softdelete.ListOptions{Limit: 2}); ; {
		page, err := trash.List(ctx, options)
		if err != nil {
			log.Fatal(err)
		}
		for _, item := range page.Items {
			fmt.Printf("%s %s %v %q\n", item.At.UTC().Format(time.DateOnly), item.Model, item.Key, item.By)
		}
		if page.Next == "" {
			break
		}
		fmt.Println("next page")
		options.After = page.Next
	}
	// Output:
	// 2026-03-03 Book [2] "ana"
	// 2026-03-02 Postcard [1] ""
	// next page
	// 2026-03-01 Book [1] "ana"
}

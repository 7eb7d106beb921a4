package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Deletions are operations, not rows: what can be undone as one.
func ExampleTrash_Deletions() {
	type Page struct {
		ID, BookID uint
		softdelete.Tracked
	}
	type Book struct {
		ID    uint
		Pages []Page `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}, &Page{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{Pages: []Page{{}, {}}}, {}})
	ctx := context.Background()
	db.WithContext(softdelete.WithActor(ctx, "ana")).Delete(&Book{}, 1)
	db.WithContext(softdelete.WithActor(ctx, "bob")).Delete(&Book{}, 2)

	trash, _ := softdelete.OpenTrash(db)
	page, err := trash.Deletions(ctx, softdelete.ListOptions{})
	for _, d := range page.Items {
		fmt.Println(d.By, d.Rows)
	}
	fmt.Println(err)
	// Output:
	// bob map[books:1]
	// ana map[books:1 pages:2]
	// <nil>
}

// Rows without a deletion_id are in no operation. The page says which tables have such rows.
func ExampleDeletionPage() {
	type Postcard struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Postcard{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Postcard{})
	db.Delete(&Postcard{}, 1)

	trash, _ := softdelete.OpenTrash(db)
	page, err := trash.Deletions(context.Background(), softdelete.ListOptions{})
	fmt.Println(len(page.Items), "operations, untold:", page.Untold, err)
	// Output: 0 operations, untold: [postcards] <nil>
}

package softdelete_test

import (
	"context"
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// One operation by its id, as a row of it says: with what of it is in the trash now. Then it is undone.
func ExampleTrash_Deletion() {
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
	db.Create(&Book{Pages: []Page{{}, {}}})
	ctx := softdelete.WithActor(context.Background(), "ana")
	db.WithContext(ctx).Delete(&Book{}, 1)

	trash, _ := softdelete.OpenTrash(db)
	item, err := trash.Item(ctx, "pages", 2)
	fmt.Println(item.Model, item.Key, err)
	d, err := trash.Deletion(ctx, item.DeletionID)
	fmt.Println("trashed by", d.By, "with", d.Rows, err)
	// Output:
	// Page [2] <nil>
	// trashed by ana with map[books:1 pages:2] <nil>
}

// The last operation is undone.
func ExampleTrash_Undo() {
	type Book struct {
		ID uint
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}, {}})
	db.Delete(&Book{}, 1)
	db.Delete(&Book{}, []int{2, 3})

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	page, err := trash.Deletions(ctx, softdelete.ListOptions{Limit: 1})
	if err != nil {
		log.Fatal(err)
	}
	undone, err := trash.Undo(ctx, page.Items[0].ID)
	fmt.Println(undone.Rows, err)
	// Output: map[books:2] <nil>
}

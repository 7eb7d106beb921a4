package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// One row by its key, which may be text, as it comes from a URL or a command line.
func ExampleTrash_Item() {
	type Book struct {
		ID uint
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}})
	ctx := softdelete.WithActor(context.Background(), "ana")
	db.WithContext(ctx).Delete(&Book{}, 1)

	trash, _ := softdelete.OpenTrash(db)
	item, err := trash.Item(ctx, "books", "1")
	fmt.Println(item.Model, item.Key, "trashed by", item.By, err)

	_, err = trash.Item(ctx, "books", 2)
	fmt.Println("a live one:", errors.Is(err, softdelete.ErrNotFound))
	_, err = trash.Item(ctx, "books", "1 OR 1=1")
	fmt.Println("no number:", errors.Is(err, gorm.ErrInvalidValue))
	// Output:
	// Book [1] trashed by ana <nil>
	// a live one: true
	// no number: true
}

// An item is what is known of a row without reading it. Load reads it.
func ExampleItem_Load() {
	type Book struct {
		ID    uint
		Title string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Book{Title: "Tea"})
	db.Delete(&Book{}, 1)

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	item, err := trash.Item(ctx, "books", 1)
	if err != nil {
		log.Fatal(err)
	}
	row, err := item.Load(ctx)
	if book, ok := row.(*Book); ok {
		fmt.Println(book.Title, err)
	}
	// Output: Tea <nil>
}

// What a trashed row hangs on, live or trashed.
func ExampleItem_Parents() {
	type Page struct {
		ID, BookID uint
		softdelete.Timestamp
	}
	type Book struct {
		ID    uint
		Title string
		Pages []Page `softdelete:"cascade"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}, &Page{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Book{Title: "Tea", Pages: []Page{{}}})
	db.Delete(&Book{}, 1)

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	item, err := trash.Item(ctx, "pages", 1)
	if err != nil {
		log.Fatal(err)
	}
	parents, err := item.Parents(ctx)
	for _, parent := range parents {
		fmt.Println(parent.Relation, parent.Model, parent.Key, "trashed:", parent.Item != nil)
	}
	fmt.Println(err)
	// Output:
	// Book.Pages Book [1] trashed: true
	// <nil>
}

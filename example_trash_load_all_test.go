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

// The rows of a page of the trash, for a list that shows more than keys: one statement a table.
func ExampleTrash_LoadAll() {
	type Book struct {
		ID    uint
		Title string
		softdelete.Timestamp
	}
	type Postcard struct {
		ID   uint
		From string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}, &Postcard{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Book{Title: "Tea"})
	db.Create(&Postcard{From: "Rome"})
	db.Delete(&Book{}, 1)
	db.Delete(&Postcard{}, 1)

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	page, err := trash.List(ctx, softdelete.ListOptions{})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := trash.LoadAll(ctx, page.Items...)
	for _, row := range rows {
		switch row := row.(type) {
		case *Book:
			fmt.Println("a book:", row.Title)
		case *Postcard:
			fmt.Println("a postcard from", row.From)
		}
	}
	fmt.Println(err)
	// Output:
	// a postcard from Rome
	// a book: Tea
	// <nil>
}

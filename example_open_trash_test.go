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

// The trash of all models that are registered. Name some to have only theirs.
func ExampleOpenTrash() {
	type Book struct {
		ID uint
		softdelete.Timestamp
	}
	type Postcard struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}, &Postcard{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}})
	db.Create(&Postcard{})
	db.Delete(&Book{}, []int{1, 2})
	db.Delete(&Postcard{}, 1)

	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		log.Fatal(err)
	}
	page, err := trash.List(context.Background(), softdelete.ListOptions{})
	for _, item := range page.Items {
		fmt.Println(item.Table, item.Key)
	}
	fmt.Println(err)
	// Output:
	// postcards [1]
	// books [2]
	// books [1]
	// <nil>
}

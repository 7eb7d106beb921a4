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

// Items of several models come back as one operation: all or nothing.
func ExampleTrash_Restore() {
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
	db.Create(&Book{})
	db.Create(&Postcard{})
	db.Delete(&Book{}, 1)
	db.Delete(&Postcard{}, 1)

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	page, err := trash.List(ctx, softdelete.ListOptions{})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := trash.Restore(ctx, page.Items...)
	fmt.Println(rows, err)

	_, err = trash.Restore(ctx, page.Items...)
	fmt.Println("not in the trash any more:", errors.Is(err, softdelete.ErrNotFound))
	// Output:
	// map[books:1 postcards:1] <nil>
	// not in the trash any more: true
}

// All that is in the trash comes back.
func ExampleTrash_RestoreAll() {
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

	trash, _ := softdelete.OpenTrash(db)
	n, err := trash.RestoreAll(context.Background())
	fmt.Println(n, err)
	// Output: 3 <nil>
}

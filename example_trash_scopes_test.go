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

// A tenant's part of the trash: what is not in it cannot be seen, restored or removed by it.
func ExampleTrash_Scopes() {
	type Book struct {
		ID, TenantID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{TenantID: 1}, {TenantID: 2}, {TenantID: 2}})
	db.Delete(&Book{}, []int{1, 2, 3})

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	mine := trash.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 2) })
	page, err := mine.List(ctx, softdelete.ListOptions{})
	fmt.Println("rows:", len(page.Items), err)

	_, err = mine.Item(ctx, "books", 1)
	fmt.Println("another's:", errors.Is(err, softdelete.ErrNotFound))
	report, err := mine.Empty(ctx, softdelete.EmptyOptions{All: true})
	fmt.Println(report.Rows, err)
	// Output:
	// rows: 2 <nil>
	// another's: true
	// map[books:2] <nil>
}

// Within also holds for what goes along: a book does not come back if another tenant's note would come with it.
func ExampleTrash_Within() {
	type Note struct {
		ID, TenantID, BookID uint
		softdelete.Timestamp
	}
	type Book struct {
		ID, TenantID uint
		Notes        []Note `softdelete:"cascade"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}, &Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Book{TenantID: 1, Notes: []Note{{TenantID: 1}, {TenantID: 2}}})
	db.Delete(&Book{}, 1)

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	mine := trash.Within(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 1) })
	item, err := mine.Item(ctx, "books", 1)
	if err != nil {
		log.Fatal(err)
	}
	_, err = mine.Restore(ctx, item)
	fmt.Println("refused:", errors.Is(err, softdelete.ErrOutOfScope))
	// Output: refused: true
}

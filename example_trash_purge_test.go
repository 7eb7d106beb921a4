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

// A person sees what a purge would remove, agrees, and that is what happens.
func ExampleTrash_Purge() {
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
	db.Delete(&Book{}, 1)

	ctx := context.Background()
	trash, _ := softdelete.OpenTrash(db)
	item, err := trash.Item(ctx, "books", 1)
	if err != nil {
		log.Fatal(err)
	}
	plan, err := trash.Preview(ctx, softdelete.OpPurge, item)
	fmt.Println("would remove", plan.Rows, err)

	rows, err := trash.Scopes(softdelete.Expect(plan)).Purge(ctx, item)
	fmt.Println("removed", rows, err)
	// Output:
	// would remove map[books:1 pages:2] <nil>
	// removed map[books:1 pages:2] <nil>
}

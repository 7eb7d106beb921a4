package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// The rows that are in the trash, with their tracking columns.
func ExampleBin_Find() {
	type Book struct {
		ID    uint
		Title string
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{Title: "Tea"}, {Title: "Rain"}})
	ctx := softdelete.WithActor(context.Background(), "ana")
	db.WithContext(ctx).Delete(&Book{}, 1)

	books, err := softdelete.Of[Book](db).Find(ctx)
	for _, book := range books {
		fmt.Println(book.Title, "was trashed by", *book.DeletedBy)
	}
	fmt.Println(err)
	// Output:
	// Tea was trashed by ana
	// <nil>
}

// A part of the trash, by conditions as for db.Where, or by scopes.
func ExampleBin_Where() {
	type Book struct {
		ID    uint
		Title string
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{Title: "Tea"}, {Title: "Rain"}})
	ctx := softdelete.WithActor(context.Background(), "ana")
	db.WithContext(ctx).Delete(&Book{}, []int{1, 2})

	bin := softdelete.Of[Book](db).Where("title LIKE ?", "R%")
	books, err := bin.Find(ctx)
	fmt.Println(books[0].Title, err)
	// Output: Rain <nil>
}

// A part of the trash by a scope, of this package or of one's own.
func ExampleBin_Scopes() {
	type Book struct {
		ID uint
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}, {}})
	ctx := softdelete.WithActor(context.Background(), "ana")
	db.WithContext(ctx).Delete(&Book{}, []int{1, 2})
	db.Delete(&Book{}, 3)

	n, err := softdelete.Of[Book](db).Scopes(softdelete.TrashedBy("ana")).Count(ctx)
	fmt.Println(n, err)
	// Output: 2 <nil>
}

// How many rows are in the trash.
func ExampleBin_Count() {
	type Book struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}, {}})
	db.Delete(&Book{}, []int{1, 2})

	n, err := softdelete.Of[Book](db).Count(context.Background())
	fmt.Println(n, err)
	// Output: 2 <nil>
}

package softdelete_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Restore takes keys, or the conditions of the bin. Without either it changes nothing: that is what RestoreAll is for.
func ExampleBin_Restore() {
	type Book struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Book{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}, {}})
	db.Delete(&Book{}, []int{1, 2, 3})

	ctx := context.Background()
	bin := softdelete.Of[Book](db)
	n, err := bin.Restore(ctx, 1, 2)
	fmt.Println(n, err)

	_, err = bin.Restore(ctx)
	fmt.Println("refused:", errors.Is(err, gorm.ErrMissingWhereClause))
	// Output:
	// 2 <nil>
	// refused: true
}

// All that is in the trash of a model, with what went along.
func ExampleBin_RestoreAll() {
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
	db.Delete(&Book{}, []int{1, 2})

	ctx := context.Background()
	n, err := softdelete.Of[Book](db).RestoreAll(ctx)
	fmt.Println("books:", n, err)
	n, err = softdelete.Of[Page](db).Count(ctx)
	fmt.Println("pages in the trash:", n, err)
	// Output:
	// books: 2 <nil>
	// pages in the trash: 0 <nil>
}

package trashcmd_test

import (
	"context"
	"fmt"
	"os"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

// The command is a part of a larger one, shop, whose other parts are not shown. It says "shop trash" where it says what to type.
func ExampleWithName() {
	type Order struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Order{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Order{ID: 7})
	db.Delete(&Order{}, 7)

	open := func(ctx context.Context) (*gorm.DB, error) { return db.WithContext(ctx), nil }
	args := []string{"trash", "preview", "restore", "orders", "7"} // os.Args[1:]
	switch args[0] {
	case "trash":
		ctx := trashcmd.WithName(context.Background(), "shop trash")
		code := trashcmd.Run(ctx, args[1:], trashcmd.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, open)
		fmt.Println("exit", code)
	default:
		fmt.Println("usage: shop trash …")
	}
	// Output:
	// Restoring orders 7 would make 1 row live again:
	//   orders  1
	//
	//   fingerprint ggbicsrgoeb5mp5qvalsbfh3ye
	//
	// To do just that:
	//   shop trash restore orders 7 --yes --expect ggbicsrgoeb5mp5qvalsbfh3ye
	// exit 0
}

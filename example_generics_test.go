package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// GORM's generic API trashes rows, and leaves trashed ones out, as the other one does.
func Example_generics() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	ctx := softdelete.WithActor(context.Background(), "ana")
	notes := gorm.G[Note](db)
	_ = notes.CreateInBatches(ctx, &[]Note{{Text: "milk"}, {Text: "bread"}}, 10)

	n, err := notes.Where("text = ?", "milk").Delete(ctx)
	fmt.Println("trashed:", n, err)
	list, err := notes.Find(ctx)
	fmt.Println("live:", len(list), list[0].Text, err)
	// Output:
	// trashed: 1 <nil>
	// live: 1 bread <nil>
}

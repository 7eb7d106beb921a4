package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// The trash of one model, typed as gorm.G is.
func ExampleOf() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{Text: "milk"}, {Text: "bread"}, {Text: "butter"}})
	db.Delete(&Note{}, []int{1, 2})

	ctx := context.Background()
	bin := softdelete.Of[Note](db)
	notes, err := bin.Where("text LIKE ?", "b%").Find(ctx)
	fmt.Println(notes[0].Text, err)

	n, err := bin.Restore(ctx, notes[0].ID)
	fmt.Println("restored:", n, err)
	n, err = bin.Count(ctx)
	fmt.Println("left:", n, err)
	// Output:
	// bread <nil>
	// restored: 1 <nil>
	// left: 1 <nil>
}

package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Who made a delete and why travels in the context, and is kept in the row.
func ExampleWithActor() {
	type Note struct {
		ID uint
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{}, {}})

	ctx := softdelete.WithActor(context.Background(), "ana") // in a middleware, say
	ctx = softdelete.WithReason(ctx, "spam")
	db.WithContext(ctx).Delete(&Note{}, []int{1, 2})

	notes, err := softdelete.Of[Note](db).Find(ctx)
	for _, note := range notes {
		fmt.Println(note.ID, *note.DeletedBy, *note.DeleteReason)
	}
	fmt.Println(err)
	// Output:
	// 1 ana spam
	// 2 ana spam
	// <nil>
}

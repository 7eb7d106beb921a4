package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What somebody has trashed. The actor may be of any type that the column takes.
func ExampleTrashedBy() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{Text: "milk"}, {Text: "bread"}})
	db.WithContext(softdelete.WithActor(context.Background(), "ana")).Delete(&Note{}, 1)
	db.WithContext(softdelete.WithActor(context.Background(), "bob")).Delete(&Note{}, 2)

	var notes []Note
	db.Scopes(softdelete.TrashedBy("bob")).Find(&notes)
	fmt.Println(len(notes), notes[0].Text)
	// Output: 1 bread
}

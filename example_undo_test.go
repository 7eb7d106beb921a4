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

// An operation is undone by its id: the very rows that it has trashed, of whatever table.
func ExampleUndo() {
	type Comment struct {
		ID, PostID uint
		softdelete.Tracked
	}
	type Post struct {
		ID       uint
		Comments []Comment `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Post{{Comments: []Comment{{}, {}}}, {}})

	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "ana"), "by mistake")
	var d softdelete.Deletion
	db.WithContext(ctx).Scopes(softdelete.Into(&d)).Where("1 = 1").Delete(&Post{})

	undone, err := softdelete.Undo(db, d.ID)
	fmt.Println(undone.Rows, "trashed by", undone.By, undone.Reason, err)

	_, err = softdelete.Undo(db, d.ID)
	fmt.Println("undone already:", errors.Is(err, softdelete.ErrNotFound))
	// Output:
	// map[comments:2 posts:2] trashed by ana by mistake <nil>
	// undone already: true
}

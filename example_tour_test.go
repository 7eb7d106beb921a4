package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A user is deleted with all that is theirs, and undone as one operation. The rows say who deleted them and why.
func Example() {
	type Post struct {
		ID, UserID uint
		softdelete.Tracked
	}
	type User struct {
		ID    uint
		Email string `softdelete:"unique"`  // among live users
		Posts []Post `softdelete:"cascade"` // deleted along, and back along
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}, &Post{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&User{Email: "ana@example.com", Posts: []Post{{}, {}}})

	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "bob"), "spam")
	db.WithContext(ctx).Delete(&User{}, 1)

	trashed, err := softdelete.Of[User](db).Find(ctx)
	fmt.Println(trashed[0].Email, "was deleted by", *trashed[0].DeletedBy, "for", *trashed[0].DeleteReason, err)

	undone, err := softdelete.Undo(db, trashed[0].DeletionID.UUID)
	fmt.Println("undone:", undone.Rows, err)
	// Output:
	// ana@example.com was deleted by bob for spam <nil>
	// undone: map[posts:2 users:1] <nil>
}

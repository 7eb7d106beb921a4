package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A flag does not say by which operation a row was trashed. What went along is not guessed: RootOnly restores without it.
func ExampleRootOnly() {
	type Comment struct {
		ID, PostID uint
		softdelete.Flagged
	}
	type Post struct {
		ID       uint
		Comments []Comment `softdelete:"cascade"`
		softdelete.Flagged
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Post{Comments: []Comment{{}, {}}})
	db.Delete(&Post{}, 1)

	err := softdelete.Restore(db, &Post{}, 1).Error
	fmt.Println("cannot be told:", errors.Is(err, softdelete.ErrAmbiguous))

	tx := softdelete.Restore(db.Scopes(softdelete.RootOnly), &Post{}, 1)
	fmt.Println("posts:", tx.RowsAffected, tx.Error)
	// Output:
	// cannot be told: true
	// posts: 1 <nil>
}

package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Writes obey the scopes, too: this update reaches what is in the trash, and nothing else.
func ExampleOnlyTrashed() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{Text: "milk"}, {Text: "milk"}})
	db.Delete(&Note{}, 1)

	tx := db.Model(&Note{}).Scopes(softdelete.OnlyTrashed).Where("text = ?", "milk").Update("text", "sour milk")
	fmt.Println(tx.RowsAffected, tx.Error)
	// Output: 1 <nil>
}

package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Under Revive a new row that meets a trashed one brings that back, with the new values and the old key.
func ExampleRevive() {
	type User struct {
		ID    uint
		Email string `softdelete:"unique"`
		Name  string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&User{Email: "ana@example.com", Name: "Ana"})
	db.Delete(&User{}, 1)

	again := User{Email: "ana@example.com", Name: "Ana B."}
	err := db.Scopes(softdelete.Revive).Create(&again).Error
	fmt.Println(again.ID, err)

	var n int64
	db.Model(&User{}).Scopes(softdelete.WithTrashed).Count(&n)
	fmt.Println("rows:", n)
	// Output:
	// 1 <nil>
	// rows: 1
}

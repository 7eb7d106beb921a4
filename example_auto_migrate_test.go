package softdelete_test

import (
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Values are unique among live rows: what is in the trash holds none.
func ExampleAutoMigrate() {
	type User struct {
		ID     uint
		Tenant uint   `softdelete:"unique:login"` // of two fields together
		Login  string `softdelete:"unique:login"`
		Email  string `softdelete:"unique"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New())
	if err := softdelete.AutoMigrate(db, &User{}); err != nil {
		log.Fatal(err)
	}
	ana := User{Tenant: 1, Login: "ana", Email: "ana@example.com"}
	db.Create(&ana)
	again := ana
	again.ID = 0

	fmt.Println("taken by a live row:", db.Create(&again).Error != nil)
	db.Delete(&ana)
	fmt.Println("free again:", db.Create(&again).Error)
	// Output:
	// taken by a live row: true
	// free again: <nil>
}

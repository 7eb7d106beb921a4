package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Raw SQL that forgets the trash is refused in tests. What is meant says so.
func ExampleRawPolicy() {
	type Letter struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{RawSQL: softdelete.RawRefuse, Models: []any{&Letter{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Letter{{}, {}})
	db.Delete(&Letter{}, 1)

	var n int
	err := db.Raw("SELECT count(*) FROM letters").Scan(&n).Error
	fmt.Println("refused:", errors.Is(err, softdelete.ErrRawSQL))

	db.Raw("SELECT count(*) FROM letters WHERE ?", softdelete.Live(&Letter{}, "")).Scan(&n)
	fmt.Println("live:", n)

	db.Scopes(softdelete.RawOK).Raw("SELECT count(*) FROM letters").Scan(&n)
	fmt.Println("all, as it is meant:", n)
	// Output:
	// refused: true
	// live: 1
	// all, as it is meant: 2
}

package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A row cannot go while live rows of a relation hang on it. The error says which and how many.
func ExampleRestrictError() {
	type Loan struct {
		ID, MemberID uint
		softdelete.Timestamp
	}
	type Member struct {
		ID    uint
		Loans []Loan `softdelete:"restrict"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Member{}, &Loan{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Member{Loans: []Loan{{}, {}}})

	err := db.Delete(&Member{}, 1).Error
	var restricted *softdelete.RestrictError
	if errors.As(err, &restricted) {
		fmt.Println(restricted.Model, "has", restricted.Relation, restricted.Count)
	}

	db.Where("member_id = ?", 1).Delete(&Loan{}) // both are brought back
	fmt.Println(db.Delete(&Member{}, 1).Error)
	// Output:
	// Member has Loans 2
	// <nil>
}

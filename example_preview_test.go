package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// What a delete would do, and what forbids it. Nothing is written.
func ExamplePreview() {
	type Loan struct {
		ID, MemberID uint
		softdelete.Timestamp
	}
	type Article struct {
		ID, MemberID uint
		softdelete.Timestamp
	}
	type Member struct {
		ID       uint
		Articles []Article `softdelete:"cascade"`
		Loans    []Loan    `softdelete:"restrict"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Member{}, &Article{}, &Loan{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Member{Articles: []Article{{}, {}}, Loans: []Loan{{}}})

	plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &Member{}, 1)
	fmt.Println(plan.Rows, "forbidden:", plan.Forbidden(), err)
	for _, r := range plan.Restricted {
		fmt.Println(r.Relation, r.Count)
	}
	// Output:
	// map[articles:2 members:1] forbidden: true <nil>
	// Loans 1
}

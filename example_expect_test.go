package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// An operation does what its preview said, or nothing at all.
func ExampleExpect() {
	type Article struct {
		ID, MemberID uint
		softdelete.Timestamp
	}
	type Member struct {
		ID       uint
		Articles []Article `softdelete:"cascade"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Member{}, &Article{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Member{Articles: []Article{{}, {}}})

	plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &Member{}, 1)
	fmt.Println(plan.Rows, err) // to be shown to a person, who agrees
	for _, step := range plan.Steps {
		fmt.Printf("%d %s %q\n", step.Rows, step.Table, step.Relation)
	}

	db.Create(&Article{MemberID: 1}) // somebody else comes in between
	err = db.Scopes(softdelete.Expect(plan)).Delete(&Member{}, 1).Error
	fmt.Println("refused:", errors.Is(err, softdelete.ErrPlanChanged))
	// Output:
	// map[articles:2 members:1] <nil>
	// 1 members ""
	// 2 articles "Member.Articles"
	// refused: true
}

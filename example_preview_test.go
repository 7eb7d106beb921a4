package softdelete_test

import (
	"fmt"
	"log"

	"github.com/gorm-softdelete/softdelete"
)

// Preview says what a verb would do, and writes nothing.
func ExamplePreview() {
	db := openMembers()
	for _, name := range []string{"Ana", "Ben"} {
		plan, err := softdelete.Preview(db.Where("name = ?", name), softdelete.OpSoftDelete, &Member{})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, plan.Rows["members"], plan.Rows["articles"], plan.Rows["remarks"])
		for _, restricted := range plan.Restricted {
			fmt.Println("forbidden by", restricted.Relation, restricted.Count)
		}
	}
	printLive(db)
	// Output:
	// Ana 1 2 4
	// Ben 1 1 2
	// forbidden by Loans 1
	// live: 2 members, 3 articles, 6 remarks
}

// Expect lets a delete do what somebody has agreed to, or nothing at all.
func ExampleExpect() {
	db := openMembers()
	var ana Member
	db.First(&ana, "name = ?", "Ana")
	plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &ana)
	if err != nil {
		log.Fatal(err)
	}
	for _, step := range plan.Steps {
		fmt.Printf("%d %s %q\n", step.Rows, step.Table, step.Relation)
	}

	db.Create(&Article{Title: "On haste", MemberID: ana.ID}) // somebody else comes in between
	err = db.Scopes(softdelete.Expect(plan)).Delete(&ana).Error
	fmt.Println(err)

	plan, err = softdelete.Preview(db, softdelete.OpSoftDelete, &ana)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(db.Scopes(softdelete.ExpectFingerprint(plan.Fingerprint())).Delete(&ana).Error)
	printLive(db)
	// Output:
	// 1 members ""
	// 2 articles "Member.Articles"
	// 4 remarks "Article.Remarks"
	// softdelete: the plan has changed: it was a soft delete of articles 2, members 1, remarks 4, and would now be a soft delete of articles 3, members 1, remarks 4: preview it again
	// <nil>
	// live: 1 members, 1 articles, 2 remarks
}

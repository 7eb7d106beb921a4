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

package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// Member has articles, which go along with it, and loans, which it cannot go without.
type Member struct {
	ID       uint
	Name     string
	Articles []Article `softdelete:"cascade"`
	Loans    []Loan    `softdelete:"restrict"`
	softdelete.Tracked
}

// Article has remarks. The constraint says that they go along, no tag is needed.
type Article struct {
	ID       uint
	MemberID uint
	Title    string
	Remarks  []Remark `gorm:"constraint:OnDelete:CASCADE"`
	softdelete.Tracked
}

// Remark is a remark on an article.
type Remark struct {
	ID        uint
	ArticleID uint
	Text      string
	softdelete.Tracked
}

// Loan is something that a member has borrowed.
type Loan struct {
	ID       uint
	MemberID uint
	softdelete.Tracked
}

// openMembers opens a database in memory with two members: Ana with two articles, Ben with one and a loan. Each article has
// two remarks.
func openMembers() *gorm.DB {
	db := openNotes()
	if err := db.AutoMigrate(&Member{}, &Article{}, &Remark{}, &Loan{}); err != nil {
		log.Fatal(err)
	}
	article := func(title string) Article {
		return Article{Title: title, Remarks: []Remark{{Text: "good"}, {Text: "bad"}}}
	}
	if err := db.Create(&[]Member{
		{Name: "Ana", Articles: []Article{article("On tea"), article("On rain")}},
		{Name: "Ben", Articles: []Article{article("On sleep")}, Loans: []Loan{{}}},
	}).Error; err != nil {
		log.Fatal(err)
	}
	return db
}

func printLive(db *gorm.DB) {
	var members, articles, remarks int64
	if err := errors.Join(db.Model(&Member{}).Count(&members).Error, db.Model(&Article{}).Count(&articles).Error, db.Model(&Remark{}).Count(&remarks).Error); err != nil {
		log.Fatal(err)
	}
	fmt.Println("live:", members, "members,", articles, "articles,", remarks, "remarks")
}

// A delete takes along what the tags and constraints of the models say, in one
// UPDATE per relation.
func Example_cascade() {
	db := openMembers()
	ctx := softdelete.WithActor(context.Background(), "admin")

	var ana Member
	db.First(&ana, "name = ?", "Ana")
	var d softdelete.Deletion
	tx := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&ana)
	fmt.Println("members trashed:", tx.RowsAffected)
	fmt.Println("by table:", d.Rows["members"], d.Rows["articles"], d.Rows["remarks"])
	printLive(db)

	// A live row of a relation tagged restrict forbids it, and nothing changes.
	var ben Member
	db.First(&ben, "name = ?", "Ben")
	err := db.Delete(&ben).Error
	var restricted *softdelete.RestrictError
	if errors.As(err, &restricted) {
		fmt.Println("refused:", restricted.Model, restricted.Relation, restricted.Count)
	}
	printLive(db)
	// Output:
	// members trashed: 1
	// by table: 1 2 4
	// live: 1 members, 1 articles, 2 remarks
	// refused: Member Loans 1
	// live: 1 members, 1 articles, 2 remarks
}

// GORM's own Select adds relations to a delete, whatever their policy: of rows
// that the delete has matched, in the same operation.
func Example_select() {
	db := openMembers()
	var d softdelete.Deletion
	err := db.Scopes(softdelete.Into(&d)).Select("Loans").Where("name = ?", "Ben").Delete(&Member{}).Error
	fmt.Println(err, d.Rows["members"], d.Rows["loans"])
	// Output: <nil> 1 1
}

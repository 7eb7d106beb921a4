package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/gorm-softdelete/softdelete"
)

// Undo brings back the very rows of one operation: a remark that was trashed
// before stays in the trash.
func ExampleUndo() {
	db := openMembers()
	db.Where("text = ?", "bad").Delete(&Remark{})
	printLive(db)

	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "admin"), "moved away")
	var d softdelete.Deletion
	if err := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Where("name = ?", "Ana").Delete(&Member{}).Error; err != nil {
		log.Fatal(err)
	}
	printLive(db)

	undone, err := softdelete.Undo(db, d.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("undone:", undone.By, undone.Reason, undone.Rows["members"], undone.Rows["articles"], undone.Rows["remarks"])
	printLive(db)

	_, err = softdelete.Undo(db, d.ID)
	fmt.Println("again:", errors.Is(err, softdelete.ErrNotFound))
	// Output:
	// live: 2 members, 3 articles, 3 remarks
	// live: 1 members, 1 articles, 1 remarks
	// undone: admin moved away 1 2 2
	// live: 2 members, 3 articles, 3 remarks
	// again: true
}

// A row that a cascade trashed comes back with its parents, or on its own if
// that is what is meant.
func ExampleWithParents() {
	db := openMembers()
	db.Where("name = ?", "Ana").Delete(&Member{})
	printLive(db)

	var tea Article
	db.Scopes(softdelete.OnlyTrashed).First(&tea, "title = ?", "On tea")
	err := softdelete.Restore(db, &tea).Error
	fmt.Println("parent trashed:", errors.Is(err, softdelete.ErrParentTrashed))

	if err := softdelete.Restore(db.Scopes(softdelete.WithParents), &tea).Error; err != nil {
		log.Fatal(err)
	}
	printLive(db)
	// Output:
	// live: 1 members, 1 articles, 2 remarks
	// parent trashed: true
	// live: 2 members, 2 articles, 4 remarks
}

func ExampleRootOnly() {
	db := openMembers()
	db.Where("name = ?", "Ana").Delete(&Member{})

	tx := softdelete.Restore(db.Scopes(softdelete.RootOnly).Where("name = ?", "Ana"), &Member{})
	fmt.Println(tx.RowsAffected, tx.Error)
	printLive(db)
	// Output:
	// 1 <nil>
	// live: 2 members, 1 articles, 2 remarks
}

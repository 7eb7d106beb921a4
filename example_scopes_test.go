package softdelete_test

import (
	"context"
	"fmt"
	"log"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

func ExampleOnlyTrashed() {
	db := openNotes()
	db.Delete(&Note{}, 2)

	printNotes(db)
	printNotes(db.Scopes(softdelete.OnlyTrashed))
	printNotes(db.Scopes(softdelete.WithTrashed))
	// Output:
	// [milk butter]
	// [bread]
	// [milk bread butter]
}

func ExampleTrashedBy() {
	db := openNotes()
	db.WithContext(softdelete.WithActor(context.Background(), "ana")).Delete(&Note{}, 1)
	db.WithContext(softdelete.WithActor(context.Background(), "bob")).Delete(&Note{}, 2)

	printNotes(db.Scopes(softdelete.TrashedBy("bob")))
	// Output: [bread]
}

func ExampleStatementScope() {
	db := openNotes()
	db.Delete(&Note{}, 3)

	notes, err := gorm.G[Note](db).Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).Find(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(notes), notes[0].Text)
	// Output: 1 butter
}

func ExampleLive() {
	db := openNotes()
	db.Delete(&Note{}, 2)

	sql := db.ToSQL(func(tx *gorm.DB) *gorm.DB {
		return tx.Table("shelves").Joins("JOIN notes n ON n.shelf_id = shelves.id AND ?", softdelete.Live(&Note{}, "n")).Find(&[]map[string]any{})
	})
	fmt.Println(sql)
	// Output: SELECT * FROM `shelves` JOIN notes n ON n.shelf_id = shelves.id AND `n`.`deleted_at` IS NULL
}

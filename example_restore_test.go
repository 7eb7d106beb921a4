package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/gorm-softdelete/softdelete"
)

func ExampleRestore() {
	db := openNotes()
	var note Note
	db.First(&note, 1)
	db.Delete(&note)
	fmt.Println("trashed:", note.DeletedAt.Valid)

	result := softdelete.Restore(db, &note)
	fmt.Println("restored:", result.RowsAffected, "trashed:", note.DeletedAt.Valid)
	// Output:
	// trashed: true
	// restored: 1 trashed: false
}

// A purge removes trashed rows only.
func ExamplePurge() {
	db := openNotes()
	db.Delete(&Note{}, []int{1, 2})

	result := softdelete.Purge(db.Scopes(softdelete.TrashedBefore(time.Now().Add(time.Hour))), &Note{})
	fmt.Println(result.RowsAffected, result.Error)
	printNotes(db.Scopes(softdelete.WithTrashed))
	// Output:
	// 2 <nil>
	// [butter]
}

func ExampleOf() {
	db := openNotes()
	db.Delete(&Note{}, []int{1, 2})

	ctx := context.Background()
	bin := softdelete.Of[Note](db)
	notes, err := bin.Where("text LIKE ?", "b%").Find(ctx)
	if err != nil {
		log.Fatal(err)
	}
	n, err := bin.Restore(ctx, notes[0].ID)
	if err != nil {
		log.Fatal(err)
	}
	left, err := bin.Count(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(notes[0].Text, n, left)
	// Output: bread 1 1
}

// Save of a struct that was loaded before its row was trashed is refused; under
// Revive a new row with its unique value brings the row back.
func ExampleRevive() {
	db := openNotes()
	var stale Note
	db.First(&stale, 1)
	db.Delete(&Note{}, 1)

	err := db.Save(&stale).Error
	fmt.Println("refused:", errors.Is(err, softdelete.ErrTrashed))

	fresh := Note{Text: "milk"}
	if err := db.Scopes(softdelete.Revive).Create(&fresh).Error; err != nil {
		log.Fatal(err)
	}
	fmt.Println("revived as", fresh.ID)
	// Output:
	// refused: true
	// revived as 1
}

package softdelete_test

import (
	"context"
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Tracked keeps when a row was trashed, who did it, why, and in which operation. A restore clears all four.
func ExampleTracked() {
	type Note struct {
		ID uint
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	note := Note{}
	db.Create(&note)

	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "ana"), "done")
	db.WithContext(ctx).Delete(&note)
	fmt.Println(*note.DeletedBy, *note.DeleteReason, note.DeletedAt.Valid, note.DeletionID.Valid)

	softdelete.Restore(db, &note)
	fmt.Println(note.DeletedBy, note.DeleteReason, note.DeletedAt.Valid, note.DeletionID.Valid)
	// Output:
	// ana done true true
	// <nil> <nil> false false
}

// A model can bring columns of its own, by tag: here a flag, and who and when beside it.
func ExampleTracked_columns() {
	type Note struct {
		ID        uint
		Removed   softdelete.Flag `gorm:"not null;default:false"`
		RemovedAt *time.Time      `softdelete:"at"`
		RemoverID *uint           `softdelete:"by"`
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	note := Note{}
	db.Create(&note)

	const ana uint = 7 // an actor is whatever the column takes
	db.WithContext(softdelete.WithActor(context.Background(), ana)).Delete(&note)
	fmt.Println(note.Removed, note.RemovedAt.UTC().Format(time.DateOnly), *note.RemoverID)
	// Output: true 2026-03-01 7
}

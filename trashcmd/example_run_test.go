package trashcmd_test

import (
	"context"
	"fmt"
	"os"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

// The same with arguments of one's own: what would come back, and back it comes.
func ExampleRun() {
	type Task struct {
		ID, ProjectID uint
		softdelete.Tracked
	}
	type Project struct {
		ID    uint
		Tasks []Task `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Project{}, &Task{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Project{ID: 7, Tasks: []Task{{}, {}}})
	db.Delete(&Project{}, 7)

	open := func(ctx context.Context) (*gorm.DB, error) { return db.WithContext(ctx), nil }
	ctx := trashcmd.WithName(context.Background(), "trash")
	for _, args := range [][]string{{"preview", "restore", "projects", "7"}, {"restore", "projects", "7", "--yes"}} {
		code := trashcmd.Run(ctx, args, trashcmd.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, open)
		fmt.Println("exit", code)
	}
	// Output:
	// Restoring projects 7 would make 3 rows live again, of 2 tables:
	//   projects  1
	//   └─ tasks  2  Project.Tasks
	//
	//   fingerprint 3c42lipsq7fbyx6rujtqanemxi
	//
	// To do just that:
	//   trash restore projects 7 --yes --expect 3c42lipsq7fbyx6rujtqanemxi
	// exit 0
	// Restored 3 rows: tasks 2, projects 1.
	// exit 0
}

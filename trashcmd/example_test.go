package trashcmd_test

import (
	"context"
	"fmt"
	"os"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

type Project struct {
	ID    uint
	Name  string
	Tasks []Task `softdelete:"cascade"`
	softdelete.Tracked
}

type Task struct {
	ID        uint
	ProjectID uint
	softdelete.Tracked
}

// The same as a library call: what a program of its own does with its arguments.
func ExampleRun() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	models := []any{&Project{}, &Task{}}
	_ = db.Use(softdelete.New(softdelete.Config{Models: models}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Project{ID: 7, Name: "Moon", Tasks: []Task{{}, {}}})
	db.Delete(&Project{ID: 7})

	open := func(ctx context.Context) (*gorm.DB, error) { return db.WithContext(ctx), nil }
	ctx := trashcmd.WithName(context.Background(), "trash")
	for _, args := range [][]string{{"preview", "restore", "projects", "7"}, {"restore", "projects", "7", "--yes"}} {
		code := trashcmd.Run(ctx, args, trashcmd.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, open, models...)
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

// A program for the trash is made where the models are.
func ExampleMain() {
	open := func(context.Context) (*gorm.DB, error) {
		db, err := gorm.Open(sqlite.Open(os.Getenv("DB_FILE")), &gorm.Config{})
		if err == nil {
			err = db.Use(softdelete.New(softdelete.Config{Models: []any{&Project{}, &Task{}}}))
		}
		return db, err
	}
	trashcmd.Main(open)
}

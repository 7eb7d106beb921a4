package trashcmd_test

import (
	"context"
	"os"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

// Project is a model of the application.
type Project struct {
	ID   uint
	Name string
	softdelete.Tracked
}

// open opens the database of the application, with the plugin.
func open(context.Context) (*gorm.DB, error) {
	db, err := gorm.Open(sqlite.Open(os.Getenv("DB_FILE")), &gorm.Config{})
	if err != nil {
		return nil, err
	}
	return db, db.Use(softdelete.New(softdelete.Config{Models: []any{&Project{}}}))
}

// A program for the trash is made where the models are.
func ExampleMain() {
	trashcmd.Main(open)
}

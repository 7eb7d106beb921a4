// Bug is the program to start a bug report from: change the model and the calls until it shows what is wrong.
//
//	go run ./examples/bug
package main

import (
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

type Post struct {
	ID    uint
	Title string
	softdelete.Tracked
}

func main() {
	// Info prints each statement. For another database change this line and the import.
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Default.LogMode(logger.Info)})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}}})); err != nil {
		log.Fatal(err)
	}
	if err := softdelete.AutoMigrate(db); err != nil {
		log.Fatal(err)
	}
	db.Create(&Post{Title: "Hello"})

	// What you did:
	tx := db.Delete(&Post{}, 1)

	// What you expected, and what you got:
	if tx.Error != nil || tx.RowsAffected != 1 {
		log.Fatalf("expected 1 row, got %d, error %v", tx.RowsAffected, tx.Error)
	}
}

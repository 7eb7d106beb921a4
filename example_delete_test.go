package softdelete_test

import (
	"context"
	"fmt"
	"log"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Note is the model of the examples.
type Note struct {
	ID   uint
	Text string `gorm:"unique"`
	softdelete.Tracked
}

// openNotes opens a database in memory with the plugin and three notes.
func openNotes() *gorm.DB {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		log.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		log.Fatal(err)
	}
	pool.SetMaxOpenConns(1) // each connection would have a memory of its own
	if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}})); err != nil {
		log.Fatal(err)
	}
	if err := db.AutoMigrate(&Note{}); err != nil {
		log.Fatal(err)
	}
	if err := db.Create([]Note{{Text: "milk"}, {Text: "bread"}, {Text: "butter"}}).Error; err != nil {
		log.Fatal(err)
	}
	return db
}

func printNotes(db *gorm.DB) {
	var texts []string
	if err := db.Model(&Note{}).Order("id").Pluck("text", &texts).Error; err != nil {
		log.Fatal(err)
	}
	fmt.Println(texts)
}

// A delete keeps who made it and why, and reports what it did.
func ExampleInto() {
	db := openNotes()
	ctx := softdelete.WithActor(context.Background(), "ana")
	ctx = softdelete.WithReason(ctx, "bought")

	var d softdelete.Deletion
	if err := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&Note{}, []int{1, 2}).Error; err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.By, d.Reason, d.Rows["notes"])
	printNotes(db)
	// Output:
	// ana bought 2
	// [butter]
}

// Quickstart makes a SQLite file and shows what softdelete does to the SQL of an
// ordinary GORM program: delete, list, list the trash, restore, purge, and a Save
// of a stale struct refused.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Post is trashed by db.Delete, because of what it embeds.
type Post struct {
	ID    uint
	Title string
	softdelete.Tracked
}

const file = "quickstart.db"

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := gorm.Open(sqlite.Open(file), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return err
	}
	if err := db.Use(softdelete.New()); err != nil {
		return err
	}
	if err := db.AutoMigrate(&Post{}); err != nil {
		return err
	}
	posts := []Post{{Title: "Hello"}, {Title: "Buy my pills"}, {Title: "Goodbye"}}
	if err := db.Create(&posts).Error; err != nil {
		return err
	}
	db = db.Session(&gorm.Session{Logger: printSQL{logger.Discard}})

	step("Delete: the row is trashed, with who and why")
	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "ana"), "spam")
	if err := db.WithContext(ctx).Delete(&Post{}, 2).Error; err != nil {
		return err
	}

	step("List: trashed rows are left out")
	if err := list(db); err != nil {
		return err
	}

	step("List the trash")
	if err := list(db.Scopes(softdelete.OnlyTrashed)); err != nil {
		return err
	}

	step("Save of a struct loaded before: refused, GORM alone would bring the row back")
	stale := posts[1]
	stale.Title = "Buy my pills now"
	err = db.Save(&stale).Error
	fmt.Println("  error:", err)
	if !errors.Is(err, softdelete.ErrTrashed) {
		return errors.New("the save was not refused")
	}

	step("Restore")
	restored := softdelete.Restore(db, &Post{}, 2)
	if restored.Error != nil {
		return restored.Error
	}
	fmt.Println("  rows restored:", restored.RowsAffected)

	step("Delete it again, and purge: removed for good")
	if err := db.Delete(&Post{}, 2).Error; err != nil {
		return err
	}
	n, err := softdelete.Of[Post](db).Purge(context.Background(), 2)
	if err != nil {
		return err
	}
	fmt.Println("  rows purged:", n)

	step("What is left, live and trashed")
	return list(db.Scopes(softdelete.WithTrashed))
}

func step(title string) { fmt.Printf("\n%s\n", title) }

func list(db *gorm.DB) error {
	var posts []Post
	if err := db.Order("id").Find(&posts).Error; err != nil {
		return err
	}
	for _, post := range posts {
		fmt.Printf("  %d %s", post.ID, post.Title)
		if post.DeletedAt.Valid {
			fmt.Printf(" (trashed by %s: %s)", *post.DeletedBy, *post.DeleteReason)
		}
		fmt.Println()
	}
	return nil
}

// printSQL is a GORM logger that prints each statement.
type printSQL struct{ logger.Interface }

func (p printSQL) LogMode(logger.LogLevel) logger.Interface { return p }

func (printSQL) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	sql, _ := statement()
	fmt.Println("  ", sql)
}

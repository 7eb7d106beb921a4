package softdelete_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Postcard says itself how long its trash is kept: a week.
type Postcard struct {
	ID uint
	softdelete.Timestamp
}

func (Postcard) TrashRetention() time.Duration { return 7 * 24 * time.Hour }

// Run empties the trash now and then until its context ends: here after the first batch, in a program when that shuts down.
func ExampleTrash_Run() {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Postcard{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Postcard{{}, {}})
	db.Delete(&Postcard{}, 1)
	now = now.AddDate(0, 0, 8)
	db.Delete(&Postcard{}, 2)

	ctx, shutDown := context.WithCancel(context.Background())
	trash, _ := softdelete.OpenTrash(db)
	err := trash.Run(ctx, softdelete.RunOptions{
		Every:     time.Hour,
		Retention: 30 * 24 * time.Hour, // of models that say nothing
		Logger:    slog.New(slog.DiscardHandler),
		Empty: softdelete.EmptyOptions{Progress: func(p softdelete.Progress) {
			fmt.Println(p.Model, p.Done)
			shutDown()
		}},
	})
	fmt.Println(err)
	// Output:
	// Postcard 1
	// context canceled
}

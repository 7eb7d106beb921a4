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

// Message is kept in the trash for 30 days, whoever empties it by Trash.Run.
type Message struct {
	ID uint
	softdelete.Timestamp
}

func (Message) TrashRetention() time.Duration { return 30 * 24 * time.Hour }

// A model says how long its trash is kept. An item says when its time is over.
func ExampleTrashRetainer() {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return now },
	})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Message{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Message{})
	db.Delete(&Message{}, 1)

	trash, _ := softdelete.OpenTrash(db)
	item, err := trash.Item(context.Background(), "messages", 1)
	fmt.Println("kept until", item.KeptUntil().UTC().Format(time.DateOnly), err)
	// Output: kept until 2026-03-31 <nil>
}

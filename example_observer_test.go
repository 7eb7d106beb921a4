package softdelete_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// AuditEntry is a line of an audit log: what one operation did to one table.
type AuditEntry struct {
	ID        uint
	Who, What string
	Of, Keys  string
}

// writeAudit is an observer. It writes by tx, and so the entry is committed with the operation, or not at all.
func writeAudit(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	who := "" // nobody is named
	if event.Actor != nil {
		who = fmt.Sprint(event.Actor)
	}
	return tx.Create(&AuditEntry{
		Who: who, What: event.Operation.String(),
		Of: event.Table, Keys: fmt.Sprint(keys),
	}).Error
}

// An audit log: a line for each operation and table, in the same transaction.
func ExampleObserver() {
	type Page struct {
		ID, BookID uint
		softdelete.Tracked
	}
	type Book struct {
		ID    uint
		Pages []Page `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{
		Models:    []any{&Book{}, &Page{}, &AuditEntry{}},
		Observers: []softdelete.Observer{writeAudit},
	}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Book{Pages: []Page{{}, {}}})

	ana := db.WithContext(softdelete.WithActor(context.Background(), "ana"))
	ana.Delete(&Book{}, 1)
	softdelete.Restore(ana, &Book{}, 1)
	_ = ana.Transaction(func(tx *gorm.DB) error {
		tx.Delete(&Book{}, 1)
		return errors.New("changed my mind") // leaves no entry
	})

	var entries []AuditEntry
	db.Find(&entries)
	for _, entry := range entries {
		fmt.Println(entry.Who, entry.What, entry.Of, entry.Keys)
	}
	// Output:
	// ana soft delete books [1]
	// ana soft delete pages [1 2]
	// ana restore books [1]
	// ana restore pages [1 2]
}

// OutboxMessage waits to be sent: by a relay that reads the table, sends what it finds and removes it.
type OutboxMessage struct {
	ID      uint
	Topic   string
	Payload string
}

// enqueue is an observer that writes what other systems have to hear of, a search index for instance.
func enqueue(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	payload, err := json.Marshal(map[string]any{"operation": event.Operation.String(), "keys": keys})
	if err != nil {
		return err
	}
	return tx.Create(&OutboxMessage{Topic: event.Table, Payload: string(payload)}).Error
}

// A transactional outbox: the message is there if, and only if, the operation was committed.
// An observer that fails undoes the operation.
func ExampleObserver_outbox() {
	type Book struct {
		ID uint
		softdelete.Tracked
	}
	full := false
	observer := func(ctx context.Context, tx *gorm.DB, event softdelete.Event) error {
		if full {
			return errors.New("the outbox is full")
		}
		return enqueue(ctx, tx, event)
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{
		Models:    []any{&Book{}, &OutboxMessage{}},
		Observers: []softdelete.Observer{observer},
	}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Book{{}, {}})

	db.Delete(&Book{}, 1)
	full = true
	fmt.Println(db.Delete(&Book{}, 2).Error)

	var messages []OutboxMessage
	db.Find(&messages)
	for _, message := range messages {
		fmt.Println(message.Topic, message.Payload)
	}
	// Output:
	// the outbox is full
	// books {"keys":[1],"operation":"soft delete"}
}

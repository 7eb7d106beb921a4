package softdelete_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// AuditEntry is a line of an audit log: what one operation did to one table.
type AuditEntry struct {
	ID   uint
	At   time.Time
	Who  string
	What string
	Of   string
	Keys string
}

// writeAudit is an Observer. It writes by tx, and so the entry is committed with the
// operation or not at all.
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
		At: event.At, Who: who, What: event.Operation.String(), Of: event.Table, Keys: fmt.Sprint(keys),
	}).Error
}

// An audit log: each operation on a line of its own for each table, in the same
// transaction.
func ExampleObserver() {
	clock := &stoppedClock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	db := openBookcase(clock, softdelete.Config{Observers: []softdelete.Observer{writeAudit}})
	if err := db.AutoMigrate(&AuditEntry{}); err != nil {
		log.Fatal(err)
	}
	ctx := softdelete.WithActor(context.Background(), "ana")
	db.WithContext(ctx).Where("title = ?", "Tea").Delete(&Book{})
	clock.advance(time.Hour)
	softdelete.Restore(db.WithContext(ctx), &Book{}, 1)

	// What is rolled back leaves no entry.
	err := db.Transaction(func(tx *gorm.DB) error {
		if err := tx.WithContext(ctx).Delete(&Book{}, 2).Error; err != nil {
			return err
		}
		return errors.New("changed my mind")
	})
	fmt.Println(err)

	var entries []AuditEntry
	db.Find(&entries)
	for _, entry := range entries {
		fmt.Println(entry.At.UTC().Format(time.TimeOnly), entry.Who, entry.What, entry.Of, entry.Keys)
	}
	// Output:
	// changed my mind
	// 09:00:00 ana soft delete books [1]
	// 09:00:00 ana soft delete pages [1 2]
	// 10:00:00 ana restore books [1]
	// 10:00:00 ana restore pages [1 2]
}

// OutboxMessage waits to be sent: by a relay that reads the table, sends what it
// finds and removes it.
type OutboxMessage struct {
	ID      uint
	Topic   string
	Payload string
}

// enqueue is an Observer that writes to an outbox what other systems, a search
// index for instance, have to hear of.
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

// A transactional outbox: the message is there if, and only if, the operation
// was committed. An observer that fails undoes the operation.
func ExampleObserver_outbox() {
	full := false
	observer := func(ctx context.Context, tx *gorm.DB, event softdelete.Event) error {
		if full {
			return errors.New("the outbox is full")
		}
		return enqueue(ctx, tx, event)
	}
	clock := &stoppedClock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	db := openBookcase(clock, softdelete.Config{Observers: []softdelete.Observer{observer}})
	if err := db.AutoMigrate(&OutboxMessage{}); err != nil {
		log.Fatal(err)
	}

	db.Delete(&Book{}, 1)
	full = true
	fmt.Println(db.Delete(&Book{}, 2).Error)

	var books int64
	db.Model(&Book{}).Count(&books)
	fmt.Println("live books:", books)
	var messages []OutboxMessage
	db.Find(&messages)
	for _, message := range messages {
		fmt.Println(message.Topic, message.Payload)
	}
	// Output:
	// the outbox is full
	// live books: 2
	// books {"keys":[1],"operation":"soft delete"}
	// pages {"keys":[1,2],"operation":"soft delete"}
}

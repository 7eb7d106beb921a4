package main

import (
	"errors"
	"os"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Message is trashed with its attachments.
type Message struct {
	ID          uint
	Subject     string
	Attachments []Attachment `softdelete:"cascade"`
	softdelete.Tracked
}

// Attachment hangs on a Message.
type Attachment struct {
	ID        uint
	MessageID uint `gorm:"index"`
	Name      string
	softdelete.Tracked
}

// fewer is how many times fewer live messages and messages trashed lately there are than ones trashed long ago.
const fewer = 10

// open opens the file, empty but for its tables unless it is to be kept, and says how to close it.
func open(file string, keep bool) (*gorm.DB, func() error, error) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if keep {
			break
		}
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, nil, err
		}
	}
	dsn := file + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)"
	db, err := gorm.Open(sqlite.Open(dsn), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return nil, nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, nil, err
	}
	if err := prepare(db); err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}
	return db, pool.Close, nil
}

// prepare installs the plugin and makes the tables. The index on deleted_at is what an Empty finds rows by.
func prepare(db *gorm.DB) error {
	if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Message{}, &Attachment{}}})); err != nil {
		return err
	}
	if err := db.AutoMigrate(&Message{}, &Attachment{}); err != nil {
		return err
	}
	for _, table := range []string{"messages", "attachments"} {
		err := db.Exec("CREATE INDEX IF NOT EXISTS idx_" + table + "_deleted_at ON " + table + " (deleted_at) WHERE deleted_at IS NOT NULL").Error
		if err != nil {
			return err
		}
	}
	return nil
}

// fill makes messages that were trashed 40 days ago and earlier, ten a second, some that were trashed yesterday, and some live
// ones, each with two attachments.
func fill(db *gorm.DB, rows int) error {
	const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
	now := db.NowFunc().UTC()
	yesterday := now.Add(-24 * time.Hour)
	oldest := now.Add(-40*24*time.Hour - time.Duration(rows/10)*time.Second)
	return db.Transaction(func(tx *gorm.DB) error {
		err := tx.Exec("INSERT INTO messages (subject, deleted_at) "+numbers+
			"SELECT 'Message ' || i, CASE WHEN i <= ? THEN strftime('%Y-%m-%d %H:%M:%S+00:00', ?, '+' || (i / 10) || ' seconds')"+
			" WHEN i <= ? THEN strftime('%Y-%m-%d %H:%M:%S+00:00', ?) END FROM n",
			rows+2*(rows/fewer), rows, oldest.Format(time.DateTime), rows+rows/fewer, yesterday.Format(time.DateTime)).Error
		if err != nil {
			return err
		}
		return tx.Exec("INSERT INTO attachments (message_id, name, deleted_at)" +
			" SELECT id, 'photo ' || side || '.jpg', deleted_at FROM messages, (SELECT 1 AS side UNION SELECT 2) ORDER BY id").Error
	})
}

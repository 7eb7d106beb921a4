package store

import (
	"context"
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/internal/sample"
)

// Open opens the store's file. It makes it if it is not there.
func Open(ctx context.Context, file string) (*gorm.DB, error) {
	err := sample.Make(ctx, file, open, func(db *gorm.DB) error { return Fill(db, time.Now()) })
	if err != nil {
		return nil, fmt.Errorf("making the store %s: %w", file, err)
	}
	return open(file)
}

func open(file string) (*gorm.DB, error) {
	db, err := gorm.Open(sqlite.Open(file+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)"),
		&gorm.Config{Logger: logger.Default.LogMode(logger.Error)})
	if err != nil {
		return nil, err
	}
	return db, Register(db)
}

// Register installs the plugin on a handle that has none, for the store's models.
func Register(db *gorm.DB) error {
	if err := db.SetupJoinTable(&Playlist{}, "Tracks", &PlaylistTrack{}); err != nil {
		return err
	}
	return db.Use(softdelete.New(softdelete.Config{Models: Models()}))
}

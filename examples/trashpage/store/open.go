package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Open opens the store's file. It makes it if it is not there.
func Open(ctx context.Context, file string) (*gorm.DB, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if err := build(ctx, file); err != nil {
			return nil, fmt.Errorf("making the store %s: %w", file, err)
		}
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

// build makes the file under another name first: a store that is there is whole.
func build(ctx context.Context, file string) error {
	unfinished := file + ".new"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := open(unfinished)
	if err != nil {
		return err
	}
	err = Fill(db.WithContext(ctx), time.Now())
	pool, poolErr := db.DB()
	if poolErr == nil {
		poolErr = pool.Close()
	}
	if err := errors.Join(err, poolErr); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}

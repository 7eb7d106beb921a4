package shop

import (
	"cmp"
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

// What the environment can say.
const (
	FileEnv  = "SHOP_DB"    // the shop's file; operator.db unless it says so
	FreshEnv = "SHOP_FRESH" // anything but nothing has the file made anew
)

// Open opens the shop's file. It makes it if it is not there.
func Open(ctx context.Context) (*gorm.DB, error) {
	file := cmp.Or(os.Getenv(FileEnv), "operator.db")
	if os.Getenv(FreshEnv) != "" {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if err := build(ctx, file); err != nil {
			return nil, fmt.Errorf("making the shop %s: %w", file, err)
		}
	}
	return open(file)
}

func open(file string) (*gorm.DB, error) {
	db, err := gorm.Open(sqlite.Open(file+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return nil, err
	}
	return db, db.Use(softdelete.New(softdelete.Config{Models: Models()}))
}

// build makes the file under another name first: a shop that is there is whole.
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

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
	"github.com/gorm-softdelete/softdelete/examples/internal/sample"
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
	err := sample.Make(ctx, file, open, func(db *gorm.DB) error { return Fill(db, time.Now()) })
	if err != nil {
		return nil, fmt.Errorf("making the shop %s: %w", file, err)
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

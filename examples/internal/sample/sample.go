// Package sample makes the databases of examples.
package sample

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"gorm.io/gorm"
)

// Make makes a file of a database and fills it, if there is none. It does so under another name
// first: a file that is there is whole.
func Make(ctx context.Context, file string, open func(file string) (*gorm.DB, error), fill func(*gorm.DB) error) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	unfinished := file + ".new"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := open(unfinished)
	if err != nil {
		return err
	}
	err = fill(db.WithContext(ctx))
	pool, poolErr := db.DB()
	if poolErr == nil {
		poolErr = pool.Close()
	}
	if err := errors.Join(err, poolErr); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}

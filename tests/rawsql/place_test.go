package rawsql_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// here is the place that is n lines below the call.
func here(n int) string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", file, line+n)
}

// helped is a helper, of which the place is its own.
func helped[T any](db *gorm.DB, dest *T) (string, error) {
	return here(0), db.Raw("SELECT * FROM posts").Scan(dest).Error
}

// Migrator is of the caller's own, by a name as GORM's.
type Migrator struct{ db *gorm.DB }

func (m *Migrator) Run() (string, error) {
	return here(0), m.db.Exec("UPDATE posts SET title = 'x'").Error
}

// DataMigrator is one by value.
type DataMigrator struct{ db *gorm.DB }

func (m DataMigrator) Run() (string, error) {
	return here(0), m.db.Exec("UPDATE posts SET title = 'x'").Error
}

// keeper is a hook.
type keeper struct {
	ID     uint
	PostID uint
	softdelete.Timestamp
}

func (keeper) TableName() string { return "comments" }

var keptAt atomic.Value

func (k *keeper) BeforeDelete(tx *gorm.DB) error {
	keptAt.Store(here(1))
	return tx.Exec("UPDATE posts SET title = 'x'").Error
}

type repository struct{ *gorm.DB }

func (r repository) all() (string, error) {
	return here(0), r.Raw("SELECT * FROM posts").Scan(&[]post{}).Error
}

var places = map[string]func(db *gorm.DB) (string, error){
	"at once":                  func(db *gorm.DB) (string, error) { return here(0), db.Exec("DELETE FROM posts").Error },
	"a generic helper":         func(db *gorm.DB) (string, error) { return helped(db, &[]post{}) },
	"a method":                 func(db *gorm.DB) (string, error) { return repository{db}.all() },
	"a method value":           func(db *gorm.DB) (string, error) { f := (&Migrator{db}).Run; return f() },
	"a migrator of the caller": func(db *gorm.DB) (string, error) { return (&Migrator{db}).Run() },
	"one by value":             func(db *gorm.DB) (string, error) { return DataMigrator{db}.Run() },
	"gorm.G": func(db *gorm.DB) (string, error) {
		return here(0), gorm.G[post](db).Exec(context.Background(), "DELETE FROM posts")
	},
	"a transaction": func(db *gorm.DB) (at string, err error) {
		err = db.Transaction(func(tx *gorm.DB) error { at = here(0); return tx.Exec("DELETE FROM posts").Error })
		return at, err
	},
	"batches": func(db *gorm.DB) (at string, err error) {
		err = db.FindInBatches(&[]post{}, 1, func(tx *gorm.DB, _ int) error {
			at = here(1)
			return tx.Session(&gorm.Session{NewDB: true}).Exec("DELETE FROM posts").Error
		}).Error
		return at, err
	},
	"a hook": func(db *gorm.DB) (string, error) {
		err := db.Delete(&keeper{ID: 1}).Error
		return keptAt.Load().(string), err
	},
	"a goroutine": func(db *gorm.DB) (at string, err error) {
		done := make(chan struct{})
		go func() { defer close(done); at = here(0); err = db.Exec("DELETE FROM posts").Error }()
		<-done
		return at, err
	},
	"a deferred call": func(db *gorm.DB) (at string, err error) {
		tx := db.Session(&gorm.Session{NewDB: true})
		result := tx.Set("x", 1)
		func() {
			defer func() { err = result.Error }()
			at = here(1)
			err = result.Exec("DELETE FROM posts").Error
			result.Error = err
		}()
		return at, err
	},
	"a preload": func(db *gorm.DB) (string, error) {
		return here(0), db.Preload("Comments", inPosts).Find(&[]post{}).Error
	},
	"a verb":     func(db *gorm.DB) (string, error) { return here(0), softdelete.Restore(db, &comment{}, inPosts).Error },
	"rows":       func(db *gorm.DB) (string, error) { return here(0), rows(db.Raw("SELECT * FROM posts")) },
	"many calls": func(db *gorm.DB) (string, error) { return deep(db, 200) },
}

func deep(db *gorm.DB, n int) (string, error) {
	if n > 0 {
		return deep(db, n-1)
	}
	return here(0), db.Exec("DELETE FROM posts").Error
}

// TestPlace has each call tell of its own line.
func TestPlace(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		for name, run := range places {
			want, err := run(db)
			var raw *softdelete.RawError
			if assert.ErrorAs(t, err, &raw, name) && name != "rows" {
				assert.Equal(t, want, raw.Caller, name)
			}
		}
	})
}

// TestPlaceOfGo has a call that a go statement makes at once tell of a line of the caller's.
func TestPlaceOfGo(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		refused := make(chan error, 1)
		require.NoError(t, db.Callback().Raw().After("*").Register("test:refused", func(db *gorm.DB) { refused <- db.Error }))
		at := here(1)
		go db.Exec("DELETE FROM posts")
		var raw *softdelete.RawError
		require.True(t, errors.As(<-refused, &raw))
		assert.Equal(t, at, raw.Caller)
	})
}

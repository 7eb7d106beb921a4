package guard_test

import (
	"context"
	dbsql "database/sql"
	"errors"
	"strings"

	"gorm.io/gorm"
)

// asPlanned does what a test has planned for a place.
func asPlanned(tx *gorm.DB, place string) error {
	switch what, _ := tx.Get(place); what {
	case "panic":
		panic(errStop)
	case "raw":
		return tx.Exec("DELETE FROM books WHERE id = 2").Error
	case errStop:
		return errStop
	}
	return nil
}

func (*book) BeforePurge(tx *gorm.DB) error { return asPlanned(tx, "before hook") }

func (*book) AfterPurge(tx *gorm.DB) error { return asPlanned(tx, "after hook") }

// ExecContext panics at what removes a book.
func (p panicking) ExecContext(ctx context.Context, query string, args ...any) (dbsql.Result, error) {
	if strings.Contains(query, "DELETE") && strings.Contains(query, "books") {
		panic(errStop)
	}
	return p.ConnPool.ExecContext(ctx, query, args...)
}

func (p panicking) Commit() error {
	if tx, ok := p.ConnPool.(gorm.TxCommitter); ok {
		return tx.Commit()
	}
	return errors.New("no transaction")
}

func (p panicking) Rollback() error {
	if tx, ok := p.ConnPool.(gorm.TxCommitter); ok {
		return tx.Rollback()
	}
	return errors.New("no transaction")
}

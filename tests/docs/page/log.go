package page

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// sentLog is a logger that keeps the statements that are sent, and their errors.
type sentLog struct {
	mu     sync.Mutex
	sent   []string
	failed []error
}

func (l *sentLog) LogMode(logger.LogLevel) logger.Interface { return l }
func (l *sentLog) Info(context.Context, string, ...any)     {}
func (l *sentLog) Warn(context.Context, string, ...any)     {}
func (l *sentLog) Error(context.Context, string, ...any)    {}

func (l *sentLog) Trace(_ context.Context, _ time.Time, fc func() (string, int64), err error) {
	sql, _ := fc()
	l.mu.Lock()
	defer l.mu.Unlock()
	// A connection of its own is not recorded: a migration on SQLite has one.
	if sql != "" && !slices.Contains(l.sent, sql) {
		l.sent = append(l.sent, sql)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		l.failed = append(l.failed, err)
	}
}

// watch has the log hear of the errors that end a statement before it is sent, too.
func (l *sentLog) watch(db *gorm.DB) error {
	heard := func(tx *gorm.DB) {
		if tx.Error != nil && !errors.Is(tx.Error, context.Canceled) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.failed = append(l.failed, tx.Error)
		}
	}
	const name = "docs:errors"
	return errors.Join(
		db.Callback().Create().After("*").Register(name, heard), db.Callback().Query().After("*").Register(name, heard),
		db.Callback().Update().After("*").Register(name, heard), db.Callback().Delete().After("*").Register(name, heard),
		db.Callback().Row().After("*").Register(name, heard), db.Callback().Raw().After("*").Register(name, heard),
	)
}

// take is what came since the last time.
func (l *sentLog) take() (sent []string, failed []error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent, failed = l.sent, l.failed
	l.sent, l.failed = nil, nil
	return sent, failed
}

// sentinels are the errors that a block names by a variable.
var sentinels = map[string]error{
	"ErrNotFound": softdelete.ErrNotFound, "ErrTrashed": softdelete.ErrTrashed, "ErrRestricted": softdelete.ErrRestricted, "ErrConflict": softdelete.ErrConflict,
	"ErrAmbiguous": softdelete.ErrAmbiguous, "ErrParentTrashed": softdelete.ErrParentTrashed, "ErrNotSoftDeletable": softdelete.ErrNotSoftDeletable,
	"ErrNotInstalled": softdelete.ErrNotInstalled, "ErrGuarded": softdelete.ErrGuarded, "ErrPlanChanged": softdelete.ErrPlanChanged, "ErrOutOfScope": softdelete.ErrOutOfScope,
	"ErrUnsupportedDatabase": softdelete.ErrUnsupportedDatabase, "ErrRecordNotFound": gorm.ErrRecordNotFound, "ErrDuplicatedKey": gorm.ErrDuplicatedKey,
	"ErrForeignKeyViolated": gorm.ErrForeignKeyViolated, "ErrInvalidValue": gorm.ErrInvalidValue, "ErrMissingWhereClause": gorm.ErrMissingWhereClause,
	"ErrInvalidData": gorm.ErrInvalidData, "ErrInvalidField": gorm.ErrInvalidField, "ErrInvalidDB": gorm.ErrInvalidDB, "ErrRegistered": gorm.ErrRegistered,
	"ErrPrimaryKeyRequired": gorm.ErrPrimaryKeyRequired, "ErrModelValueRequired": gorm.ErrModelValueRequired, "ErrUnsupportedDriver": gorm.ErrUnsupportedDriver,
}

// says tells whether the text of a block names an error: by its variable, or by its type.
func says(text string, err error) bool {
	for name, sentinel := range sentinels {
		if errors.Is(err, sentinel) && strings.Contains(text, name) {
			return true
		}
	}
	return saysType(text, err)
}

// saysType tells whether a text names the type of an error, or of one of those that it wraps.
func saysType(text string, err error) bool {
	if err == nil {
		return false
	}
	name := reflect.Indirect(reflect.ValueOf(err)).Type().Name()
	if name != "" && name != "errorString" && name != "joinError" && strings.Contains(text, name) {
		return true
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(several.Unwrap(), func(err error) bool { return saysType(text, err) })
	}
	return saysType(text, errors.Unwrap(err))
}

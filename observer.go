package softdelete

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Observer is told of each operation, in Config.Observers. It is called inside
// the operation's transaction, after its rows are written and once for each
// table, with a handle on that transaction: what it writes by tx is committed
// with the operation, or not at all. An error rolls everything back and is the
// operation's error, as is a panic, which then goes on up. It may be called by
// several goroutines at once.
//
//	func audit(ctx context.Context, tx *gorm.DB, event softdelete.Event) error {
//		keys, err := event.Keys()
//		if err != nil {
//			return err
//		}
//		return tx.Create(&AuditEntry{What: event.Operation.String(), Table: event.Table, Keys: fmt.Sprint(keys)}).Error
//	}
type Observer func(ctx context.Context, tx *gorm.DB, event Event) error

// Event is what one operation did to one table. The rows that were addressed and
// those that the cascade took along are events of their own, also where they are
// of the same table. There is no event for no rows.
type Event struct {
	// Operation is what was done: OpSoftDelete, OpRestore, OpPurge or
	// OpForceDelete, which db.Unscoped().Delete is too.
	Operation Operation

	// DeletionID is the id of a soft delete, whether the model has a column for it
	// or not, and of the soft delete that an Undo undoes. It is uuid.Nil for other
	// operations, whose rows may come from several.
	DeletionID uuid.UUID

	Table string       // the table's name, with its schema if the model has one
	Model reflect.Type // the model's struct
	Rows  int64        // how many rows were written, at least 1

	// Cascaded tells the rows that were taken along from those that were
	// addressed.
	Cascaded bool

	Actor  any       // who made the operation: from WithActor, or what BeforeDelete set; nil if it was not said
	Reason string    // why, from WithReason, or what BeforeDelete set
	At     time.Time // when: for a soft delete as the addressed rows store it

	keys [][]any
	err  error // why there are none
}

// Keys returns the primary keys of the rows, each as the type of the model's
// field; one of several columns is a []any, in the order of the fields. They were
// captured as the rows were written, and so are in memory all at once. Where
// Config.OmitEventKeys is set, or the model has no primary key, it returns
// gorm.ErrPrimaryKeyRequired.
func (e Event) Keys() ([]any, error) {
	if e.err != nil {
		return nil, e.err
	}
	list := make([]any, len(e.keys))
	for i, key := range e.keys {
		if len(key) == 1 {
			list[i] = key[0]
		} else {
			list[i] = key
		}
	}
	return list, nil
}

var errNoKeys = errors.New("softdelete: the event carries no keys")

func noKeys(model, why string) error {
	return fmt.Errorf("%w: model %s: %s: %w", errNoKeys, model, why, gorm.ErrPrimaryKeyRequired)
}

package softdelete

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Observer is told of each operation, in [Config].Observers. It is called inside the
// operation's transaction, once for each table, after the rows of that are written. It
// gets a handle on that transaction: what it writes by tx is committed with the
// operation, or not at all.
//
//	func audit(ctx context.Context, tx *gorm.DB, event softdelete.Event) error {
//		keys, err := event.Keys()
//		if err != nil {
//			return err
//		}
//		return tx.Create(&AuditEntry{What: event.Operation.String(), Table: event.Table, Keys: fmt.Sprint(keys)}).Error
//	}
//
// An error rolls everything back and is the operation's error. So does a panic, which
// then goes on up. It may be called by several goroutines at once.
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
	Model reflect.Type // the model's struct; nil for a table of no model, whose rows a foreign key takes along
	Rows  int64        // how many rows were written, at least 1

	// Cascaded tells the rows that were taken along from those that were
	// addressed.
	Cascaded bool

	Actor  any       // who made the operation: from WithActor, or what BeforeDelete set; nil if it was not said
	Reason string    // why, from WithReason, or what BeforeDelete set
	At     time.Time // when: for a soft delete as the addressed rows store it

	schema *schema.Schema
	keys   [][]any
	err    error // why there are none
}

// Keys returns the primary keys of the rows, each as the type of the model's field. If
// there is no model, it is as the database gives it. A key of several columns is a
// []any, in the order of the fields.
//
// They were captured as the rows were written, and so are in memory all at once. Where
// [Config].OmitEventKeys is set, or the model has no primary key, the error is
// gorm.ErrPrimaryKeyRequired.
func (e Event) Keys() ([]any, error) {
	if e.err != nil {
		return nil, e.err
	}
	list := make([]any, len(e.keys))
	for i, key := range e.keys {
		typed, err := model.TypedKey(e.schema, key)
		if err != nil {
			return nil, err
		}
		list[i] = typed
		if len(typed) == 1 {
			list[i] = typed[0]
		}
	}
	return list, nil
}

var errNoKeys = errors.New("softdelete: the event carries no keys")

func noKeys(model, why string) error {
	return fmt.Errorf("%w: model %s: %s: %w", errNoKeys, model, why, gorm.ErrPrimaryKeyRequired)
}

// observed is what an operation has done, for the observers. It is nil where
// there are none.
type observed struct {
	keys  bool
	parts []*part
}

// part is what was done to one table.
type part struct {
	table    string
	schema   *schema.Schema
	cascaded bool
	rows     int64
	keys     [][]any
}

// observe begins to keep what an operation does. The rows of a part of another
// operation are that one's.
func (p *Plugin) observe(db *gorm.DB, op *operation) *observed {
	switch {
	case len(p.config.Observers) == 0 || db.DryRun || op.kind == OpNone:
		return nil
	case op.outer != nil:
		return op.outer.observed
	default:
		return &observed{keys: !p.config.OmitEventKeys}
	}
}

func (o *observed) wantsKeys() bool { return o != nil && o.keys }

// note adds rows to what was done to a table.
func (o *observed) note(done part) {
	if o == nil || done.rows == 0 {
		return
	}
	for _, before := range o.parts {
		if before.table == done.table && before.cascaded == done.cascaded {
			before.rows += done.rows
			before.keys = append(before.keys, done.keys...)
			return
		}
	}
	o.parts = append(o.parts, &done)
}

// addressed marks what was done to the tables that an operation started from, if
// that is known afterwards only.
func (o *observed) addressed(is func(table string) bool) {
	if o == nil {
		return
	}
	for _, done := range o.parts {
		done.cascaded = !is(done.table)
	}
}

// noteOwn notes the rows that the operation's statement is about.
func (op *operation) noteOwn(db *gorm.DB, n int64, keys [][]any) {
	if op.observed == nil || db.Error != nil {
		return
	}
	if op.kind != OpSoftDelete && op.kind != OpRestore && n > 0 {
		// Some may have gone by a foreign key's ON DELETE CASCADE.
		n = max(n, int64(len(keys)))
	}
	// Of a join table, GORM may have made up a struct of its own.
	s := db.Statement.Schema
	if positions := rows.PositionsOf(model.PrimaryNames(op.model.Schema), model.PrimaryNames(s)); positions != nil && len(keys) > 0 {
		s, keys = op.model.Schema, rows.Project(keys, positions)
	} else if len(keys) == 0 {
		s = op.model.Schema
	}
	op.observed.note(part{table: session.TableOf(db.Statement, op.model.Schema), schema: s, cascaded: op.outer != nil && !op.outer.addressing, rows: n, keys: keys})
}

// reviving is the restore that a create makes of trashed rows in its way, to be
// told to the observers.
func (p *Plugin) reviving(db *gorm.DB, m *model.Model) *operation {
	op := &operation{kind: OpRestore, model: m, dialect: dialectOf(db)}
	op.observed = p.observe(db, op)
	return op
}

// keysBefore reads, under a lock, the keys of rows that are about to be removed.
func (op *operation) keysBefore(db *gorm.DB, t *target, filter clause.Expression) [][]any {
	if !op.observed.wantsKeys() || len(db.Statement.Schema.PrimaryFields) == 0 || db.Error != nil {
		return nil
	}
	t.apply(filter)
	defer t.restore()
	return model.KeysIn(db.Statement, op.lockRows(db))
}

// tell calls the observers, with the addressed rows first.
func (op *operation) tell(p *Plugin, db *gorm.DB) {
	if op.observed == nil || op.outer != nil || len(op.observed.parts) == 0 || db.Error != nil {
		return
	}
	common, err := op.event(p, db)
	if err != nil {
		_ = db.AddError(err)
		return
	}
	tx, leave := inside(db)
	defer leave()
	for _, cascaded := range []bool{false, true} {
		for _, done := range op.observed.parts {
			if done.cascaded != cascaded {
				continue
			}
			event := common
			event.of(op.observed, done)
			for _, observer := range p.config.Observers {
				if err := observer(db.Statement.Context, tx, event); err != nil {
					_ = db.AddError(err)
					return
				}
			}
		}
	}
}

// event is what the events of an operation have in common.
func (op *operation) event(p *Plugin, db *gorm.DB) (Event, error) {
	ctx := db.Statement.Context
	event := Event{Operation: op.kind, DeletionID: op.id, At: op.at}
	who, why := ctx.Value(actorKey{}), ctx.Value(reasonKey{})
	if op.kind == OpSoftDelete {
		op.who, op.why = who, why
		who, why = op.common()
	} else {
		now, err := p.config.Clock.now(db)
		if err != nil {
			return event, err
		}
		event.At = op.dialect.Stored(now.Round(0))
	}
	event.Actor, event.Reason = who, model.Text(why)
	return event, nil
}

// of fills in what was done to one table.
func (e *Event) of(o *observed, done *part) {
	e.Table, e.Model, e.Rows, e.Cascaded = done.table, done.schema.ModelType, done.rows, done.cascaded
	e.schema, e.keys = done.schema, done.keys
	switch {
	case !o.keys:
		e.err = noKeys(done.schema.Name, "Config.OmitEventKeys is set")
	case len(done.schema.PrimaryFields) == 0:
		e.err = noKeys(done.schema.Name, "it has no primary key")
	case int64(len(done.keys)) != done.rows:
		e.err = noKeys(done.schema.Name, "GORM's own statement does not tell them")
	}
}

// inside returns a handle for the statements of hooks and observers, on the
// operation's connection, and what is to be called after these have run. Their
// statements run hooks of their own, whatever the operation's statement does.
func inside(db *gorm.DB) (tx *gorm.DB, leave func()) {
	stmt, skipped := db.Statement, db.Statement.SkipHooks
	stmt.SkipHooks = false
	return db.Session(&gorm.Session{NewDB: true}), func() { stmt.SkipHooks = skipped }
}

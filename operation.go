package softdelete

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Operation is what a statement does to the trash.
type Operation int

// What OperationOf tells.
const (
	OpNone        Operation = iota // nothing: reads, creates, updates, models that are not soft-deletable
	OpSoftDelete                   // trashes live rows: db.Delete
	OpRestore                      // makes trashed rows live again: Restore
	OpPurge                        // removes trashed rows for good: Purge
	OpForceDelete                  // removes rows for good, live or trashed: ForceDelete, db.Unscoped().Delete
)

// String returns the operation's name, such as "soft delete".
func (o Operation) String() string {
	return model.Operation(o).String()
}

// OperationOf tells, in a hook or a callback, what the statement that runs it
// does to the trash, one of a cascade too. Statements that the hook makes itself are OpNone until they
// do something of their own.
//
//	func (p *Post) BeforeDelete(tx *gorm.DB) error {
//		if softdelete.OperationOf(tx) == softdelete.OpForceDelete { … }
//	}
func OperationOf(tx *gorm.DB) Operation {
	if tx == nil || tx.Statement == nil {
		return OpNone
	}
	if op, ok := tx.Statement.Clauses[operationKey].Expression.(*operation); ok {
		return op.kind
	}
	if visit := neighbours.VisitOf(tx.Statement); visit != nil {
		return Operation(visit.Kind)
	}
	return OpNone
}

// Deletion is the report of one soft delete: see Into.
type Deletion struct {
	// ID is the operation's UUID, version 7. It is in the rows' deletion_id
	// columns, where the models have one.
	ID uuid.UUID

	// At is when the rows were trashed, as the column stores it.
	At time.Time

	// By and Reason are what was stored, or would have been in a model that has
	// no column for it: from WithActor and WithReason, or from BeforeDelete.
	By, Reason string

	// Rows counts the trashed rows by table, those of the cascade included.
	Rows map[string]int64
}

type actorKey struct{}

type reasonKey struct{}

// WithActor returns a context in which deletes keep who made them, in the model's "by"
// column.
//
//	db.WithContext(softdelete.WithActor(ctx, "ana")).Delete(&post)
//
//	UPDATE posts SET deleted_at = '…', deleted_by = 'ana' …
//
// The actor is converted to that column's type: a string, a number, a UUID, anything
// that is a driver.Valuer or, for text, a fmt.Stringer. If it does not fit, the delete
// fails with an [*ActorError].
func WithActor(ctx context.Context, actor any) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// WithReason returns a context in which deletes keep why they were made, in the model's
// "reason" column. An empty reason is none: NULL.
//
//	db.WithContext(softdelete.WithReason(ctx, "spam")).Delete(&post)
//
//	UPDATE posts SET deleted_at = '…', delete_reason = 'spam' …
func WithReason(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, reasonKey{}, reason)
}

// operation is one delete, restore, purge or force delete while it runs. It is kept
// with its statement, as one of the clauses of that.
type operation struct {
	kind    Operation
	model   *model.Model
	dialect *dialect.Dialect

	id      uuid.UUID
	reading time.Time       // of the clock, at the finest precision of the rows it goes to
	at      time.Time       // the same, as the model's own rows store it
	steps   []time.Duration // the precisions at which it was claimed

	// by and reason are bound to the tracking columns, nil for none. who and why
	// are what they come from, and go to the tables of the cascade.
	by, reason any
	who, why   any

	plan     *model.Plan // nil if the operation is about its own rows only
	selected []selection // relations that a delete takes along, whatever their policy
	cascade  *cascade    // what the plan has done
	outer    *operation  // of which this is a part

	// values are the caller's, by which they get back what a failed or fruitless
	// statement has changed in them.
	values []*tracked

	said [2]string // who and why, for the report

	observed *observed // what observers are told of it; nil if there are none

	touched clause.Set // the update times, if they are set too

	expected *Plan // that it is held to

	addressing bool // what is written now was addressed, and did not go along

	hooks bool // the model's hooks run
	omits []string
	unit  *session.Unit
	rows  int64

	// over: it has ended, and stands on the statement only for callbacks that run
	// after that.
	over bool
}

const operationKey = "softdelete:operation"

// Build writes nothing: an operation is no SQL.
func (*operation) Build(clause.Builder) {}

func operationOf(stmt *gorm.Statement) *operation {
	if c, ok := stmt.Clauses[operationKey]; ok {
		if op, ok := c.Expression.(*operation); ok && !op.over {
			return op
		}
	}
	return nil
}

// forget takes an operation that is over off a statement that is used again.
func forget(stmt *gorm.Statement) {
	if op, ok := stmt.Clauses[operationKey].Expression.(*operation); ok && op.over {
		delete(stmt.Clauses, operationKey)
	}
}

// begin makes the operation of a statement.
func (p *Plugin) begin(db *gorm.DB, kind Operation, m *model.Model) *operation {
	op := &operation{kind: kind, model: m, dialect: dialectOf(db), hooks: !db.Statement.SkipHooks}
	op.outer = requestOf(db.Statement).within
	op.observed = p.observe(db, op)
	db.Statement.Clauses[operationKey] = clause.Clause{Expression: op}
	return op
}

// stamp takes the reading of the clock and the id of a soft delete, and reads
// from the context who and why.
func (op *operation) stamp(p *Plugin, db *gorm.DB) (err error) {
	if op.outer != nil {
		op.id, op.reading, op.who, op.why = op.outer.id, op.outer.reading, op.outer.who, op.outer.why
	} else if err = op.read(p, db); err != nil {
		return err
	}
	op.at = op.model.StoredAt(op.dialect, op.reading)
	op.by, op.reason, err = op.tracking(op.model)
	return err
}

// read takes the reading of the clock, and what else all rows of an operation
// have in common.
func (op *operation) read(p *Plugin, db *gorm.DB) error {
	now, err := p.config.Clock.now(db)
	if err != nil {
		return err
	}
	op.reading = op.dialect.Stored(now.Round(0))
	op.steps = op.precisions(p.models.relations())
	switch n := len(op.steps); {
	case n > 0 && db.DryRun:
		op.reading = op.reading.Truncate(op.steps[n-1])
	case n > 0:
		op.reading = used.Claim(op.reading, op.steps...)
	}
	if op.keepsID() || requestOf(db.Statement).report != nil || op.observed != nil {
		if op.id, err = uuid.NewV7(); err != nil {
			return fmt.Errorf("softdelete: making an id: %w", err)
		}
	}
	ctx := db.Statement.Context
	op.who = ctx.Value(actorKey{})
	if reason, _ := ctx.Value(reasonKey{}).(string); reason != "" {
		op.why = reason
	}
	return nil
}

// precisions are those of the markers that a reading goes to, coarse to fine: of
// the operation's own rows, and of those of the cascade and of what these are
// compared with, as far as they tell operations apart.
func (op *operation) precisions(g *model.Graph) []time.Duration {
	var steps []time.Duration
	// Dates are not claimed: the next one is tomorrow's.
	if step := op.model.Step(); step > 0 && step < model.Day {
		steps = append(steps, step)
	}
	add := func(m *model.Model) {
		if step := m.Step(); m.IsExact() && !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	if own := g.Tables[op.model.Schema.Table]; own != nil {
		own.Compared(add)
	}
	for _, m := range op.plan.Models() {
		add(m)
		if t := g.Tables[m.Schema.Table]; t != nil {
			t.Compared(add)
		}
	}
	slices.Sort(steps)
	slices.Reverse(steps)
	return steps
}

// keepsID tells if any row of the operation keeps its id.
func (op *operation) keepsID() bool {
	return op.model.DeletionID != nil || slices.ContainsFunc(op.plan.Models(), func(m *model.Model) bool { return m.DeletionID != nil })
}

// tracking converts who and why to the types of a model's columns.
func (op *operation) tracking(m *model.Model) (by, reason any, err error) {
	if op.who != nil && m.By != nil {
		by, err = convertActor(m, op.who)
	}
	if m.Reason != nil {
		reason = op.why
	}
	return by, reason, err
}

// convertActor returns an actor as what the model's "by" column takes.
func convertActor(m *model.Model, actor any) (any, error) {
	value, fits := m.ActorFor(actor)
	if !fits {
		return nil, &ActorError{Model: m.Name(), Column: m.By.DBName, Type: fmt.Sprintf("%T", actor)}
	}
	return value, nil
}

// beginUnit makes the operation a unit. A part of another is in that one's.
func (op *operation) beginUnit(db *gorm.DB) {
	if op.outer == nil {
		op.unit = session.Begin(db)
	}
}

// end closes the operation: what it was one unit with is committed or rolled
// back, and the caller's values and report tell what is in the database.
func (op *operation) end(db *gorm.DB) {
	stmt := db.Statement
	op.over = true
	if op.kind != OpSoftDelete {
		stmt.SkipHooks = !op.hooks
	}
	if op.kind == OpRestore {
		stmt.Omits = op.omits
	}
	op.unit.End(db)
	if db.Error != nil {
		db.Error = op.expected.since(explained(db.Error, op))
		op.revert(stmt.Context)
	}
	if tally := requestOf(stmt).tally; tally != nil && db.Error == nil {
		op.count(db, tally)
	}
	if op.kind != OpSoftDelete {
		return
	}
	report := requestOf(stmt).report
	switch {
	case db.Error != nil || op.rows == 0:
		if report != nil {
			*report = Deletion{}
		}
		if op.rows == 0 && !db.DryRun && op.outer == nil {
			used.Release(op.reading, op.steps...)
		}
	case report != nil:
		*report = op.report(db)
	}
}

func (op *operation) report(db *gorm.DB) Deletion {
	d := Deletion{ID: op.id, At: op.at, Rows: map[string]int64{}}
	op.count(db, d.Rows)
	d.By, d.Reason = op.said[0], op.said[1]
	return d
}

// count adds the rows of the operation to what is there, by table.
func (op *operation) count(db *gorm.DB, rows map[string]int64) {
	if op.cascade != nil {
		for table, n := range op.cascade.tables() {
			rows[table] += n
		}
	}
	// The cascade of a delete goes on from rows that it did not find itself.
	if (op.cascade == nil || op.kind == OpSoftDelete) && op.rows > 0 {
		rows[session.TableOf(db.Statement, op.model.Schema)] += op.rows
	}
}

// say keeps for the report who and why: what BeforeDelete has set, otherwise
// what the context says, whether the model has columns for it or not.
func (op *operation) say(ctx context.Context) {
	by, reason := ctx.Value(actorKey{}), ctx.Value(reasonKey{})
	for _, v := range op.values {
		by, reason = first(v.by, by), first(v.reason, reason)
	}
	op.said = [2]string{model.Text(by), model.Text(reason)}
}

// revert gives the caller's values back what they held before.
func (op *operation) revert(ctx context.Context) {
	for _, v := range op.values {
		v.revert(ctx, op.model)
	}
}

// guard rolls everything back when a hook panics, and lets the panic go on.
func (op *operation) guard(db *gorm.DB) {
	if r := recover(); r != nil {
		op.abandon(db)
		panic(r)
	}
}

func (op *operation) abandon(db *gorm.DB) {
	if _, ok := db.InstanceGet("gorm:started_transaction"); ok && !isPutOff(db.Statement) {
		db.Rollback()
		db.Statement.ConnPool = db.ConnPool
	}
	_ = db.AddError(session.ErrPanic)
	op.end(db)
}

// before is the content of the marker and tracking fields of a value.
type before []any

// tracked is one of the caller's values, with what its fields were before the
// operation, and what BeforeDelete put there.
type tracked struct {
	value      reflect.Value
	before     before
	by, reason any
	done       bool // its row was trashed, or restored
}

func (v *tracked) save(ctx context.Context, m *model.Model) {
	v.before = make(before, len(m.Protected))
	for i, name := range m.Protected {
		v.before[i] = m.Schema.FieldsByDBName[name].ReflectValueOf(ctx, v.value).Interface()
	}
}

func (v *tracked) revert(ctx context.Context, m *model.Model) {
	for i, name := range m.Protected {
		field := m.Schema.FieldsByDBName[name].ReflectValueOf(ctx, v.value)
		if was := reflect.ValueOf(v.before[i]); was.IsValid() {
			field.Set(was)
		} else {
			field.SetZero()
		}
	}
}

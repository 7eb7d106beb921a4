package softdelete

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// EmptyOptions say what of the trash is removed for good, and how. The zero value
// is refused: it names no age.
type EmptyOptions struct {
	// OlderThan removes rows that were trashed longer ago than this, by
	// Config.Clock when Empty begins. Zero or less is gorm.ErrInvalidValue
	// without All or Before.
	OlderThan time.Duration

	// Before removes rows that were trashed before this moment, in place of OlderThan:
	// what PreviewEmpty has shown is what is removed, however long after. Both together
	// are gorm.ErrInvalidValue. Defaults to none.
	Before time.Time

	// All removes trashed rows of any age, also those that keep no time. OlderThan and
	// Before then mean nothing. Defaults to false.
	All bool

	// BatchSize is how many rows are addressed by one transaction. Zero stands for 1000;
	// on TiDB for 200, as others who empty wait for them there. More than the keys that
	// fit into one statement stands for that many: 10000, or 1000 of several columns.
	BatchSize int

	// MaxRows ends the run once that many rows are removed; what is taken along
	// with a row counts too, but is not parted from it. Zero stands for no bound.
	MaxRows int64

	// Pause is waited between two batches. Defaults to none.
	Pause time.Duration

	// DryRun removes nothing and locks nothing, and reports what would be removed and
	// what would stay, as far as is known. What a foreign key of the database holds that
	// does not act by itself is not known before. Defaults to false.
	DryRun bool

	// Hooks runs BeforePurge and AfterPurge of the models, whose rows are then
	// loaded. Defaults to false.
	Hooks bool

	// Where is a scope that narrows down the rows, of each model. Defaults to none.
	Where func(*gorm.DB) *gorm.DB

	// Progress is called after each batch, by the goroutine that called Empty.
	// Defaults to none.
	Progress func(Progress)
}

const defaultBatchSize = 1000

func (o *EmptyOptions) check() error {
	problem := ""
	switch {
	case !o.All && o.OlderThan != 0 && !o.Before.IsZero():
		problem = "OlderThan and Before are given, one of them is meant"
	case !o.All && o.OlderThan <= 0 && o.Before.IsZero():
		problem = "OlderThan has to be more than zero, set All to remove trashed rows of any age"
	case o.BatchSize < 0:
		problem = "BatchSize is negative"
	case o.MaxRows < 0:
		problem = "MaxRows is negative"
	case o.Pause < 0:
		problem = "Pause is negative"
	default:
		return nil
	}
	return fmt.Errorf("softdelete: %w: EmptyOptions: %s", gorm.ErrInvalidValue, problem)
}

// Progress is how far an Empty has come.
type Progress struct {
	Table   string        // the table of the batch
	Model   string        // name of its Go type
	Done    int64         // rows removed by now, of all tables
	Total   int64         // how many there will be, as estimated when Empty began: the rows that were due
	Rate    float64       // rows a second since Empty began
	Elapsed time.Duration // since Empty began
}

// EmptyReport is what an Empty has done, or under DryRun would do.
type EmptyReport struct {
	Rows   map[string]int64 // removed rows by table, those that were taken along included
	Failed []RowError       // rows that were due and stay, with the reason
	DryRun bool
}

// RowError is why a row could not be purged. For errors.Is and errors.As it is the
// error of the purge, such as a [*RestrictError].
type RowError struct {
	Table string
	Model string // name of the Go type
	Key   []any  // the primary key, in the order and the types of the model's fields; nil if no row of the model can be purged so
	Err   error
}

// Error returns the message: the model and the error, without the key.
func (e RowError) Error() string {
	return "softdelete: model " + e.Model + ": a trashed row could not be purged: " + e.Err.Error()
}

// Unwrap returns the error of the purge.
func (e RowError) Unwrap() error { return e.Err }

// Empty removes trashed rows for good that are old enough, of all models of the trash,
// while the application runs.
//
//	report, err := trash.Empty(ctx, softdelete.EmptyOptions{OlderThan: 30 * 24 * time.Hour})
//
//	SELECT id, deleted_at FROM comments WHERE (deleted_at, id) > ('…', 7) AND deleted_at < '…'
//	ORDER BY deleted_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED
//	DELETE FROM comments WHERE comments.id IN (…) AND comments.deleted_at < '…'
//
// It works in short transactions, each of a batch of rows. Tables of children come
// first, and of each table the rows that were trashed first. Each batch is a [Purge]:
// what hangs on its rows by a cascading relation goes along.
//
// A batch that fails is tried again in halves, so that only rows that something still
// holds stay; they are in the report. A model that keeps no time cannot be emptied by
// age. If any of its rows are trashed, the report has an entry without a key.
//
// When ctx ends, a batch that is under way is undone, and Empty returns what it has done
// and ctx.Err(). Any number of processes may empty at the same time: where the database
// can, each skips the rows that others have locked.
//
// Options that mean nothing are gorm.ErrInvalidValue; other errors are the database's.
func (t *Trash) Empty(ctx context.Context, options EmptyOptions) (EmptyReport, error) {
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return EmptyReport{}, err
	}
	if err := options.check(); err != nil {
		return EmptyReport{}, err
	}
	e := newEmptying(db, options)
	for _, m := range models {
		e.enqueue(m, options.OlderThan)
	}
	return e.run(ctx)
}

// Empty removes for good what is old enough of the part of the trash that b is,
// as Trash.Empty does. A model that keeps no time cannot be emptied by age: the
// error is a [*ModelError].
func (b Bin[T]) Empty(ctx context.Context, options EmptyOptions) (EmptyReport, error) {
	tx, err := b.begin(ctx)
	if err != nil {
		return EmptyReport{}, err
	}
	if err := options.check(); err != nil {
		return EmptyReport{}, err
	}
	m, err := soft(b.db, new(T))
	if err != nil {
		return EmptyReport{}, err
	}
	if !options.All && m.At == nil {
		return EmptyReport{}, noTime(m)
	}
	e := newEmptying(tx.Scopes(b.scopes...).Session(&gorm.Session{}), options)
	e.enqueue(m, options.OlderThan)
	return e.run(ctx)
}

func noTime(m *model.Model) error {
	return &ModelError{m.Name(), "", `emptying by age needs a time beside the flag: tag a field softdelete:"at"`}
}

// PreviewEmpty is Empty under EmptyOptions.DryRun: it says what would be removed, and
// removes nothing.
//
//	report, err := trash.PreviewEmpty(ctx, softdelete.EmptyOptions{OlderThan: 30 * 24 * time.Hour})
func (t *Trash) PreviewEmpty(ctx context.Context, options EmptyOptions) (EmptyReport, error) {
	options.DryRun = true
	return t.Empty(ctx, options)
}

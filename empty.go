package softdelete

import (
	"time"

	"gorm.io/gorm"
)

// EmptyOptions say what of the trash is removed for good, and how. The zero value
// is refused: it names no age.
type EmptyOptions struct {
	// OlderThan removes rows that were trashed longer ago than this, by
	// Config.Clock when Empty begins. Zero or less is gorm.ErrInvalidValue
	// without All.
	OlderThan time.Duration

	// All removes trashed rows of any age, also those of models that keep no time.
	// OlderThan then means nothing.
	All bool

	// BatchSize is how many rows are addressed by one transaction. Defaults to 1000.
	BatchSize int

	// MaxRows ends the run when that many rows were removed, those that were
	// taken along included. Defaults to no bound.
	MaxRows int64

	// Pause is waited between two batches. Defaults to none.
	Pause time.Duration

	// DryRun removes nothing, and reports what would be.
	DryRun bool

	// Hooks runs BeforePurge and AfterPurge of the models, whose rows are then
	// loaded. Defaults to false.
	Hooks bool

	// Where narrows down the addressed rows, as a scope on each model's table.
	Where func(*gorm.DB) *gorm.DB

	// Progress is called after each batch, by the goroutine that called Empty.
	Progress func(Progress)
}

// Progress is how far an Empty has come.
type Progress struct {
	Table   string  // the table of the batch
	Model   string  // name of its Go type
	Done    int64   // rows removed by now, of all tables
	Total   int64   // estimate of how many there will be: those that were due when Empty began
	Rate    float64 // rows a second, since Empty began
	Elapsed time.Duration
}

// EmptyReport is what an Empty has done, or under DryRun would have.
type EmptyReport struct {
	Rows   map[string]int64 // removed rows by table, those that were taken along included
	Failed []RowError       // rows that were due and stayed, with the reason
	DryRun bool
}

// RowError is why a row could not be purged. It is the error of the purge for
// errors.Is and errors.As.
type RowError struct {
	Table string
	Model string // name of the Go type
	Key   []any  // the primary key; nil if the error is about all rows of the model
	Err   error
}

// Error returns the message: the model and the error, without the key.
func (e RowError) Error() string {
	return "softdelete: model " + e.Model + ": a row could not be purged: " + e.Err.Error()
}

// Unwrap returns the error of the purge.
func (e RowError) Unwrap() error { return e.Err }

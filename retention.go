package softdelete

import (
	"log/slog"
	"time"
)

// RunOptions configure Trash.Run. The zero value is useful where the models have
// a retention of their own.
type RunOptions struct {
	// Every is the time from one sweep to the next, give or take a tenth of it.
	// Defaults to an hour.
	Every time.Duration

	// Retention is how long trashed rows are kept, of models that do not say so
	// themselves by TrashRetention. Defaults to none: those models are left alone.
	Retention time.Duration

	// Empty is how each sweep empties.
	Empty EmptyOptions

	// Logger gets one line for each sweep. Defaults to slog.Default().
	Logger *slog.Logger
}

// TrashRetainer is a model that says how long its trashed rows are kept by
// Trash.Run. Zero or less keeps them for ever.
type TrashRetainer interface {
	TrashRetention() time.Duration
}

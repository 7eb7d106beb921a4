package softdelete_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// The names and types that other programs compile against. A line that no longer compiles is a breaking change.
type (
	scope = func(*gorm.DB) *gorm.DB
	verb  = func(db *gorm.DB, value any, conds ...any) *gorm.DB
)

var (
	_ func(...softdelete.Config) *softdelete.Plugin = softdelete.New
	_ gorm.Plugin                                   = softdelete.New()

	_ func(*gorm.DB, any) (bool, error) = softdelete.Enabled
	_ func(*gorm.DB, any) (bool, error) = softdelete.IsTrashed

	_ scope                                         = softdelete.WithTrashed
	_ scope                                         = softdelete.OnlyTrashed
	_ scope                                         = softdelete.WithoutTrashed
	_ scope                                         = softdelete.Revive
	_ scope                                         = softdelete.WithParents
	_ scope                                         = softdelete.RootOnly
	_ func(...any) func(*gorm.DB) *gorm.DB          = softdelete.WithTrashedIn
	_ func(...any) func(*gorm.DB) *gorm.DB          = softdelete.OnlyTrashedIn
	_ func(time.Time) scope                         = softdelete.TrashedBefore
	_ func(time.Time) scope                         = softdelete.TrashedAfter
	_ func(time.Duration) scope                     = softdelete.TrashedWithin
	_ func(any) scope                               = softdelete.TrashedBy
	_ func(*softdelete.Deletion) scope              = softdelete.Into
	_ func(scope) func(*gorm.Statement)             = softdelete.StatementScope
	_ func(any, string) clause.Expression           = softdelete.Live
	_ func(context.Context, any) context.Context    = softdelete.WithActor
	_ func(context.Context, string) context.Context = softdelete.WithReason

	_ verb                                = softdelete.Restore
	_ verb                                = softdelete.Purge
	_ verb                                = softdelete.ForceDelete
	_ func(*gorm.DB) softdelete.Operation = softdelete.OperationOf

	_ func(*gorm.DB, uuid.UUID) (softdelete.Deletion, error)                     = softdelete.Undo
	_ func(*gorm.DB, softdelete.Operation, any, ...any) (softdelete.Plan, error) = softdelete.Preview

	_ func(*gorm.DB, ...any) error                         = softdelete.AutoMigrate
	_ func(*gorm.DB, ...any) ([]softdelete.Finding, error) = softdelete.Doctor

	_ error = softdelete.ErrNotFound
	_ error = softdelete.ErrTrashed
	_ error = softdelete.ErrRestricted
	_ error = softdelete.ErrConflict
	_ error = softdelete.ErrAmbiguous
	_ error = softdelete.ErrParentTrashed
	_ error = softdelete.ErrNotSoftDeletable
	_ error = softdelete.ErrNotInstalled
	_ error = softdelete.ErrPlanChanged
	_ error = (*softdelete.ConflictError)(nil)
	_ error = (*softdelete.RestrictError)(nil)
)

// Plans that bind, and the trash by item.
var (
	_ func() string                                                                                               = softdelete.Plan{}.Fingerprint
	_ func(softdelete.Plan) func(*gorm.DB) *gorm.DB                                                               = softdelete.Expect
	_ func(string) func(*gorm.DB) *gorm.DB                                                                        = softdelete.ExpectFingerprint
	_ func(*gorm.DB, uuid.UUID) (softdelete.Plan, error)                                                          = softdelete.PreviewUndo
	_ func(*softdelete.Trash, context.Context, ...softdelete.Item) (map[string]int64, error)                      = (*softdelete.Trash).Restore
	_ func(*softdelete.Trash, context.Context, ...softdelete.Item) (map[string]int64, error)                      = (*softdelete.Trash).Purge
	_ func(*softdelete.Trash, context.Context, softdelete.Operation, ...softdelete.Item) (softdelete.Plan, error) = (*softdelete.Trash).Preview
	_ func(*softdelete.Trash, context.Context, uuid.UUID) (softdelete.Plan, error)                                = (*softdelete.Trash).PreviewUndo
)

// What is read of the trash by item, and of a part of it.
var (
	_ func(*softdelete.Trash, ...scope) *softdelete.Trash                                               = (*softdelete.Trash).Scopes
	_ func(*softdelete.Trash, time.Duration) *softdelete.Trash                                          = (*softdelete.Trash).WithRetention
	_ func(*softdelete.Trash, context.Context, string, ...any) (softdelete.Item, error)                 = (*softdelete.Trash).Item
	_ func(*softdelete.Trash, context.Context, uuid.UUID) (softdelete.Deletion, error)                  = (*softdelete.Trash).Deletion
	_ func(*softdelete.Trash, context.Context, softdelete.EmptyOptions) (softdelete.EmptyReport, error) = (*softdelete.Trash).PreviewEmpty
	_                                                                                                   = softdelete.Stat{Table: "", Model: "", Trashed: 0, Oldest: time.Time{}, Newest: time.Time{}, Retention: 0, Overdue: 0}
	_                                                                                                   = softdelete.DeletionPage{Items: []softdelete.Deletion{}, Next: "", Untold: []string{}}
)

// The trash of one model, in the style of gorm.G.
var (
	bin softdelete.Bin[contracted] = softdelete.Of[contracted](nil)

	_ func(any, ...any) softdelete.Bin[contracted] = bin.Where
	_ func(...scope) softdelete.Bin[contracted]    = bin.Scopes
	_ func(context.Context) ([]contracted, error)  = bin.Find
	_ func(context.Context) (int64, error)         = bin.Count
	_ func(context.Context, ...any) (int64, error) = bin.Restore
	_ func(context.Context, ...any) (int64, error) = bin.Purge
)

// contracted has the hooks that the contract names.
type contracted struct {
	ID uint
	softdelete.Tracked
}

func (*contracted) BeforeRestore(*gorm.DB) error { return nil }
func (*contracted) AfterRestore(*gorm.DB) error  { return nil }
func (*contracted) BeforePurge(*gorm.DB) error   { return nil }
func (*contracted) AfterPurge(*gorm.DB) error    { return nil }

var (
	_ softdelete.BeforeRestorer = (*contracted)(nil)
	_ softdelete.AfterRestorer  = (*contracted)(nil)
	_ softdelete.BeforePurger   = (*contracted)(nil)
	_ softdelete.AfterPurger    = (*contracted)(nil)
)

func TestContractFieldsAndConstants(t *testing.T) {
	t.Parallel()
	var clock softdelete.Clock
	require.Equal(t, softdelete.AppClock, clock, "the default")
	require.NotEqual(t, softdelete.AppClock, softdelete.DatabaseClock)
	_ = softdelete.Config{Models: []any{}, Strict: false, Clock: softdelete.AppClock, TouchUpdatedAt: false, IgnoreConstraints: false}

	_ = softdelete.Timestamp{DeletedAt: gorm.DeletedAt{}}
	_ = softdelete.Flagged{IsDeleted: softdelete.Flag(true)}
	_ = softdelete.Tracked{
		DeletedAt: gorm.DeletedAt{}, DeletedBy: (*string)(nil), DeleteReason: (*string)(nil),
		DeletionID: softdelete.DeletionID{NullUUID: uuid.NullUUID{}},
	}
	_ = softdelete.Deletion{ID: uuid.UUID{}, At: time.Time{}, By: "", Reason: "", Rows: map[string]int64{}}
	_ = softdelete.ConflictError{Model: "", Constraint: ""}
	_ = softdelete.RestrictError{Model: "", Relation: "", Count: 0}
	_ = softdelete.Plan{
		Operation: softdelete.OpNone, Rows: map[string]int64{}, Restricted: []softdelete.RestrictError{},
		Conflicts: []softdelete.ConflictError{}, TrashedParents: []string{},
	}

	_ = softdelete.Finding{Code: "", Severity: "", Table: "", Model: "", Message: "", Remedy: ""}

	var none softdelete.Operation
	require.Equal(t, softdelete.OpNone, none)
	names := map[softdelete.Operation]string{
		softdelete.OpNone: "none", softdelete.OpSoftDelete: "soft delete", softdelete.OpRestore: "restore",
		softdelete.OpPurge: "purge", softdelete.OpForceDelete: "force delete", softdelete.Operation(99): "none",
	}
	require.Len(t, names, 6, "no two operations are the same")
	for operation, name := range names {
		require.Equal(t, name, operation.String())
	}
}

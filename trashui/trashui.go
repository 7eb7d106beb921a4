// Package trashui is a page for the trash: people see what was deleted, by whom and why,
// what would come back, and bring it back.
package trashui

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// Action is what somebody wants to do.
type Action string

// The actions that Options.Authorize is asked about.
const (
	ActionView    Action = "view"
	ActionRestore Action = "restore"
	ActionUndo    Action = "undo"
	ActionPurge   Action = "purge"
	ActionEmpty   Action = "empty"
)

// Target is what somebody wants to do it to: a row, a table without a Key, an operation.
// The zero value is the trash as a whole.
type Target struct {
	Table      string
	Model      string // name of the Go type
	Key        []any
	DeletionID uuid.UUID
}

// Options configure a page.
type Options struct {
	Authorize func(r *http.Request, action Action, target Target) error
	AllowAll  bool
	Actor     func(*http.Request) any
	Scope     func(*http.Request) func(*gorm.DB) *gorm.DB
	Title     string
	Columns   func(table string) []string
	Label     func(item softdelete.Item, row any) string

	ReadOnly, RequireReason, Doctor bool

	Logger *slog.Logger
}

// New returns a page for a trash.
func New(trash *softdelete.Trash, options Options) (http.Handler, error) {
	if options.Authorize == nil && !options.AllowAll {
		return nil, errors.New("trashui: Options.Authorize is missing")
	}
	return http.NotFoundHandler(), nil
}

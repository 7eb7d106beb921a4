// Package trashui is a page for the trash: people see what was deleted, by whom and why,
// what would come back, and bring it back.
//
//	trash, err := softdelete.OpenTrash(db)
//	page, err := trashui.New(trash, trashui.Options{Authorize: mayUseTrash})
//	mux.Handle("/admin/trash/", page)
//
// # What is on it?
//
// The models with how much of each is in the trash; rows and operations, to be searched;
// each with who, when and why. Before anything is written the page shows what would
// happen, and then does that or nothing. [Options].Label names rows for people, and
// Columns chooses what is shown of them.
//
// # Who may do what?
//
// [Options].Authorize is asked for each row, table and operation on each request: it
// gets an [Action] and a [Target]. Scope is a tenant's part of the trash. ReadOnly, and
// RequireReason, hold for everybody.
//
// # Where does it run?
//
// It is an [http.Handler] of the standard library's. All URLs on it are relative. Below
// an [http.ServeMux] it finds its path itself; elsewhere strip that with
// [http.StripPrefix]. It works without JavaScript, and loads nothing from elsewhere.
//
// # And for programs?
//
// The same is JSON for who asks for application/json; GET openapi.json describes it. See
// [docs/page.md], and [docs/command.md] for the shell.
//
// [docs/page.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/page.md
// [docs/command.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/command.md
package trashui

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

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
	Model      string // name of the Go type; empty for a table that the trash has not
	Key        []any  // in the order and the types of the model's fields
	DeletionID uuid.UUID
}

// Options configure a page. One of Authorize and AllowAll has to be given.
type Options struct {
	// Authorize says who may do what: it is asked for each row that is shown, and for each
	// row and table that a write reaches, on each request. An error is a refusal: 403,
	// whether the row exists or not. What may not be viewed is left out of lists and
	// counts; what may not be done is not offered.
	Authorize func(r *http.Request, action Action, target Target) error

	// AllowAll lets everybody who reaches the page do everything. Where Authorize is given
	// too, that decides.
	AllowAll bool

	// Actor is who makes the request, for observers: it goes into softdelete.WithActor.
	// Defaults to nobody.
	Actor func(*http.Request) any

	// Scope is the part of the trash that a request is about, such as a tenant's. It
	// holds for all that is listed, counted, previewed and written, and for what goes
	// along by a cascade: see softdelete.Trash.Within. Defaults to all of the trash. A
	// scope that is nil is an error, and nothing is shown.
	Scope func(*http.Request) func(*gorm.DB) *gorm.DB

	// Title is the name of the page. Defaults to "Trash".
	Title string

	// Columns are the columns that are shown of a table's rows, by their names in the
	// database. No function, or nil for a table, shows all of them. Of a table with a
	// column that looks like a secret (password, token, secret, hash, key) it shows the
	// key only.
	Columns func(table string) []string

	// Label is what people know a row by; row is a pointer to the model's struct.
	// Without one, or where it is empty, a row is known by the first of its columns
	// name, title, subject, label, email and code. Such a column counts if it is shown
	// and holds a text. Else the row is known by its key.
	Label func(item softdelete.Item, row any) string

	ReadOnly      bool // offers no writes, and refuses them; their previews are shown
	RequireReason bool // refuses writes without a reason
	Doctor        bool // adds a page of what softdelete.Doctor finds

	// Logger gets a line for each error that is not the visitor's. Defaults to
	// slog.Default().
	Logger *slog.Logger
}

// New returns a page for a trash, to be mounted below a path:
//
//	page, err := trashui.New(trash, trashui.Options{Authorize: mayUseTrash})
//	mux.Handle("/admin/trash/", page)
//
// It is an error to give neither Authorize nor AllowAll, or no trash. The page is safe
// for concurrent use.
func New(trash *softdelete.Trash, options Options) (http.Handler, error) {
	switch {
	case options.Authorize == nil && !options.AllowAll:
		return nil, errors.New("trashui: Options.Authorize is missing: say who may see the trash, or set AllowAll")
	case trash == nil:
		return nil, errors.New("trashui: the trash is nil: open it with softdelete.OpenTrash")
	}
	if options.Title == "" {
		options.Title = "Trash"
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	return &page{trash: trash, options: options, crossOrigin: http.NewCrossOriginProtection(), patience: 10 * time.Second, mostEmptied: mostEmptied}, nil
}

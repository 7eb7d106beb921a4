package softdelete

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Trash is the trash of a whole database: see OpenTrash. It is never changed by
// its methods, and safe for concurrent use.
type Trash struct {
	db     *gorm.DB
	plugin *Plugin
	models []*model
}

// OpenTrash returns the trash of some models, or without any of all models that
// are registered: those in Config.Models, and those that have been used.
func OpenTrash(db *gorm.DB, models ...any) (*Trash, error) {
	return nil, errNotYet
}

var errNotYet = errors.New("not yet")

// Stat is how much of one table is in the trash.
type Stat struct {
	Table   string
	Model   string // name of the Go type
	Trashed int64
	Oldest  time.Time // zero if nothing is trashed, or the model keeps no time
	Newest  time.Time
}

// Stats counts.
func (t *Trash) Stats(ctx context.Context) ([]Stat, error) { return nil, errNotYet }

// ListOptions choose what of the trash is listed.
type ListOptions struct {
	Limit  int       // entries on a page; defaults to 50
	After  string    // the Next of the page before; empty for the first page
	Models []any     // of these models only; defaults to all of the trash
	Actor  any       // trashed by this actor only; nil for anybody
	Since  time.Time // trashed at this time or after; zero for no bound
	Until  time.Time // trashed before this time; zero for no bound
}

// ItemPage is one page of List.
type ItemPage struct {
	Items []Item
	Next  string // for ListOptions.After; empty on the last page
}

// Item is one trashed row.
type Item struct {
	Table      string
	Model      string // name of the Go type
	Key        []any  // the primary key, in the order of the model's fields
	At         time.Time
	By         string
	Reason     string
	DeletionID uuid.UUID
}

// Load loads the row.
func (i Item) Load(ctx context.Context) (any, error) { return nil, errNotYet }

// DeletionPage is one page of Deletions.
type DeletionPage struct {
	Items []Deletion
	Next  string // for ListOptions.After; empty on the last page
}

// List lists trashed rows, newest first.
func (t *Trash) List(ctx context.Context, options ListOptions) (ItemPage, error) {
	return ItemPage{}, errNotYet
}

// Deletions lists operations, newest first.
func (t *Trash) Deletions(ctx context.Context, options ListOptions) (DeletionPage, error) {
	return DeletionPage{}, errNotYet
}

// Undo undoes one operation.
func (t *Trash) Undo(ctx context.Context, id uuid.UUID) (Deletion, error) {
	return Deletion{}, errNotYet
}

// RestoreAll restores all.
func (t *Trash) RestoreAll(ctx context.Context, models ...any) (int64, error) {
	return 0, errNotYet
}

// Empty purges.
func (t *Trash) Empty(ctx context.Context, options EmptyOptions) (EmptyReport, error) {
	return EmptyReport{}, errNotYet
}

// Run empties on an interval.
func (t *Trash) Run(ctx context.Context, options ...RunOptions) error { return errNotYet }

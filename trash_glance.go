package softdelete

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/schema"
)

// GlanceOptions say how far Glance counts, and between which times.
type GlanceOptions struct {
	// Most is how far is counted of each number: 1,000 if it is zero. Less is
	// gorm.ErrInvalidValue.
	Most int64

	// Times are bounds, in order: rows are counted that were trashed at one of them or
	// after it, and before the next. Of no or one time there is nothing to count.
	Times []time.Time
}

// Glance is how much of one table is in the trash, as far as was counted.
type Glance struct {
	Stat
	More        bool    // there are more than Trashed says
	MoreOverdue bool    // there are more than Overdue says
	Between     []Count // of GlanceOptions.Times, one less than those; none of a model that keeps no time
}

// Count is a number of rows, as far as was counted.
type Count struct {
	Rows int64
	More bool
}

var errStub = errors.New("not built yet")

// Glance looks at the trash as Stats does, in the order of the tables' names, without
// counting further than takes a moment: for a page that people open.
func (t *Trash) Glance(_ context.Context, _ GlanceOptions) ([]Glance, error) { return nil, errStub }

// Schemas are GORM's schemas of the models of the trash, in the order of Models.
func (t *Trash) Schemas() []*schema.Schema { return nil }

// Doctor looks for what soft deletes break on in the tables of the trash: it is the
// function Doctor for its models.
func (t *Trash) Doctor(_ context.Context) ([]Finding, error) { return nil, errStub }

// KeptUntil is when retention takes the row: its TrashRetention, or else that of
// Trash.WithRetention, after it was trashed. Zero if it is kept for ever, or does not say
// when it was trashed.
func (i Item) KeptUntil() time.Time { return time.Time{} }

// Parent is a row that an item hangs on.
type Parent struct {
	Relation string // "Type.Field", by which it does
	Table    string
	Model    string // name of the Go type
	Key      []any  // its primary key
	Item     *Item  // the row in the trash; nil if it is live
	Row      any    // a pointer to the model's struct
}

// Parents loads the rows that an item hangs on, live and trashed: those that its foreign
// keys name by the relations of its model, in the order of the fields. Rows that are gone,
// or outside of what the trash's scopes show, are left out.
func (i Item) Parents(_ context.Context) ([]Parent, error) { return nil, errStub }

package softdelete

import (
	"context"
	"errors"
)

var errNotYet = errors.New("not yet")

func (t *Trash) Empty(ctx context.Context, options EmptyOptions) (EmptyReport, error) {
	return EmptyReport{}, errNotYet
}

// Run empties on an interval.
func (t *Trash) Run(ctx context.Context, options ...RunOptions) error { return errNotYet }

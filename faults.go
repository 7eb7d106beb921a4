package softdelete

import (
	"errors"
	"fmt"
)

// The sentinels that users know.
var (
	rowTrashed    = errors.New("softdelete: the row is trashed")
	rowsAmbiguous = errors.New("softdelete: it cannot be told which rows are meant")
	parentTrashed = errors.New("softdelete: the parent row is trashed")
)

// fail returns a sentinel about a model, with what happened or what to do.
func fail(sentinel error, model, hint string) error {
	return fmt.Errorf("%w: model %s: %s", sentinel, model, hint)
}

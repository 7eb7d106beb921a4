// NOTE FOR ENGINE: the lead builds piece 2 (Within, ErrOutOfScope) on branch `within`. Skip it; do 3, 5, 1, 4.

package softdelete

import (
	"errors"

	"gorm.io/gorm"
)

// ErrOutOfScope says that an operation would reach rows outside of what Trash.Within allows.
var ErrOutOfScope = errors.New("softdelete: the operation would reach rows that are out of scope")

// Within is Scopes, and also holds for what goes along by a cascade: an operation, or its
// preview, that would restore or remove a row outside of the scopes is ErrOutOfScope, and
// changes nothing. Empty leaves such rows, and reports them.
func (t *Trash) Within(scopes ...func(*gorm.DB) *gorm.DB) *Trash { return t.Scopes(scopes...) }

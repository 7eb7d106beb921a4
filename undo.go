package softdelete

import (
	"errors"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Undo restores all rows of one operation, across tables.
func Undo(db *gorm.DB, id uuid.UUID) (Deletion, error) {
	return Deletion{}, errors.New("softdelete: not built yet")
}

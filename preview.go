package softdelete

import (
	"errors"

	"gorm.io/gorm"
)

// Plan is what an operation would do: see Preview.
type Plan struct {
	Operation Operation

	// Rows counts by table the rows that would be trashed, restored or removed,
	// those of the cascade included.
	Rows map[string]int64

	// Restricted are the relations whose live rows forbid the operation.
	Restricted []RestrictError

	// Conflicts are the unique indexes that forbid a restore.
	Conflicts []ConflictError

	// TrashedParents are the models of which trashed rows forbid a restore, as
	// the rows to restore hang on them: see WithParents.
	TrashedParents []string
}

// Preview says what a delete, restore, purge or force delete would do, and
// writes nothing.
func Preview(db *gorm.DB, op Operation, value any, conds ...any) (Plan, error) {
	return Plan{}, errors.New("softdelete: not built yet")
}

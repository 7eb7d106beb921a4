package model

// Operation is a kind of operation, as far as relations go by it. Its values are those
// of softdelete.Operation.
type Operation int

// The kinds of operations.
const (
	None Operation = iota
	SoftDelete
	Restore
	Purge
	ForceDelete
)

// String is the kind's name.
func (k Operation) String() string {
	switch k {
	case SoftDelete:
		return "soft delete"
	case Restore:
		return "restore"
	case Purge:
		return "purge"
	case ForceDelete:
		return "force delete"
	default:
		return "none"
	}
}

// TakesFrom is which rows of a soft-deletable child an operation takes along.
func (k Operation) TakesFrom() Visibility {
	switch k {
	case SoftDelete:
		return LiveOnly
	case ForceDelete:
		return All
	default:
		return TrashedOnly
	}
}

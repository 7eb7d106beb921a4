package softdelete

// opKind is a kind of operation, as far as relations go by it. Its values are those
// of Operation.
type opKind int

const (
	kindNone opKind = iota
	kindSoftDelete
	kindRestore
	kindPurge
	kindForceDelete
)

// String is the kind's name.
func (k opKind) String() string {
	switch k {
	case kindSoftDelete:
		return "soft delete"
	case kindRestore:
		return "restore"
	case kindPurge:
		return "purge"
	case kindForceDelete:
		return "force delete"
	default:
		return "none"
	}
}

// takesFrom is which rows of a soft-deletable child an operation takes along.
func (k opKind) takesFrom() visibility {
	switch k {
	case kindSoftDelete:
		return liveOnly
	case kindForceDelete:
		return all
	default:
		return trashedOnly
	}
}

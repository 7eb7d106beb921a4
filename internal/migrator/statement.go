package migrator

// Statement is one step of a change, as data: to be run, or to be printed.
type Statement struct {
	Table string
	Up    string
	Down  string // what takes it back; empty where nothing does, or has to
	Why   string

	NoTransaction bool // it cannot be part of a transaction

	addsMarker bool   // it adds the generated column
	gives      string // the name of the index that goes by it, for one that is there

	// names: an index has another name after it.
	names bool
}

// Ups are the statements themselves.
func Ups(list []Statement) []string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = s.Up
	}
	return texts
}

// units parts statements into those that are run together: what cannot be part of a
// transaction stands alone.
func units(list []Statement) [][]Statement {
	var parts [][]Statement
	for i, s := range list {
		if i > 0 && !s.NoTransaction && !list[i-1].NoTransaction {
			parts[len(parts)-1] = append(parts[len(parts)-1], s)
			continue
		}
		parts = append(parts, []Statement{s})
	}
	return parts
}

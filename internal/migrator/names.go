package migrator

import (
	"unicode/utf8"
)

// Interim is the name of an index until the one whose place it takes is gone.
func Interim(name string) string { return suffixed(name, "_new") }

// former is the name of an index from when another has taken its own until it is gone.
func former(name string) string { return suffixed(name, "_former") }

// Beside is the name of an index of live rows that stands beside another.
func Beside(name string) string { return suffixed(name, "_live") }

// ForKey is the name of an index of all rows that a foreign key has in the place of one
// that became one of live rows.
func ForKey(name string) string { return suffixed(name, "_fk") }

// IsLeftOf tells if an index has the name that another one has while it is changed.
func IsLeftOf(name, other string) bool { return name == Interim(other) || name == former(other) }

// suffixed is a name with something at its end, as long as a name can be.
func suffixed(name, suffix string) string {
	const longest = 63 // bytes of a name that PostgreSQL keeps
	for len(name)+len(suffix) > longest {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name + suffix
}

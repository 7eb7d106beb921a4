package migrator

import (
	"unicode/utf8"
)

// Interim is the name of an index until the one whose place it takes is gone.
func Interim(name string) string { return suffixed(name, "_new") }

// former is the name of an index from when another has taken its own until it is gone.
func former(name string) string { return suffixed(name, "_former") }

// suffixed is a name with something at its end, as long as a name can be.
func suffixed(name, suffix string) string {
	const longest = 63 // bytes of a name that PostgreSQL keeps
	for len(name)+len(suffix) > longest {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name + suffix
}

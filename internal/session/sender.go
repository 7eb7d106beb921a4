package session

import (
	"runtime"
	"slices"
	"strings"
)

// GORM does not say which of its methods has sent a statement. Those of an
// association, and of the generic API, send the same ones as a caller could, and mean
// something else by them. The stack tells. Reading it is for what is seldom: a
// statement about to fail.

const (
	gormPackage  = "gorm.io/gorm."
	runsTheChain = gormPackage + "(*processor).Execute"
	deepest      = 96 // frames that are looked at
)

// senders are the methods of GORM that stand between the caller's code and the chain
// that runs, from the inside: "(*DB).UpdateColumns", "(*Association).Delete".
func senders() []string {
	frames := make([]uintptr, deepest)
	stack := runtime.CallersFrames(frames[:runtime.Callers(2, frames)])
	var methods []string
	for inside := true; ; {
		frame, more := stack.Next()
		switch {
		case inside:
			inside = frame.Function != runsTheChain
		case !strings.HasPrefix(frame.Function, gormPackage):
			return methods
		default:
			methods = append(methods, strings.TrimPrefix(frame.Function, gormPackage))
		}
		if !more {
			return methods
		}
	}
}

// IsUnlinking tells if the chain that runs is of a statement by which an association
// parts rows: of Association.Delete, Replace or Clear.
func IsUnlinking() bool {
	for _, method := range senders() {
		if name, ok := strings.CutPrefix(method, "(*Association)."); ok {
			return name == "Delete" || name == "Replace"
		}
	}
	return false
}

// IsAssociationOperation tells if the chain that runs is of a statement by which GORM's
// generic API carries out Set(clause.Association{…}), on a handle of its own.
func IsAssociationOperation() bool {
	return slices.ContainsFunc(senders(), func(method string) bool { return strings.Contains(method, "].handleAssociation") })
}

// IsGeneric tells if the chain that runs is of a statement of GORM's generic API.
func IsGeneric() bool {
	return slices.ContainsFunc(senders(), func(method string) bool { return strings.Contains(method, "[...]") })
}

// IsOfMigrator tells if the chain that runs is of a statement that a method of GORM's
// migrator has sent, whichever driver's that is: "AlterColumn". Drivers call the type
// Migrator, or by a name that ends so.
func IsOfMigrator(method string) bool {
	frames := make([]uintptr, deepest)
	stack := runtime.CallersFrames(frames[:runtime.Callers(2, frames)])
	for {
		frame, more := stack.Next()
		if of, ok := strings.CutSuffix(frame.Function, "."+method); ok && strings.HasSuffix(strings.TrimSuffix(of, ")"), "Migrator") {
			return true
		}
		if !more {
			return false
		}
	}
}

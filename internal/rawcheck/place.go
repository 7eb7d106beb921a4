package rawcheck

import (
	"runtime"
	"strconv"
	"strings"
)

// Place is where a statement comes from.
type Place struct {
	Caller string // file:line of who has called GORM, and is not the library
	Ours   bool   // the library itself has called GORM
	GORMs  bool   // GORM itself has: its migrator, or what carries out an operation on associations
}

const library = "github.com/gorm-softdelete/softdelete"

// Here looks for the place of the statement whose callbacks run. It goes up the stack, so it
// is for what has been found only.
func Here() (at Place) {
	var counters [128]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters[:])])
	calls := false // what was called from here sends statements of its own
	for {
		frame, more := frames.Next()
		switch {
		case isGORM(frame.Function):
			calls = !isStep(frame.Function)
			at.GORMs = at.GORMs || isMigrator(frame.Function) || strings.Contains(frame.Function, ".handleAssociation")
		case !calls: // a callback, or what is around one
		case isMigrator(frame.Function):
			at.GORMs = true
		case isOurs(frame.Function):
			at.Ours = true
		default:
			at.Caller = frame.File + ":" + strconv.Itoa(frame.Line)
			return at
		}
		if !more {
			return at
		}
	}
}

// isStep tells it of what in GORM runs within a statement: callbacks, and what builds SQL.
func isStep(function string) bool {
	for _, steps := range [...]string{"gorm.io/gorm/callbacks.", "gorm.io/gorm/clause.", "gorm.io/gorm.(*Statement)."} {
		if strings.HasPrefix(function, steps) {
			return true
		}
	}
	return false
}

func isGORM(function string) bool { return strings.HasPrefix(function, "gorm.io/") }

// isMigrator tells it of GORM's migrator and those of dialects, whose type has a name that
// ends so.
func isMigrator(function string) bool {
	return strings.Contains(function, "Migrator.") || strings.Contains(function, "Migrator).")
}

// isOurs tells it of the packages that users import, and of what is below these.
func isOurs(function string) bool {
	rest, ok := strings.CutPrefix(function, library)
	if !ok {
		return false
	}
	for _, below := range [...]string{".", "/internal/", "/trashui.", "/trashcmd."} {
		if strings.HasPrefix(rest, below) {
			return !strings.HasPrefix(rest, "/internal/test")
		}
	}
	return false
}

package rawcheck

import (
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// Place is where a statement comes from.
type Place struct {
	Caller string // file:line of who has called GORM, and is not the library
	Ours   bool   // the library itself has called GORM
	GORMs  bool   // GORM itself has: its migrator, or what carries out an operation on associations
}

const library = "github.com/gorm-softdelete/softdelete"

// Migrators are by what the functions of a handle's migrator begin. That of a dialect need not
// be below gorm.io, and users may have types of their own by such a name.
type Migrators []string

// MigratorsOf looks at the type of a handle's migrator and at what that embeds.
func MigratorsOf(db *gorm.DB) (m Migrators) {
	seen := map[reflect.Type]bool{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		at := strings.LastIndex(t.PkgPath(), "/") + 1
		pkg := t.PkgPath()[:at] + strings.ReplaceAll(t.PkgPath()[at:], ".", "%2e") // as in names of functions
		m = append(m, pkg+"."+t.Name()+".", pkg+".(*"+t.Name()+").")
		for i := range t.NumField() {
			if f := t.Field(i); f.Anonymous {
				add(f.Type)
			}
		}
	}
	add(reflect.TypeOf(db.Migrator()))
	return m
}

func (m Migrators) has(function string) bool {
	return slices.ContainsFunc(m, func(begin string) bool { return strings.HasPrefix(function, begin) })
}

// Here looks for the place of the statement whose callbacks run. It goes up the stack, so it
// is for what has been found only.
func (m Migrators) Here() (at Place) {
	var counters [128]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters[:])])
	calls := false // what was called from here sends statements of its own
	for {
		frame, more := frames.Next()
		switch {
		case isGORM(frame.Function):
			calls = !isStep(frame.Function)
			at.GORMs = at.GORMs || isGORMsOwn(frame.Function)
		case !calls: // a callback, or what is around one
		case m.has(frame.Function):
			at.GORMs = true
		case isOurs(frame.Function):
			at.Ours = true
		case frame.Function == "runtime.goexit":
			at.Caller = startedAt()
			return at
		default:
			at.Caller = frame.File + ":" + strconv.Itoa(frame.Line)
			return at
		}
		if !more {
			return at
		}
	}
}

// startedAt is where a goroutine comes from that does nothing else than to call GORM, by
// go db.Exec(…): the function around that is on no list of frames.
func startedAt() string {
	stack := make([]byte, 1<<16)
	_, created, _ := strings.Cut(string(stack[:runtime.Stack(stack, false)]), "\ncreated by ")
	_, created, _ = strings.Cut(created, "\n\t")
	place, _, _ := strings.Cut(created, " +0x")
	return strings.TrimSpace(place)
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

// isGORMsOwn tells it of what in GORM makes statements of its own.
func isGORMsOwn(function string) bool {
	return strings.Contains(function, "Migrator.") || strings.Contains(function, "Migrator).") || strings.Contains(function, ".handleAssociation")
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

package trashcmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// The exit codes.
const (
	exitDone     = 0
	exitFound    = 1 // findings, rows that stay, forbidden, interrupted
	exitRefused  = 2 // or wrong usage
	exitDatabase = 3
)

// problem is an error with its exit code, and what to do next: sentences, and commands to type.
type problem struct {
	code  int
	text  string
	next  []string
	cause error
}

func (p *problem) Error() string {
	switch {
	case p.cause == nil:
		return p.text
	case p.text == "":
		return p.cause.Error()
	}
	return p.text + ": " + p.cause.Error()
}

func (p *problem) Unwrap() error { return p.cause }

// usageError is that the words make no sense.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// errTold is a problem that has been told: what forbids something, rows that stay, findings.
var errTold = &problem{code: exitFound}

// refusals are the errors of the library by which it declines, and nothing is done.
var refusals = []error{
	softdelete.ErrNotFound, softdelete.ErrRestricted, softdelete.ErrConflict, softdelete.ErrAmbiguous, softdelete.ErrParentTrashed,
	softdelete.ErrPlanChanged, softdelete.ErrNotSoftDeletable, softdelete.ErrNotInstalled, softdelete.ErrTrashed, softdelete.ErrGuarded,
	softdelete.ErrUnsupportedDatabase, gorm.ErrInvalidValue, gorm.ErrMissingWhereClause, gorm.ErrInvalidField, gorm.ErrInvalidData,
	gorm.ErrInvalidDB, gorm.ErrForeignKeyViolated, gorm.ErrDuplicatedKey, gorm.ErrCheckConstraintViolated,
}

// exitOf is the exit code of an error.
func (s *session) exitOf(err error) int {
	var p *problem
	var u *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &p):
		if p.code == exitDatabase && s.interrupted() {
			return exitFound
		}
		return p.code
	case errors.As(err, &u):
		return exitRefused
	case s.interrupted():
		return exitFound
	case s.isRefusal(err):
		return exitRefused
	}
	return exitDatabase
}

// isRefusal tells if an error means that nothing was done, as that could not be.
func (s *session) isRefusal(err error) bool {
	if s.db != nil {
		if translator, ok := s.db.Dialector.(gorm.ErrorTranslator); ok {
			for inner := err; inner != nil; inner = errors.Unwrap(inner) {
				if translated := translator.Translate(inner); translated != nil && isOneOf(translated, refusals) {
					return true
				}
			}
		}
	}
	return isOneOf(err, refusals)
}

func isOneOf(err error, list []error) bool {
	for _, one := range list {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}

// interrupted tells if a signal or --timeout has ended the run.
func (s *session) interrupted() bool { return s.ctx != nil && s.ctx.Err() != nil }

// why says what has ended it.
func (s *session) why() string {
	if errors.Is(s.ctx.Err(), context.DeadlineExceeded) {
		return "the time of --timeout is over"
	}
	return "interrupted"
}

// tell writes an error with what to do next, and returns the exit code.
func (s *session) tell(err error) int {
	code := s.exitOf(err)
	var p *problem
	var u *usageError
	text, next := "", []string(nil)
	switch {
	case err == nil:
		return code
	case errors.As(err, &p):
		if text = p.Error(); text == "" {
			return code
		}
		next = p.next
	case errors.As(err, &u):
		text = u.text
		if s.arguments != nil && s.command != nil && s.command.name != "help" {
			if !strings.HasPrefix(text, s.command.name) {
				text = s.command.name + ": " + text
			}
			next = []string{s.name + " " + s.command.name + " --help"}
		} else {
			next = []string{s.name + " help"}
		}
	case s.interrupted():
		text = s.why() + ", nothing was done"
	default:
		text, next = err.Error(), s.hints(err)
	}
	for line := range strings.SplitSeq(display.Line(s.name)+": "+display.Lines(text), "\n") {
		if s.draws && display.Width(line) > s.errWide {
			line = strings.Join(fold(line, s.errWide), "\n") // a log has it in one line
		}
		s.err.print(line + "\n")
	}
	for _, line := range next {
		s.err.printf("  %s\n", display.Line(line))
	}
	return code
}

// hints says what to do about an error of the library's.
func (s *session) hints(err error) []string {
	switch {
	case errors.Is(err, softdelete.ErrNotInstalled):
		return []string{"have the function that opens the handle call db.Use(softdelete.New(softdelete.Config{Models: models}))"}
	case errors.Is(err, softdelete.ErrParentTrashed):
		return []string{"--with-parents brings its parents back too, --root-only this row alone"}
	case errors.Is(err, softdelete.ErrAmbiguous):
		return []string{"--root-only restores the row alone"}
	}
	return s.missingTables()
}

// missingTables says what to do where the table of a model is not there, which databases
// say each in their own words.
func (s *session) missingTables() []string {
	if s.db == nil || s.ctx.Err() != nil || s.db.Exec("SELECT 1").Error != nil {
		return nil
	}
	for _, m := range s.known {
		if m.soft && !s.db.Migrator().HasTable(m.schema.Table) {
			return []string{s.line("migrate"), "makes the table of " + m.schema.Name + ", which is not there"}
		}
	}
	return nil
}

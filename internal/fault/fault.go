// Package fault has the errors of packages below the root, which gives them the names and
// types that its users know.
package fault

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// The root's errors of the same names are these.
var (
	ErrTrashed       = errors.New("softdelete: the row is trashed")
	ErrConflict      = fmt.Errorf("softdelete: a live row stands in the way: %w", gorm.ErrDuplicatedKey)
	ErrAmbiguous     = errors.New("softdelete: it cannot be told which rows are meant")
	ErrParentTrashed = errors.New("softdelete: the parent row is trashed")
)

// About returns a sentinel about a model, with what happened or what to do.
func About(sentinel error, model, hint string) error {
	return fmt.Errorf("%w: model %s: %s", sentinel, model, hint)
}

// Trashed is ErrTrashed of a write that met a row of a model, by which kind of statement.
func Trashed(model, by string) error {
	return About(ErrTrashed, model, by+" met it: Restore brings it back as it was, Revive with the values of a Create; "+
		"a write under WithTrashed changes it, and leaves it in the trash")
}

// Definition is what is wrong with a model's definition: what a softdelete.ModelError is
// made of.
type Definition struct{ Model, Field, Problem string }

// In is a fault in a field of a model. The field is empty if the fault is in none in
// particular.
func In(model, field, problem string) *Definition {
	return &Definition{Model: model, Field: field, Problem: problem}
}

// Error names the model, the field, and the problem.
func (f *Definition) Error() string {
	if f.Field == "" {
		return f.Model + ": " + f.Problem
	}
	return f.Model + "." + f.Field + ": " + f.Problem
}

package softdelete

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// The errors that programs test for with errors.Is. What is returned wraps one
// of them and names the model; it never carries values of a row.
var (
	// ErrNotFound says that what is addressed is not there. Undo, Trash.Item and
	// their kin return it for what is not in the trash. In strict mode (Config.Strict)
	// so does a statement that addresses rows by primary key and matches none. It is
	// also gorm.ErrRecordNotFound.
	ErrNotFound = fmt.Errorf("softdelete: no row matched: %w", gorm.ErrRecordNotFound)

	// ErrTrashed says that a row that would be written is in the trash. Save of a
	// trashed row returns it, and an upsert of which one of the caller's own rows is
	// trashed. So does a create or an update that a unique index refuses because of a
	// trashed row, beside ErrConflict. Nothing is written.
	ErrTrashed = fault.ErrTrashed

	// ErrRestricted says that live rows that hang on the addressed ones forbid a delete,
	// purge or force delete. Nothing is changed. errors.As finds a *RestrictError.
	ErrRestricted = errors.New("softdelete: restricted by dependent rows")

	// ErrConflict says that restoring a row would break a unique index. Nothing is
	// changed. It is also gorm.ErrDuplicatedKey. errors.As finds a *ConflictError.
	ErrConflict = fault.ErrConflict

	// ErrAmbiguous says that it cannot be told which rows are meant. Nothing is changed.
	// It is returned by:
	//
	//   - Revive, when several trashed rows are in the way of one new row;
	//   - Restore and Undo, when trashed rows hang on those to restore, and their marker
	//     does not say if they were trashed along: see RootOnly;
	//   - an operation on an association of GORM's generic API, when two relations keep
	//     their owner in the same columns.
	ErrAmbiguous = fault.ErrAmbiguous

	// ErrParentTrashed says that a row cannot live because its parent is trashed.
	// Nothing is written. A restore of a row that was trashed along with its parent
	// returns it: see WithParents. So does a write of a live row below a trashed
	// parent, by a relation with the tag softdelete:"liveParent".
	ErrParentTrashed = fault.ErrParentTrashed

	// ErrNotSoftDeletable is returned by each scope and verb of this package on a model
	// that has no marker, and on a statement without a model.
	ErrNotSoftDeletable = errors.New("softdelete: the model is not soft-deletable")

	// ErrNotInstalled says that the plugin is needed on a handle that never had
	// db.Use(softdelete.New()). Scopes and verbs return it, and every statement on a
	// model with a Flag. Writes, Preview and Undo do, too, where another plugin
	// has put its own in the place of the step that does them.
	ErrNotInstalled = errors.New("softdelete: the plugin is not installed on this handle, call db.Use(softdelete.New())")

	// ErrGuarded says that the database has refused to delete live rows of a table with
	// a Guard: by raw SQL, by a foreign key's cascade, by TRUNCATE. Nothing is
	// deleted. The database's own error, which names the table, is wrapped too.
	// ForceDelete, and Delete under Unscoped, go through.
	ErrGuarded = errors.New("softdelete: the database keeps live rows: delete them softly first, or use softdelete.ForceDelete to remove them for good")

	// ErrPlanChanged says that an operation under Expect or ExpectFingerprint would
	// do something else than the plan says. Nothing is changed: make the preview anew.
	// It comes before what else would forbid the operation.
	ErrPlanChanged = errors.New("softdelete: the plan has changed")

	// ErrOutOfScope says that an operation on the trash, or its preview, would reach
	// rows outside of what Trash.Within allows. Nothing is changed.
	ErrOutOfScope = errors.New("softdelete: the operation would reach rows that are out of scope")

	// ErrUnsupportedDatabase says that the plugin does not know the database of a
	// handle, which the error names. It is returned by db.Use, and the plugin is not
	// installed. Guard returns it on a server that has no triggers.
	ErrUnsupportedDatabase = errors.New("softdelete: unsupported database")
)

// ModelError says what is wrong with a model's definition, found when the model
// is registered: at db.Use for those in Config.Models, otherwise at its first
// statement, which then does nothing.
type ModelError struct {
	Model   string // name of the Go type
	Field   string // name of the Go field; empty if it is about none in particular
	Problem string // what is wrong, and what to do
}

// Error returns the message: the model, the field and the problem.
func (e *ModelError) Error() string {
	where := e.Model
	if e.Field != "" {
		where += "." + e.Field
	}
	return "softdelete: model " + where + ": " + e.Problem
}

// Unwrap makes a ModelError a gorm.ErrInvalidField for errors.Is.
func (e *ModelError) Unwrap() error { return gorm.ErrInvalidField }

// ActorError says that the actor, given with [WithActor] or [TrashedBy], cannot be
// converted to the type of the model's "by" column. Nothing is written.
type ActorError struct {
	Model  string // name of the Go type
	Column string // the "by" column
	Type   string // the Go type of the actor that does not fit
}

// Error returns the message, without the actor itself.
func (e *ActorError) Error() string {
	return fmt.Sprintf("softdelete: model %s: an actor of type %s does not fit column %s", e.Model, e.Type, e.Column)
}

// Unwrap makes an ActorError a gorm.ErrInvalidData for errors.Is.
func (e *ActorError) Unwrap() error { return gorm.ErrInvalidData }

// ConflictError says that a row cannot be restored because a live row has the
// same values in a unique index. Nothing was changed. It is an [ErrConflict], and
// so a gorm.ErrDuplicatedKey, for errors.Is.
type ConflictError struct {
	Model string // name of the Go type

	// Constraint is the violated constraint or index, by the name that the
	// database gives: the index's on PostgreSQL, MySQL and MariaDB, "table.column"
	// on SQLite, with TranslateError too. It is empty if the database gives none.
	Constraint string
}

// Error returns the message: the model and the constraint.
func (e *ConflictError) Error() string {
	if e.Constraint == "" {
		return fmt.Sprintf("softdelete: model %s: a live row stands in the way of restoring", e.Model)
	}
	return fmt.Sprintf("softdelete: model %s: a live row stands in the way of restoring: unique constraint %s", e.Model, e.Constraint)
}

// Unwrap makes a ConflictError an [ErrConflict] for errors.Is.
func (e *ConflictError) Unwrap() error { return ErrConflict }

// RestrictError says that live rows of a relation forbid the operation. Nothing was
// changed. They are rows of a relation with the policy restrict. On a purge they are any
// that hang on the rows to purge, by a cascading relation or by a foreign key of the
// database's own. It is an [ErrRestricted] for errors.Is.
type RestrictError struct {
	Model    string // the parent's: name of the Go type
	Relation string // the relation's field; "Child.Field" if it is the child that declares it, "table(column)" if only the database does
	Count    int64  // how many live rows there are
}

// Error returns the message: the model, the relation and the number of rows.
func (e *RestrictError) Error() string {
	return fmt.Sprintf("%v: model %s: relation %s has %d live rows, delete them first", ErrRestricted, e.Model, e.Relation, e.Count)
}

// Unwrap makes a RestrictError an [ErrRestricted] for errors.Is.
func (e *RestrictError) Unwrap() error { return ErrRestricted }

// DuplicateError says that live rows agree in columns that are to be unique among
// live rows. [AutoMigrate] returns it; nothing was changed for the index. It is an
// [ErrConflict], and so a gorm.ErrDuplicatedKey, for errors.Is.
type DuplicateError struct {
	Model      string   // name of the Go type
	Constraint string   // the index that is to be
	Columns    []string // in which the rows agree

	// Keys are the primary keys of the rows, in the order and the types of the
	// model's fields; rows that agree stand together. At most 20.
	Keys [][]any
}

// Error returns the message: the model, the columns, and the primary keys where
// these are numbers or UUIDs. Texts, which may say more, are in Keys only.
func (e *DuplicateError) Error() string {
	shown := make([]string, 0, len(e.Keys))
	for _, key := range e.Keys {
		if text, ok := surrogate(key); ok {
			shown = append(shown, text)
		}
	}
	rows := ""
	if len(shown) > 0 {
		rows = ": those with the primary key " + strings.Join(shown, ", ")
		if len(e.Keys) == migrator.MostDuplicates {
			rows += " and maybe more"
		}
	}
	return fmt.Sprintf("softdelete: model %s: live rows agree in %s, which the index %s makes unique%s: change or delete all but one",
		e.Model, strings.Join(e.Columns, ", "), e.Constraint, rows)
}

// Unwrap makes a DuplicateError an [ErrConflict] for errors.Is.
func (e *DuplicateError) Unwrap() error { return ErrConflict }

// surrogate writes a key if it says nothing but which row is meant.
func surrogate(key []any) (string, bool) {
	parts := make([]string, len(key))
	for i, value := range key {
		plain := model.Plain(value)
		parts[i] = model.Text(plain)
		if s, isText := plain.(string); isText && uuid.Validate(s) != nil {
			return "", false
		}
	}
	if len(parts) == 1 {
		return parts[0], true
	}
	return "(" + strings.Join(parts, ", ") + ")", true
}

// conflictOf returns the *ConflictError that a database's error stands for, nil
// if it is about something else.
func conflictOf(err error, model string) *ConflictError {
	constraint, found := dialect.ViolatedConstraint(err)
	if !found {
		return nil
	}
	return &ConflictError{Model: model, Constraint: constraint}
}

// explained is the error of an operation, which says what to do where the database does
// not: of a transaction that is larger than it takes.
func explained(err error, op *operation) error {
	if op.outer != nil || !dialect.IsTooLarge(err) {
		return err
	}
	of := "several models"
	if op.model != nil {
		of = "model " + op.model.Name()
	}
	return fmt.Errorf("softdelete: %s: the %s writes more rows, with all that it cascades to, than the database takes in one transaction; nothing was changed: "+
		"address fewer rows at once, or those that hang on them first (Empty does, in batches), or raise its limit: %w", of, op.kind, err)
}

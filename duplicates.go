package softdelete

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// DuplicateError says that live rows agree in columns that are to be unique among
// live rows. AutoMigrate returns it; nothing was changed for the index. It is an
// ErrConflict, and so a gorm.ErrDuplicatedKey, for errors.Is.
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

// Unwrap makes a DuplicateError an ErrConflict for errors.Is.
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

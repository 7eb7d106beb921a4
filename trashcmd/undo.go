package trashcmd

import (
	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// undo makes live again what an operation has trashed.
func undo(s *session) error { return s.withOperation(s.write) }

// withOperation does something with the undo of the operation that the word names.
func (s *session) withOperation(then func(operation) error) error {
	id, err := uuid.Parse(s.words[0])
	if err != nil || id == uuid.Nil {
		return &problem{code: exitRefused, text: display.Line(s.words[0]) + " is no id of an operation", next: []string{s.line("deletions")}}
	}
	return then(operation{
		verb: "undo", words: []string{id.String()}, of: "operation " + id.String(),
		preview: func(t *softdelete.Trash) (softdelete.Plan, error) { return t.PreviewUndo(s.ctx, id) },
		do: func(t *softdelete.Trash) (map[string]int64, error) {
			d, err := t.Undo(s.ctx, id)
			return d.Rows, err
		},
	})
}

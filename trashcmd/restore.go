package trashcmd

import (
	"github.com/gorm-softdelete/softdelete"
)

// restore makes rows live again.
func restore(s *session) error { return s.withItems("restore", s.write) }

// purge removes rows for good.
func purge(s *session) error { return s.withItems("purge", s.write) }

// withItems does something with an operation on the rows that the words name.
func (s *session) withItems(verb string, then func(operation) error) error {
	items, err := s.items(s.words)
	if err != nil {
		return err
	}
	return then(s.onItems(verb, s.words, items))
}

// onItems is the operation of a verb on rows.
func (s *session) onItems(verb string, words []string, items []softdelete.Item) operation {
	kind := softdelete.OpRestore
	if verb == "purge" {
		kind = softdelete.OpPurge
	}
	return operation{
		verb: verb, words: words, of: names(items),
		preview: func(t *softdelete.Trash) (softdelete.Plan, error) { return t.Preview(s.ctx, kind, items...) },
		do: func(t *softdelete.Trash) (map[string]int64, error) {
			if kind == softdelete.OpPurge {
				return t.Purge(s.ctx, items...)
			}
			return t.Restore(s.ctx, items...)
		},
	}
}

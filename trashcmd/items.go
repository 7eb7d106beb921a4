package trashcmd

import (
	"errors"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// items finds the rows that words name: TABLE KEY…, or each by itself as TABLE/KEY.
func (s *session) items(words []string) (items []softdelete.Item, err error) {
	pairs, err := s.pairs(words)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		m, err := s.model(pair[0])
		switch {
		case err == nil && !m.soft:
			err = s.noTrash(m)
		case err == nil && !m.keyed():
			err = &problem{code: exitRefused, text: m.title() + " has no primary key, so none of its rows can be named"}
		}
		if err != nil {
			return nil, err
		}
		item, err := s.item(m, pair[1])
		if err != nil {
			return nil, err
		}
		if name := nameOf(item); !seen[name] {
			items, seen[name] = append(items, item), true
		}
	}
	return items, nil
}

// pairs parts words into tables and keys.
func (s *session) pairs(words []string) (pairs [][2]string, err error) {
	first := words[0]
	if _, err := s.model(first); err == nil || !strings.Contains(first, "/") {
		if len(words) < 2 {
			return nil, usage("which row of %s? It is %s %s", display.Line(first), s.command.name, s.command.args)
		}
		for _, key := range words[1:] {
			pairs = append(pairs, [2]string{first, key})
		}
		return pairs, nil
	}
	for _, word := range words {
		table, key, found := strings.Cut(word, "/")
		if names, err := display.ParseKey(table); found && err == nil && len(names) == 1 {
			table = names[0]
		}
		if !found || key == "" {
			return nil, usage("%s is no TABLE/KEY", display.Line(word))
		}
		pairs = append(pairs, [2]string{table, key})
	}
	return pairs, nil
}

// item finds a row in the trash. A single key may be written as it is, or escaped as those of
// several columns are; where both readings name a row, neither is taken.
func (s *session) item(m known, text string) (softdelete.Item, error) {
	readings, err := readings(m, text)
	if err != nil {
		return softdelete.Item{}, err
	}
	var found []softdelete.Item
	for i, values := range readings {
		key := make([]any, len(values))
		for i, value := range values {
			key[i] = value
		}
		item, err := s.trash.Item(s.ctx, m.schema.Table, key...)
		switch {
		case err == nil:
			found = append(found, item)
		case errors.Is(err, softdelete.ErrNotFound):
		case errors.Is(err, gorm.ErrInvalidValue):
			if i == len(readings)-1 && len(found) == 0 {
				return item, &problem{code: exitRefused, text: display.Line(text) + " is no key of " + m.schema.Table, cause: err, next: []string{"its key is " + keyColumns(m)}}
			}
		default:
			return item, err
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return softdelete.Item{}, &problem{
			code: exitRefused, text: "there is no " + m.schema.Table + " " + display.Line(text) + " in the trash: it is live, or gone, or never was",
			cause: nil, next: []string{s.line("list", "--model", m.schema.Table)},
		}
	}
	return softdelete.Item{}, &problem{
		code: exitRefused, text: display.Line(text) + " may be two rows of " + m.schema.Table + ": the one with that key, and the one of which it is the escaped key",
		next: []string{"the first is " + s.line(s.command.name, m.schema.Table, display.LineKey([]string{text}))},
	}
}

// readings are the keys that a text may stand for.
func readings(m known, text string) ([][]string, error) {
	parsed, err := display.ParseKey(text)
	if len(m.schema.PrimaryFields) == 1 {
		if err == nil && len(parsed) == 1 && parsed[0] != text {
			return [][]string{parsed, {text}}, nil
		}
		return [][]string{{text}}, nil
	}
	if err == nil && len(parsed) != len(m.schema.PrimaryFields) {
		err = usage("%s is no key of %s", display.Line(text), m.schema.Table)
	}
	if err != nil {
		return nil, &problem{code: exitRefused, cause: err, next: []string{"its key is " + keyColumns(m) + ": the values parted by commas, % and , in them written %25 and %2C"}}
	}
	return [][]string{parsed}, nil
}

func keyColumns(m known) string {
	names := make([]string, len(m.schema.PrimaryFields))
	for i, field := range m.schema.PrimaryFields {
		names[i] = field.DBName
	}
	return strings.Join(names, ",")
}

// keyOf is the key of a row as it is typed.
func keyOf(item softdelete.Item) string { return keyText(item.Key) }

// nameOf is a row for people.
func nameOf(item softdelete.Item) string { return display.Line(item.Table) + " " + keyOf(item) }

// names are those of several rows, if these are not too many.
func names(items []softdelete.Item) string {
	if len(items) > 3 {
		return many(int64(len(items)), "row")
	}
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = nameOf(item)
	}
	return strings.Join(parts, ", ")
}

package trashcmd

import (
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

const (
	defaultLimit = 50  // for people
	pageSize     = 500 // of what is read at once
	widestKey    = 36  // for which all lines make room: that of a UUID
)

// listRows lists rows in the trash.
func listRows(s *session) error {
	options, err := s.options()
	if err == nil {
		err = s.listable()
	}
	if err != nil {
		return err
	}
	if s.flags.json {
		return stream(s, options, func(o softdelete.ListOptions) ([]softdelete.Item, jsonNext, error) {
			page, err := s.trash.List(s.ctx, o)
			return page.Items, jsonNext{Next: page.Next}, err
		}, func(item softdelete.Item) any { return itemJSON(item) })
	}
	if options.Limit == 0 {
		options.Limit = defaultLimit
	}
	page, err := s.trash.List(s.ctx, options)
	if err != nil {
		return err
	}
	if len(page.Items) == 0 {
		s.out.print(s.nothing("no rows") + "\n")
		return nil
	}
	s.itemsTable(page.Items)
	s.more(page.Next, len(page.Items))
	return nil
}

// listable tells of models that have no key by which their rows could be listed: who asks for
// them, or for all, is not given a list without them, but told how to leave them out.
func (s *session) listable() error {
	chosen, err := s.chosen(true)
	if err != nil {
		return err
	}
	var without []string
	text := ""
	for _, m := range chosen {
		if !m.keyed() {
			without, text = append(without, m.schema.Table), m.title()+" has no primary key, so its rows cannot be listed"
		}
	}
	switch len(without) {
	case 0:
		return nil
	case len(chosen):
		return &problem{code: exitRefused, text: text}
	}
	return &problem{code: exitRefused, text: text, next: []string{s.again("--except", strings.Join(append(s.flags.except, without...), ","))}}
}

// stream writes a list as JSON, a line each, page by page: all of it, or as much as --limit
// says. The last line says how to go on.
func stream[T any](s *session, options softdelete.ListOptions, read func(softdelete.ListOptions) ([]T, jsonNext, error), line func(T) any) error {
	left := options.Limit
	for {
		options.Limit = pageSize
		if left > 0 {
			options.Limit = min(left, pageSize)
		}
		items, next, err := read(options)
		if err != nil && s.interrupted() && options.After != "" {
			// What has been listed is whole, and can be gone on from.
			return errors.Join(err, s.out.json(jsonNext{Next: options.After}))
		}
		if err != nil {
			return err
		}
		for _, item := range items {
			if err := s.out.json(line(item)); err != nil {
				return err
			}
		}
		if left > 0 {
			left -= len(items)
		}
		if next.Next == "" || left == 0 && s.flags.limit > 0 {
			return s.out.json(next)
		}
		if s.out.err != nil {
			return nil
		}
		options.After = next.Next
	}
}

func (s *session) itemsTable(items []softdelete.Item) {
	g := &grid{columns: []column{
		{title: "TABLE", least: 8, order: 2},
		{title: "KEY", whole: widestKey, style: bold},
		{title: "TRASHED", order: 8, optional: true, style: dim},
		{title: "WHEN"},
		{title: "BY", least: 6, order: 3},
		{title: "REASON", least: 8, well: 40, order: 5},
		{title: "OPERATION", order: 9, optional: true, style: dim},
	}}
	for _, item := range items {
		id := ""
		if item.DeletionID != uuid.Nil {
			id = item.DeletionID.String()
		}
		g.add(item.Table, display.LineKey(display.KeyTexts(item.Key)), s.stamp(item.At), ago(item.At, s.now()), item.By, item.Reason, id)
	}
	g.print(s.out, s.width)
}

// more says how a list goes on.
func (s *session) more(next string, shown int) {
	if next == "" {
		return
	}
	s.out.printf("\n%s shown; there are more:\n  %s\n", count(int64(shown)), s.again("--after", next))
}

// nothing says that a list is empty, and of what.
func (s *session) nothing(what string) string {
	if len(s.given) > 0 {
		return what + " in the trash match"
	}
	return what + " in the trash"
}

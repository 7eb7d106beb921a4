package trashcmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// known is a model.
type known struct {
	value  any
	schema *schema.Schema
	soft   bool // if it is soft-deletable
}

// keyed tells if its rows have a key.
func (m known) keyed() bool { return len(m.schema.PrimaryFields) > 0 }

// title is what it is called to people: by its Go type and its table.
func (m known) title() string { return m.schema.Name + " (" + display.Line(m.schema.Table) + ")" }

// learn looks at the models that were given, or else at those that the plugin knows.
func (s *session) learn(models []any) error {
	s.named = len(models) > 0
	if !s.named {
		trash, err := softdelete.OpenTrash(s.db)
		if err != nil {
			return err
		}
		models = trash.Models()
	}
	for _, value := range models {
		stmt := &gorm.Statement{DB: s.db}
		if err := stmt.Parse(value); err != nil {
			return fmt.Errorf("%w: %T is no model: %w", gorm.ErrInvalidValue, value, err)
		}
		soft, err := softdelete.Enabled(s.db, value)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(s.known, func(m known) bool { return m.schema.Table == stmt.Schema.Table }) {
			s.known = append(s.known, known{value, stmt.Schema, soft})
		}
	}
	slices.SortFunc(s.known, func(a, b known) int { return cmp.Compare(a.schema.Table, b.schema.Table) })
	if !slices.ContainsFunc(s.known, func(m known) bool { return m.soft }) {
		return &problem{code: exitRefused, text: "no model is soft-deletable", next: []string{"give the command your models, or put them into softdelete.Config.Models"}}
	}
	return nil
}

// chosen are the models that flags have chosen; of the soft-deletable ones, if so asked.
func (s *session) chosen(soft bool) ([]known, error) {
	list := s.known
	if len(s.flags.models) > 0 {
		list = nil
		for _, name := range s.flags.models {
			m, err := s.model(name)
			if err != nil {
				return nil, err
			}
			if soft && !m.soft {
				return nil, s.noTrash(m)
			}
			list = append(list, m)
		}
	}
	except := map[string]bool{}
	for _, name := range s.flags.except {
		m, err := s.model(name)
		if err != nil {
			return nil, err
		}
		except[m.schema.Table] = true
	}
	list = slices.DeleteFunc(slices.Clone(list), func(m known) bool { return except[m.schema.Table] || soft && !m.soft })
	if len(list) == 0 {
		return nil, usage("--except leaves no model")
	}
	return list, nil
}

// model finds a model by its table, or by its Go type.
func (s *session) model(name string) (known, error) {
	var found []known
	for _, m := range s.known {
		if m.schema.Table == name {
			return m, nil
		}
		if m.schema.Name == name || strings.TrimPrefix(name, "*") == m.schema.ModelType.String() {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return known{}, &problem{code: exitRefused, text: "there is no model " + display.Line(name), next: s.tablesHint()}
	}
	tables := make([]string, len(found))
	for i, m := range found {
		tables[i] = m.schema.Table
	}
	return known{}, &problem{code: exitRefused, text: "several models are called " + display.Line(name) + ": name one by its table", next: []string{"the tables are " + strings.Join(tables, ", ")}}
}

// noTrash is the error of a model without a marker.
func (s *session) noTrash(m known) error {
	return &problem{code: exitRefused, text: m.title() + " is not soft-deletable, it has no trash", next: s.tablesHint()}
}

// tablesHint says which tables there are.
func (s *session) tablesHint() []string {
	var tables []string
	for _, m := range s.known {
		if m.soft {
			tables = append(tables, display.Line(m.schema.Table)+" ("+m.schema.Name+")")
		}
	}
	return []string{"the tables are " + strings.Join(tables, ", ")}
}

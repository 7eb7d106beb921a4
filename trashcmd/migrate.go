package trashcmd

import (
	"slices"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// jsonStatement is a statement that changes a schema.
type jsonStatement struct {
	Table         string `json:"table"`
	Up            string `json:"up"`
	Down          string `json:"down"`
	Why           string `json:"why"`
	NoTransaction bool   `json:"no_transaction"`
}

func statementsJSON(list []softdelete.Statement) []jsonStatement {
	statements := make([]jsonStatement, len(list))
	for i, one := range list {
		statements[i] = jsonStatement(one)
	}
	return statements
}

// jsonMigration is what has to be done to a schema, and if it was.
type jsonMigration struct {
	Statements []jsonStatement `json:"statements"`
	Done       bool            `json:"done"`
	Files      []string        `json:"files,omitempty"`
}

// migrate brings the schema to what the models say.
func migrate(s *session) error {
	models, err := s.schemaModels()
	if err != nil {
		return err
	}
	list, err := softdelete.PlanMigration(s.db, models...)
	if err != nil {
		return err
	}
	if s.flags.print {
		return s.printMigration(list)
	}
	if !s.flags.yes {
		if err := s.agreeToMigrate(list, models); err != nil || len(list) == 0 {
			return err
		}
	}
	if err := softdelete.AutoMigrate(s.db, models...); err != nil {
		return s.halfDone(err, "migrate")
	}
	if s.flags.json {
		return s.out.json(jsonMigration{Statements: statementsJSON(list), Done: true})
	}
	s.out.print(s.out.in(green, "The schema is what the models say: "+many(int64(len(list)), "statement")+" run.") + "\n")
	return nil
}

// halfDone is an error in the middle of a change of the schema, of which not every database
// takes back what came before: nobody may think that nothing was done.
func (s *session) halfDone(err error, look string) error {
	p := &problem{code: exitDatabase, text: "it has failed, and part of it may be done", cause: err, next: []string{s.toType(commandNamed(look), nil)}}
	if s.interrupted() {
		p.code, p.text, p.cause = exitFound, s.why()+": part of it may be done", nil
	}
	return p
}

// agreeToMigrate shows what is to be run, and has a person agree to that.
func (s *session) agreeToMigrate(list []softdelete.Statement, models []any) error {
	if s.flags.json {
		if err := s.out.json(jsonMigration{Statements: statementsJSON(list)}); err != nil {
			return err
		}
	} else {
		s.statements(list)
	}
	if !s.asks || s.flags.json {
		return s.notAsked(s.toType(s.command, nil, "--yes"))
	}
	if len(list) == 0 {
		return nil
	}
	if err := s.ask("run %s", int64(len(list)), "statement"); err != nil {
		return err
	}
	now, err := softdelete.PlanMigration(s.db, models...)
	if err == nil && !slices.Equal(now, list) {
		return &problem{code: exitRefused, text: "the schema has changed since, nothing was done", next: []string{s.toType(s.command, nil)}}
	}
	return err
}

// statements shows statements to people.
func (s *session) statements(list []softdelete.Statement) {
	if len(list) == 0 {
		s.out.print(s.out.in(green, "The schema is what the models say: nothing is to be done.") + "\n")
		return
	}
	for i, one := range list {
		if i > 0 {
			s.out.print("\n")
		}
		s.paragraph(dim, "-- ", one.Table+": "+one.Why)
		s.out.print(display.Lines(one.Up) + ";\n")
	}
}

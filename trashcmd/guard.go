package trashcmd

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// jsonGuards is of which tables guards are to be made or taken off, and if they were.
type jsonGuards struct {
	Tables []string `json:"tables"`
	Done   bool     `json:"done"`
}

func guardInstall(s *session) error {
	return s.guards("make the guards", "Guarded", softdelete.Guard)
}

func guardRemove(s *session) error {
	return s.guards("take the guards off", "Without a guard", softdelete.Unguard)
}

// guards does something to the guards of tables.
func (s *session) guards(to, done string, do func(*gorm.DB, ...any) error) error {
	chosen, err := s.chosen(true)
	if err != nil {
		return err
	}
	tables := make([]string, len(chosen))
	for i, m := range chosen {
		tables[i] = m.schema.Table
	}
	if _, err := softdelete.GuardDDL(s.db, values(chosen)...); err != nil {
		return err // before anybody is asked
	}
	if !s.flags.yes {
		if err := s.agreeToGuards(to, tables); err != nil {
			return err
		}
	}
	if err := do(s.db, values(chosen)...); err != nil {
		if s.isRefusal(err) && !s.interrupted() { // which comes before the first statement
			return err
		}
		return s.halfDone(err, "doctor")
	}
	if s.flags.json {
		return s.out.json(jsonGuards{tables, true})
	}
	s.out.print(s.out.in(green, fmt.Sprintf("%s: %s.", done, many(int64(len(tables)), "table"))) + "\n")
	return nil
}

func (s *session) agreeToGuards(to string, tables []string) error {
	if s.flags.json {
		if err := s.out.json(jsonGuards{Tables: tables}); err != nil {
			return err
		}
	} else {
		s.out.printf("%s\n", s.out.in(bold, fmt.Sprintf("It would %s of %s:", to, many(int64(len(tables)), "table"))))
		for _, table := range tables {
			s.out.printf("  %s\n", display.Line(table))
		}
		s.out.printf("\nThe SQL: %s\n", s.toType(commandNamed("guard").sub("print"), nil))
	}
	if !s.asks || s.flags.json {
		return s.notAsked(s.toType(s.command, nil, "--yes"))
	}
	return s.ask(to+" of %s", int64(len(tables)), "table")
}

// guardPrint prints the SQL of guards.
func guardPrint(s *session) error {
	chosen, err := s.chosen(true)
	if err != nil {
		return err
	}
	list, err := softdelete.GuardDDL(s.db, values(chosen)...)
	if err != nil {
		return err
	}
	if s.flags.json {
		return s.out.json(jsonMigration{Statements: statementsJSON(list)})
	}
	s.out.print(plainSQL(list))
	return nil
}

package main

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// verb does something to the target batch. The delete says in *id which one it was, the undo takes that.
type verb func(db *gorm.DB, id *uuid.UUID) error

// steps are what a way's verbs do, in this order, and what they leave.
var steps = []struct {
	name  string
	after state
}{{"delete", trashed}, {"undo", live}, {"force delete", gone}}

// way is how to do the steps: a verb for each, the last ones can be left out.
type way []verb

// side does the steps in one way, on tables of its own.
type side struct {
	name string
	does way
	rows grove

	db    *gorm.DB // runs what is measured
	aside *gorm.DB // makes the rows, and checks them

	id uuid.UUID // of the last delete
}

// openSide opens a side's handles on a fresh place.
func openSide(tb testing.TB, database, name string, does way) *side {
	tb.Helper()
	open := testdb.OpenerFor(tb, database)
	return &side{name: name, does: does, db: open(tb), aside: open(tb)}
}

// plant makes the side's rows anew.
func (s *side) plant() error {
	if err := s.rows.plant(s.aside); err != nil {
		return fmt.Errorf("%s: making the rows: %w", s.name, err)
	}
	return nil
}

// take does step number i within measure, which has to call it, and checks what it leaves.
func (s *side) take(i int, measure func(run func() error) error) error {
	err := settle(s.aside)
	if err == nil {
		err = measure(func() error { return s.does[i](s.db, &s.id) })
	}
	if err == nil {
		err = s.rows.check(s.aside, steps[i].after)
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.name, steps[i].name, err)
	}
	return nil
}

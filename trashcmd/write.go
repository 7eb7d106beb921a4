package trashcmd

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// operation is a write that has a plan.
type operation struct {
	verb    string   // "restore", "purge", "undo": the command's name
	words   []string // behind it
	of      string   // which rows it is about, for people
	preview func(*softdelete.Trash) (softdelete.Plan, error)
	do      func(*softdelete.Trash) (map[string]int64, error)
}

// phrases are how operations are spoken of: of which rows, and of how many.
var phrases = map[string]struct{ title, to, done, missing string }{
	"restore": {"Restoring %s would make %s live again:", "make %s live again", "Restored", "list"},
	"undo":    {"Undoing %s would make %s live again:", "make %s live again", "Undone", "deletions"},
	"purge":   {"Purging %s would remove %s for good:", "remove %s for good", "Removed for good", "list"},
}

// title says what a plan would do.
func title(verb, of string, plan softdelete.Plan) string {
	text := fmt.Sprintf(phrases[verb].title, of, many(sum(plan.Rows), "row"))
	if len(plan.Rows) > 1 {
		text = strings.TrimSuffix(text, ":") + fmt.Sprintf(", of %s:", many(int64(len(plan.Rows)), "table"))
	}
	return text
}

// part is the trash as the flags of an operation want it.
func (s *session) part() *softdelete.Trash {
	var scopes []func(*gorm.DB) *gorm.DB
	if s.flags.withParents {
		scopes = append(scopes, softdelete.WithParents)
	}
	if s.flags.rootOnly {
		scopes = append(scopes, softdelete.RootOnly)
	}
	if len(scopes) == 0 {
		return s.trash
	}
	return s.trash.Scopes(scopes...)
}

// showPlan says what an operation would do.
func (s *session) showPlan(op operation) (softdelete.Plan, error) {
	plan, err := op.preview(s.part())
	if err != nil {
		return plan, s.explained(op, err)
	}
	if s.flags.json {
		return plan, s.out.json(planJSON(op.verb, plan))
	}
	s.plan(title(op.verb, op.of, plan), plan)
	return plan, nil
}

// write does an operation: at once under --yes, else once a person has seen what it does and
// says so.
func (s *session) write(op operation) error {
	if s.flags.yes {
		trash := s.part()
		if s.flags.expect != "" {
			trash = trash.Scopes(softdelete.ExpectFingerprint(s.flags.expect))
		}
		return s.perform(op, trash)
	}
	plan, err := s.showPlan(op)
	if err != nil {
		return err
	}
	c := commandNamed(op.verb)
	switch {
	case s.flags.expect != "" && s.flags.expect != plan.Fingerprint():
		return &problem{
			code: exitRefused, text: "the plan has changed, nothing was done: this one is " + plan.Fingerprint(),
			next: []string{s.toType(commandNamed("preview").sub(op.verb), op.words)},
		}
	case plan.Forbidden():
		return &problem{code: exitRefused, text: op.verb + " is forbidden, nothing was done", next: append(s.forbids(plan), s.againAfter(op, plan))}
	case !s.asks || s.flags.json:
		return s.notAsked(s.toType(c, op.words, "--yes", "--expect", plan.Fingerprint()))
	}
	if err := s.ask(phrases[op.verb].to, sum(plan.Rows), "row"); err != nil {
		return err
	}
	return s.perform(op, s.part().Scopes(softdelete.Expect(plan)))
}

// notAsked ends a write that nobody has agreed to.
func (s *session) notAsked(line string) error {
	return &problem{code: exitRefused, text: "nothing was done: nobody is there to ask, so say --yes", next: []string{line}}
}

// perform does an operation and reports it.
func (s *session) perform(op operation, trash *softdelete.Trash) error {
	rows, err := op.do(trash)
	if err != nil {
		return s.explained(op, err)
	}
	if s.flags.json {
		return s.out.json(jsonWrite{Rows: rowsJSON(rows), Failed: []jsonFailed{}})
	}
	s.done(phrases[op.verb].done, rows)
	return nil
}

// done reports rows that were written.
func (s *session) done(what string, rows map[string]int64) {
	text := what + " " + many(sum(rows), "row")
	if len(rows) > 0 {
		text += ": " + byTable(rows)
	}
	s.paragraph(green, "", text+".")
}

// ask has a person type the number of things that it is about.
func (s *session) ask(to string, n int64, thing string) error {
	s.out.printf("\nType %s to %s: ", s.out.in(bold, digits(n)), fmt.Sprintf(to, many(n, thing)))
	typed := make(chan string, 1)
	go func() {
		line := ""
		if s.in != nil {
			line, _ = bufio.NewReader(s.in).ReadString('\n')
		}
		typed <- strings.TrimSpace(line)
	}()
	select {
	case <-s.ctx.Done():
		s.out.print("\n")
		return s.ctx.Err()
	case answer := <-typed:
		if strings.ReplaceAll(answer, " ", "") != digits(n) {
			if answer == "" {
				s.out.print("\n")
			}
			return &problem{code: exitRefused, text: "nothing was done"}
		}
	}
	return nil
}

func digits(n int64) string { return strings.ReplaceAll(count(n), " ", "") }

// explained adds to an error of an operation what to do about it.
func (s *session) explained(op operation, err error) error {
	var restrict *softdelete.RestrictError
	var conflict *softdelete.ConflictError
	refused := func(text string, next ...string) error {
		return &problem{code: exitRefused, text: text + " Nothing was done.", next: next}
	}
	preview := s.toType(commandNamed("preview").sub(op.verb), op.words)
	switch {
	case s.interrupted():
		return err
	case errors.Is(err, softdelete.ErrPlanChanged):
		return &problem{code: exitRefused, cause: err, next: []string{preview}}
	case errors.As(err, &restrict):
		return refused(restricted(*restrict), preview)
	case errors.As(err, &conflict):
		return refused(conflicting(*conflict), preview)
	case errors.Is(err, softdelete.ErrParentTrashed):
		return &problem{
			code: exitRefused, cause: err, text: "its parent is in the trash, too, nothing was done",
			next: []string{s.toType(commandNamed("restore"), op.words, "--with-parents"), s.toType(commandNamed("restore"), op.words, "--root-only")},
		}
	case errors.Is(err, softdelete.ErrAmbiguous) && op.verb == "restore":
		return &problem{code: exitRefused, cause: err, next: []string{s.toType(commandNamed("restore"), op.words, "--root-only")}}
	case errors.Is(err, softdelete.ErrNotFound):
		text := display.Line(op.of) + " is not in the trash any more: it is live, or gone"
		if op.verb == "undo" {
			text = "no row is in the trash of " + display.Line(op.of) + ": it is undone, or gone, or never was"
		}
		return &problem{code: exitRefused, text: text, next: []string{s.line(phrases[op.verb].missing)}}
	case s.isRefusal(err):
		return &problem{code: exitRefused, text: "the database refuses it, nothing was done", cause: err, next: []string{preview}}
	}
	return err
}

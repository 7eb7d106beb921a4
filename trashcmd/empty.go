package trashcmd

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// jsonEmptying is what an empty would do: it has no fingerprint, as it goes by age.
type jsonEmptying struct {
	jsonPlan
	Failed []jsonFailed `json:"failed"`
}

// empty removes rows for good that are old enough.
func empty(s *session) error {
	models, err := s.toEmpty()
	if err != nil {
		return err
	}
	if !s.flags.yes {
		plan, err := s.showEmptying(models)
		if err != nil {
			return err
		}
		rows := sum(plan.Rows)
		if !s.asks || s.flags.json {
			return s.notAsked(s.toType(commandNamed("empty"), nil, "--yes"))
		}
		if rows == 0 {
			return toldOf(plan)
		}
		if err := s.ask("remove %s for good", rows, "row"); err != nil {
			return err
		}
		if err := s.noMoreThan(plan, models); err != nil {
			return err
		}
	}
	return s.reportEmptied(s.emptyAll(models))
}

// noMoreThan looks again once somebody has agreed: a row that something held when it was shown
// may go by now, with what hangs on it. That less goes is no reason to stop.
func (s *session) noMoreThan(shown softdelete.EmptyReport, models []known) error {
	now, err := s.previewEmptying(models)
	if err != nil {
		return err
	}
	for table, n := range now.Rows {
		if n > shown.Rows[table] {
			return &problem{code: exitRefused, text: "more would go by now than was shown, nothing was done", next: []string{s.toType(commandNamed("empty"), nil)}}
		}
	}
	return nil
}

// previewEmpty says what an empty would do.
func previewEmpty(s *session) error {
	models, err := s.toEmpty()
	if err != nil {
		return err
	}
	report, err := s.showEmptying(models)
	if err != nil {
		return err
	}
	if !s.flags.json && sum(report.Rows) > 0 {
		s.next("To do it:", s.toType(commandNamed("empty"), nil, "--yes"))
	}
	return toldOf(report)
}

// toldOf is that rows stay, of which it was told.
func toldOf(report softdelete.EmptyReport) error {
	if len(report.Failed) > 0 {
		return errTold
	}
	return nil
}

// toEmpty are the models that are to be emptied.
func (s *session) toEmpty() ([]known, error) {
	if s.flags.olderThan == 0 {
		return nil, usage("how old? Say --older-than 30d")
	}
	return s.chosen(true)
}

// emptyOptions hold to the moment at which the command began, however long that is ago.
func (s *session) emptyOptions() softdelete.EmptyOptions {
	return softdelete.EmptyOptions{
		OlderThan: s.flags.olderThan + s.now().Sub(s.began), BatchSize: s.flags.batchSize, MaxRows: s.flags.maxRows, Pause: s.flags.pause,
	}
}

// showEmptying says what an empty of models would do.
func (s *session) showEmptying(models []known) (softdelete.EmptyReport, error) {
	report, err := s.previewEmptying(models)
	if err != nil {
		return report, err
	}
	if s.flags.json {
		j := jsonEmptying{planJSON("empty", softdelete.Plan{Rows: report.Rows}), failedJSON(report.Failed)}
		return report, s.out.json(j)
	}
	cutoff := s.began.Add(-s.flags.olderThan)
	if rows := sum(report.Rows); rows > 0 {
		s.paragraph(bold, "", fmt.Sprintf("Emptying the trash would remove %s for good, trashed before %s:", many(rows, "row"), s.stamp(cutoff)))
		s.tree(softdelete.Plan{Rows: report.Rows})
	} else {
		s.paragraph(plainly, "", "Nothing is to be removed that was trashed before "+s.stamp(cutoff)+".")
	}
	s.keptLonger(models, report.Rows)
	s.staying(report.Failed)
	return report, nil
}

// keptLonger warns of models that say themselves that they keep their trash for longer than
// the age: who gives an age means all that are chosen.
func (s *session) keptLonger(models []known, rows map[string]int64) {
	told := false
	for _, m := range models {
		retainer, ok := m.value.(softdelete.TrashRetainer)
		if !ok || rows[m.schema.Table] == 0 {
			continue
		}
		kept := retainer.TrashRetention()
		how := "for ever"
		if kept > 0 {
			how = "for " + writeAge(kept)
		}
		if kept <= 0 || kept > s.flags.olderThan {
			if !told {
				s.out.print("\n")
			}
			told = true
			s.paragraph(yellow, "  ! ", m.schema.Name+" says that its trash is kept "+how+". To leave it as it is, add --except "+m.schema.Table+".")
		}
	}
}

// previewEmptying looks at models together, so that no row is counted twice; at those that
// fail by themselves, which are reported, and at the others again.
func (s *session) previewEmptying(models []known) (softdelete.EmptyReport, error) {
	preview := func(list []known) (softdelete.EmptyReport, error) {
		trash, err := softdelete.OpenTrash(s.db, values(list)...)
		if err != nil {
			return softdelete.EmptyReport{}, err
		}
		return trash.PreviewEmpty(s.ctx, s.emptyOptions())
	}
	report, err := preview(models)
	if err == nil || s.interrupted() {
		return report, err
	}
	var failed []softdelete.RowError
	rest := slices.DeleteFunc(slices.Clone(models), func(m known) bool {
		_, err := preview([]known{m})
		if err != nil {
			failed = append(failed, ofModel(m, err))
		}
		return err != nil
	})
	if len(rest) == 0 || len(failed) == 0 {
		return report, err
	}
	report, err = preview(rest)
	report.Failed = append(report.Failed, failed...)
	return report, err
}

// ofModel is the failure of a whole model.
func ofModel(m known, err error) softdelete.RowError {
	return softdelete.RowError{Table: m.schema.Table, Model: m.schema.Name, Err: err}
}

// emptyAll empties models together, and where that fails each by itself.
func (s *session) emptyAll(models []known) (softdelete.EmptyReport, error) {
	bar := &bar{session: s}
	defer bar.clear()
	total := softdelete.EmptyReport{Rows: map[string]int64{}}
	one := func(list []known) (softdelete.EmptyReport, error) {
		o := s.emptyOptions()
		if o.MaxRows > 0 {
			if o.MaxRows -= sum(total.Rows); o.MaxRows <= 0 {
				return softdelete.EmptyReport{}, nil
			}
		}
		if s.draws {
			o.Progress = bar.draw
		}
		trash, err := softdelete.OpenTrash(s.db, values(list)...)
		if err != nil {
			return softdelete.EmptyReport{}, err
		}
		report, err := trash.Empty(s.ctx, o)
		for table, n := range report.Rows {
			total.Rows[table] += n
		}
		return report, err
	}
	report, err := one(models)
	total.Failed = report.Failed
	if err == nil || s.interrupted() || s.isUsage(err) {
		return total, err
	}
	return s.emptyEach(models, &total, one)
}

// emptyEach empties models one after the other, goes on after one that fails, and comes back
// to those of which rows stay for as long as others go: a row may hold them that goes later.
func (s *session) emptyEach(models []known, total *softdelete.EmptyReport, one func([]known) (softdelete.EmptyReport, error)) (softdelete.EmptyReport, error) {
	var broken []error
	kept := map[string][]softdelete.RowError{}
	for left := models; len(left) > 0; {
		before := sum(total.Rows)
		left = slices.DeleteFunc(slices.Clone(left), func(m known) bool {
			if s.interrupted() {
				return true
			}
			report, err := one([]known{m})
			kept[m.schema.Table] = report.Failed
			if err != nil && !s.interrupted() {
				broken = append(broken, err)
				kept[m.schema.Table] = append(kept[m.schema.Table], ofModel(m, err))
			}
			return err != nil || len(report.Failed) == 0
		})
		if sum(total.Rows) == before {
			break
		}
	}
	total.Failed = nil
	for _, table := range slices.Sorted(maps.Keys(kept)) {
		total.Failed = append(total.Failed, kept[table]...)
	}
	switch {
	case s.interrupted():
		return *total, s.ctx.Err()
	case len(broken) == len(models):
		return *total, broken[0]
	}
	return *total, nil
}

// isUsage tells if an error is about what was asked for, not about a model.
func (s *session) isUsage(err error) bool {
	return isOneOf(err, []error{gorm.ErrInvalidValue, gorm.ErrInvalidDB})
}

// reportEmptied says what an empty has done, and how to go on.
func (s *session) reportEmptied(report softdelete.EmptyReport, err error) error {
	if s.flags.json {
		if failed := s.out.json(jsonWrite{Rows: rowsJSON(report.Rows), Failed: failedJSON(report.Failed)}); failed != nil {
			return failed
		}
	} else {
		s.done("Removed for good", report.Rows)
		s.staying(report.Failed)
	}
	again := s.toType(commandNamed("empty"), nil, "--yes")
	if most := s.flags.maxRows; err == nil && most > 0 && sum(report.Rows) >= most && !s.flags.json {
		s.next("That is as much as --max-rows lets go. To go on:", again)
	}
	switch {
	case s.interrupted():
		return &problem{code: exitFound, text: s.why() + " between two batches: what was removed is reported, the rest is as it was", next: []string{again}}
	case err != nil:
		return err
	}
	return toldOf(report)
}

const mostStaying = 20 // rows that are listed for people

// staying lists rows that are due and stay.
func (s *session) staying(failed []softdelete.RowError) {
	if len(failed) == 0 {
		return
	}
	s.out.printf("\n%s\n", s.out.in(bold, "These stay:"))
	g := &grid{columns: []column{{title: "TABLE", least: 8, order: 1}, {title: "KEY", whole: widestKey, style: bold}, {title: "WHY", least: 20, order: 2, style: yellow}}}
	for i, row := range failed {
		if i == mostStaying {
			break
		}
		key := "all"
		if row.Key != nil {
			key = display.LineKey(display.KeyTexts(row.Key))
		}
		why := row.Err.Error()
		if restrict := (*softdelete.RestrictError)(nil); errors.As(row.Err, &restrict) {
			why = restricted(*restrict)
		}
		g.add(row.Table, key, why)
	}
	g.print(s.out, s.width)
	if more := len(failed) - mostStaying; more > 0 {
		s.out.printf("and %s more\n", count(int64(more)))
	}
}

func failedJSON(failed []softdelete.RowError) []jsonFailed {
	list := make([]jsonFailed, len(failed))
	for i, row := range failed {
		list[i] = jsonFailed{Table: row.Table, Model: row.Model, Key: keyJSON(row.Key), Error: row.Err.Error()}
	}
	return list
}

package trashcmd

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// jsonPlan is what an operation would do.
type jsonPlan struct {
	Operation      string           `json:"operation"`
	Fingerprint    string           `json:"fingerprint"`
	Rows           map[string]int64 `json:"rows"`
	Restricted     []jsonRestricted `json:"restricted"`
	Conflicts      []jsonConflict   `json:"conflicts"`
	TrashedParents []string         `json:"trashed_parents"`
	Steps          []jsonStep       `json:"steps"`
}

type jsonRestricted struct {
	Model    string `json:"model"`
	Relation string `json:"relation"`
	Count    int64  `json:"count"`
}

type jsonConflict struct {
	Model      string `json:"model"`
	Constraint string `json:"constraint"`
}

type jsonStep struct {
	Table    string `json:"table"`
	Model    string `json:"model"`
	Parent   string `json:"parent"`
	Relation string `json:"relation"`
	Rows     int64  `json:"rows"`
}

func planJSON(verb string, plan softdelete.Plan) jsonPlan {
	j := jsonPlan{
		Operation: verb, Fingerprint: plan.Fingerprint(), Rows: rowsJSON(plan.Rows),
		Restricted: []jsonRestricted{}, Conflicts: []jsonConflict{}, TrashedParents: append([]string{}, plan.TrashedParents...), Steps: []jsonStep{},
	}
	for _, r := range plan.Restricted {
		j.Restricted = append(j.Restricted, jsonRestricted{r.Model, r.Relation, r.Count})
	}
	for _, c := range plan.Conflicts {
		j.Conflicts = append(j.Conflicts, jsonConflict{c.Model, c.Constraint})
	}
	for _, step := range plan.Steps {
		j.Steps = append(j.Steps, jsonStep(step))
	}
	return j
}

// branch is a step of a plan in a tree, by what its rows hang on.
type branch struct {
	softdelete.PlanStep
	below []*branch
}

// treeOf orders the steps of a plan: parents come before children, so that each step hangs on
// the last one before it of its parent's table.
func treeOf(plan softdelete.Plan) (top []*branch) {
	latest := map[string]*branch{}
	for _, step := range plan.Steps {
		b := &branch{PlanStep: step}
		if above := latest[step.Parent]; step.Parent != "" && above != nil {
			above.below = append(above.below, b)
		} else {
			top = append(top, b)
		}
		latest[step.Table] = b
	}
	if len(plan.Steps) > 0 {
		return top
	}
	for _, table := range mostFirst(plan.Rows) {
		top = append(top, &branch{PlanStep: softdelete.PlanStep{Table: table, Rows: plan.Rows[table]}})
	}
	return top
}

// tree writes a plan by relation.
func (s *session) tree(plan softdelete.Plan) {
	g := &grid{columns: []column{
		{least: 12, order: 1},
		{right: true, style: bold},
		{least: 8, order: 2, optional: true, style: dim},
	}}
	addBranches(g, treeOf(plan), "  ", "", "")
	g.body(s.out, s.width)
}

func addBranches(g *grid, list []*branch, margin, fork, end string) {
	for i, b := range list {
		join, under := fork, "│  "
		if i == len(list)-1 {
			join, under = end, "   "
		}
		if fork == end {
			under = ""
		}
		g.add(margin+join+display.Line(b.Table), count(b.Rows), b.Relation)
		addBranches(g, b.below, margin+under, "├─ ", "└─ ")
	}
}

// forbids says what forbids a plan, a sentence each, with what to do.
func (s *session) forbids(plan softdelete.Plan) (sentences []string) {
	for _, r := range plan.Restricted {
		sentences = append(sentences, restricted(r))
	}
	for _, c := range plan.Conflicts {
		sentences = append(sentences, conflicting(c, plan.Clashes...))
	}
	for _, parent := range plan.TrashedParents {
		sentences = append(sentences, "Its "+parent+" is in the trash, too. Restore that, or add --with-parents, or --root-only for these rows alone.")
	}
	return sentences
}

func restricted(r softdelete.RestrictError) string {
	live := "A live row hangs"
	it := "it"
	if r.Count != 1 {
		live, it = count(r.Count)+" live rows hang", "them"
	}
	return live + " on it by " + r.Model + "." + r.Relation + ". Delete " + it + " first."
}

// mostNamed is how many pairs of rows a sentence names.
const mostNamed = 3

// conflicting says that a unique index forbids a restore, and which rows those are, as far as
// that is known.
func conflicting(c softdelete.ConflictError, clashes ...softdelete.Clash) string {
	text, what := "A live row has a value that ", "Change or delete that one first."
	var pairs []string
	for _, clash := range clashes {
		if clash.Model != c.Model || clash.Constraint != c.Constraint {
			continue
		}
		if len(pairs) == 0 && !clash.Live {
			text, what = "Two rows that would come back have a value that ", "Restore one of them."
		}
		if len(pairs) == mostNamed {
			pairs[mostNamed-1] += ", and so on"
			break
		}
		pairs = append(pairs, clash.Table+" "+keyText(clash.With)+" has that of "+keyText(clash.Key))
	}
	text += c.Model + " has only once"
	if c.Constraint != "" {
		text += " (" + c.Constraint + ")"
	}
	if len(pairs) > 0 {
		text += ": " + strings.Join(pairs, "; ")
	}
	return text + ". " + what
}

func keyText(key []any) string { return display.LineKey(display.KeyTexts(key)) }

// plan writes a plan for people, with what it is called, and what forbids it.
func (s *session) plan(title string, plan softdelete.Plan) {
	s.paragraph(bold, "", title)
	s.tree(plan)
	s.forbidden(plan)
}

func (s *session) forbidden(plan softdelete.Plan) {
	for i, text := range s.forbids(plan) {
		if i == 0 {
			s.out.print("\n")
		}
		s.paragraph(red, "  ! ", text)
	}
}

// paragraph writes a text in lines that fit.
func (s *session) paragraph(style style, margin, text string) {
	width := s.width
	if width == 0 {
		width = 100
	}
	for i, line := range fold(display.Line(text), width-display.Width(margin)) {
		if i == 1 {
			margin = strings.Repeat(" ", display.Width(margin))
		}
		s.out.print(s.out.in(style, margin+line) + "\n")
	}
}

// fold breaks a text between words.
func fold(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && display.Width(line)+1+display.Width(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// next writes commands to type.
func (s *session) next(title string, lines ...string) {
	s.out.printf("\n%s\n", title)
	for _, line := range lines {
		s.out.printf("  %s\n", s.out.in(cyan, display.Line(line)))
	}
}

// told are the flags of a write that what is typed next keeps.
var told = []string{"with-parents", "root-only", "actor", "reason", "timeout", "older-than", "max-rows", "batch-size", "pause", "model", "except"}

// toType is a command to type: some words, and those flags that were given and that it takes.
func (s *session) toType(c *command, words []string, flags ...string) string {
	line := strings.Fields(c.name)
	dashed := slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, "-") })
	if !dashed {
		line = append(line, words...)
	}
	for i, name := range s.given {
		if slices.Contains(told, name) && c.takes(name) {
			line = append(line, s.flagWords[i]...)
		}
	}
	line = append(line, flags...)
	if dashed {
		line = append(append(line, "--"), words...)
	}
	return s.line(line...)
}

package trashui

import (
	"strconv"
	"strings"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// planView says what a plan says, a row and what hangs on it below each other.
func (v *visit) planView(op string, of softdelete.Plan) (plan, error) {
	p := plan{
		Operation: op, Fingerprint: of.Fingerprint(), Rows: counted(of.Rows), Restricted: []restricted{}, Conflicts: []conflict{},
		TrashedParents: v.trashedParents(of), Steps: v.steps(of),
	}
	for _, r := range of.Restricted {
		p.Restricted = append(p.Restricted, v.restricted(r))
	}
	clashes, err := v.clashes(of)
	for _, c := range of.Conflicts {
		p.Conflicts = append(p.Conflicts, conflict{c.Model, c.Constraint, append([]clash{}, clashes[c]...)})
	}
	return p, err
}

// steps orders the steps of a plan as a tree: parents come before children, so that each hangs
// on the last one before it of its parent's table.
func (v *visit) steps(of softdelete.Plan) []planStep {
	below, latest := map[int][]int{}, map[string]int{}
	for i, step := range of.Steps {
		above, ok := latest[step.Parent]
		if step.Parent == "" || !ok {
			above = -1
		}
		below[above] = append(below[above], i)
		latest[step.Table] = i
	}
	list := []planStep{}
	var add func(above, depth int)
	add = func(above, depth int) {
		for _, i := range below[above] {
			step := of.Steps[i]
			list = append(list, planStep{v.text(step.Table), step.Model, v.text(step.Parent), step.Relation, step.Rows, depth})
			add(i, depth+1)
		}
	}
	add(-1, 0)
	return list
}

// clashes are the rows behind the conflicts of a plan, with what people know those in the
// trash by; those that may not be viewed are left out.
func (v *visit) clashes(of softdelete.Plan) (map[softdelete.ConflictError][]clash, error) {
	var items []softdelete.Item
	var shown []softdelete.Clash
	for _, c := range of.Clashes {
		if item := (softdelete.Item{Table: c.Table, Model: c.Model, Key: c.Key}); v.mayView(item) {
			items, shown = append(items, item), append(shown, c)
		}
	}
	labels, err := v.labels(items)
	if err != nil {
		return nil, err
	}
	list := map[softdelete.ConflictError][]clash{}
	for i, c := range shown {
		said := clash{Key: v.key(c.Key), Columns: []string{}, Live: c.Live, Label: labels[i], Href: v.rowHref(c.Table, c.Key)}
		for _, column := range c.Columns {
			said.Columns = append(said.Columns, v.text(column))
		}
		if len(c.With) > 0 && v.mayView(softdelete.Item{Table: c.Table, Model: c.Model, Key: c.With}) {
			said.With = v.key(c.With)
		}
		kind := softdelete.ConflictError{Model: c.Model, Constraint: c.Constraint}
		list[kind] = append(list[kind], said)
	}
	return list, nil
}

// forbids says what forbids a plan, a sentence each, with what to do.
func (v *visit) forbids(p *plan, parentsTo string) (list []sentence) {
	for _, r := range p.Restricted {
		if r.Relation == "" {
			list = append(list, sentence{Text: "Something live belongs to it (" + r.Model + ") that you may not see. Somebody who may has to delete that first."})
			continue
		}
		text, it := many(r.Count, "live row")+" belong", "them"
		if r.Count == 1 {
			text, it = "A live row belongs", "it"
		}
		list = append(list, sentence{Text: text + " to it (" + r.Model + "." + r.Relation + "). Delete " + it + " first."})
	}
	for _, c := range p.Conflicts {
		list = append(list, conflicting(c)...)
	}
	for _, model := range p.TrashedParents {
		if model == "" {
			list = append(list, sentence{Text: "Something that it belongs to is in the trash, too, and you may not see that. Somebody who may has to restore it first."})
			continue
		}
		s := sentence{Text: "Its " + model + " is in the trash, too. Restore that first, or restore it with this."}
		if parentsTo != "" {
			s.Href, s.Link = parentsTo, "Restore these too"
			parentsTo = "" // once is enough
		}
		list = append(list, s)
	}
	return list
}

// conflicting says which rows have a value that may be there only once.
func conflicting(c conflict) (list []sentence) {
	index := ""
	if c.Constraint != "" {
		index = " (" + display.Line(c.Constraint) + ")"
	}
	for _, clash := range c.Clashes {
		what, with := "A value"+index, ""
		if len(clash.Columns) > 0 {
			what = "The " + strings.Join(clash.Columns, " and ")
		}
		if len(clash.With) > 0 {
			with = " (" + display.LineKey(clash.With) + ")"
		}
		s := sentence{Text: what + " of " + clash.Label + " is used by a live " + c.Model + with + ". Change that one first.", Href: clash.Href, Link: "See the deleted " + clash.Label}
		if !clash.Live {
			s.Text = what + " of " + clash.Label + " is that of another " + c.Model + with + ", which would come back too. Restore only one of them."
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		list = append(list, sentence{Text: "A live row has a value that " + c.Model + " has only once" + index + ". Change or delete that one first."})
	}
	return list
}

// many is a number of things.
func many(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}

// thousands writes a number with its thousands apart.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

package trashui

import (
	"github.com/gorm-softdelete/softdelete"
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

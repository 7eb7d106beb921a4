package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// Plan is which relations one kind of operation follows from a table, and in
// what order. It is data: made from the graph once, and walked by deletes,
// restores, purges, force deletes and previews alike.
type Plan struct {
	Kind  Operation
	Root  *Table
	Order [][]*Table // parents before children; tables that hang on each other in a circle together

	Follow map[*Table][]*Link // from a table: the rows at their ends go along
	Into   map[*Table][]*Link // the same, to a table
	Guard  map[*Table][]*Link // live rows at their ends forbid the operation

	unread []string // the tables of which it is not known what the database does
}

type planKey struct {
	kind Operation
	root *Table
}

// Plan returns the plan of an operation on a table. Selected relations of a
// delete are beside it: the plan goes on from the tables that they reach.
func (g *Graph) Plan(kind Operation, root *Table, selected ...*Table) (*Plan, error) {
	key := planKey{kind, root}
	if len(selected) == 0 {
		if made, ok := g.plans.Load(key); ok {
			return made.(*Plan), made.(*Plan).check()
		}
	}
	p := NewPlan(kind, root, append([]*Table{root}, selected...))
	if len(selected) == 0 {
		g.plans.Store(key, p)
	}
	return p, p.check()
}

// NewPlan makes the plan of an operation from some tables on.
func NewPlan(kind Operation, root *Table, from []*Table) *Plan {
	p := &Plan{Kind: kind, Root: root, Follow: map[*Table][]*Link{}, Into: map[*Table][]*Link{}, Guard: map[*Table][]*Link{}}
	p.Order = ordered(from, func(t *Table) []*Link {
		for _, l := range t.Children {
			if l.takes(kind) {
				p.Follow[t] = append(p.Follow[t], l)
				p.Into[l.Child] = append(p.Into[l.Child], l)
			}
			if l.Guards(kind) {
				p.Guard[t] = append(p.Guard[t], l)
			}
		}
		return p.Follow[t]
	})
	p.Order = p.inOneOrder(p.Order)
	for _, circle := range p.Order {
		for _, t := range circle {
			if !t.read {
				p.unread = append(p.unread, t.Name)
			}
		}
	}
	return p
}

// inOneOrder puts circles, parents before children, into the order of all
// tables as far as that goes: plans that have tables in common go the same way.
func (p *Plan) inOneOrder(circles [][]*Table) [][]*Table {
	ahead := map[*Table]bool{}
	for _, circle := range circles {
		for _, t := range circle {
			ahead[t] = true
		}
	}
	waits := func(circle []*Table) bool {
		for _, t := range circle {
			for _, l := range p.Into[t] {
				if ahead[l.Parent] && !slices.Contains(circle, l.Parent) {
					return true
				}
			}
		}
		return false
	}
	list := make([][]*Table, 0, len(circles))
	for len(circles) > 0 {
		next := -1
		for i, circle := range circles {
			if !waits(circle) && (next < 0 || circle[0].Rank < circles[next][0].Rank) {
				next = i
			}
		}
		for _, t := range circles[next] {
			delete(ahead, t)
		}
		list = append(list, circles[next])
		circles = slices.Delete(circles, next, next+1)
	}
	return list
}

// check returns the error of a table that the plan reaches.
func (p *Plan) check() error {
	for _, circle := range p.Order {
		for _, t := range circle {
			if t.Err != nil {
				return t.Err
			}
			followed := len(p.Follow[t])+len(p.Guard[t]) > 0 || p.Kind == Restore
			// What only the database knows can do with a condition in a key's place.
			if t != p.Root && len(t.Key()) == 0 && followed && (t.IsKnown() || p.InCircle(t)) {
				return fault.In(t.Schema.Name, "", "a cascade goes through it, but it has no primary key")
			}
		}
	}
	return nil
}

// Models lists the soft-deletable models that the plan reaches.
func (p *Plan) Models() []*Model {
	if p == nil {
		return nil
	}
	var list []*Model
	for _, circle := range p.Order {
		for _, t := range circle {
			if t.Model != nil {
				list = append(list, t.Model)
			}
		}
	}
	return list
}

// IsTrivial tells if the operation is about its own rows only.
func (p *Plan) IsTrivial() bool {
	return p == nil || len(p.Follow[p.Root]) == 0 && len(p.Guard[p.Root]) == 0 && len(p.Order) < 2
}

// IsLeaf tells if the plan ends at a table.
func (p *Plan) IsLeaf(t *Table) bool { return len(p.Follow[t]) == 0 && len(p.Guard[t]) == 0 }

// InCircle tells if a table's rows can hang, in the end, on rows of its own.
func (p *Plan) InCircle(t *Table) bool {
	for _, circle := range p.Order {
		if len(circle) > 1 && slices.Contains(circle, t) {
			return true
		}
	}
	return slices.ContainsFunc(p.Follow[t], func(l *Link) bool { return l.Child == t })
}

// String writes the plan as a table: one line a relation, in the order in which
// they are followed.
func (p *Plan) String() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "%s of %s\n", p.Kind, p.Root.Name)
	for _, circle := range p.Order {
		for _, t := range circle {
			for _, l := range p.Follow[t] {
				what := "take"
				if l.Hooks {
					what = "take, with hooks"
				}
				_, _ = fmt.Fprintf(&b, "  %s: %s (%s.%s)\n", what, l, l.Parent.Schema.Name, l.Relation)
			}
			for _, l := range p.Guard[t] {
				_, _ = fmt.Fprintf(&b, "  forbid if live: %s (%s.%s)\n", l, l.Parent.Schema.Name, l.Relation)
			}
		}
	}
	return b.String()
}

// ordered lists the tables that are reached from some, parents before children.
// Tables that reach each other come together: this is Tarjan's algorithm for
// strongly connected components (SIAM Journal on Computing 1, 1972).
func ordered(from []*Table, links func(*Table) []*Link) [][]*Table {
	var (
		circles [][]*Table
		stack   []*Table
		number  = map[*Table]int{}
		lowest  = map[*Table]int{}
		onStack = map[*Table]bool{}
		visit   func(*Table)
	)
	visit = func(t *Table) {
		number[t] = len(number) + 1
		lowest[t] = number[t]
		stack, onStack[t] = append(stack, t), true
		for _, l := range links(t) {
			switch {
			case number[l.Child] == 0:
				visit(l.Child)
				lowest[t] = min(lowest[t], lowest[l.Child])
			case onStack[l.Child]:
				lowest[t] = min(lowest[t], number[l.Child])
			}
		}
		if lowest[t] < number[t] {
			return
		}
		first := slices.Index(stack, t)
		circle := slices.SortedFunc(slices.Values(stack[first:]), func(a, b *Table) int { return strings.Compare(a.Name, b.Name) })
		stack = stack[:first]
		for _, member := range circle {
			onStack[member] = false
		}
		circles = append(circles, circle)
	}
	for _, t := range from {
		if number[t] == 0 {
			visit(t)
		}
	}
	slices.Reverse(circles)
	return circles
}

// Within is the plan of some of its tables.
func (p *Plan) Within(has func(*Table) bool) *Plan {
	some := &Plan{Kind: p.Kind, Follow: map[*Table][]*Link{}, Into: map[*Table][]*Link{}, Guard: map[*Table][]*Link{}}
	for _, circle := range p.Order {
		kept := slices.DeleteFunc(slices.Clone(circle), func(t *Table) bool { return !has(t) })
		if len(kept) == 0 {
			continue
		}
		some.Order = append(some.Order, kept)
		for _, t := range kept {
			some.Follow[t] = slices.DeleteFunc(slices.Clone(p.Follow[t]), func(l *Link) bool { return !has(l.Child) })
			some.Into[t] = slices.DeleteFunc(slices.Clone(p.Into[t]), func(l *Link) bool { return !has(l.Parent) })
			some.Guard[t] = slices.DeleteFunc(slices.Clone(p.Guard[t]), func(l *Link) bool { return !has(l.Child) })
		}
	}
	return some
}

// PlanOf returns the plan of an operation from several tables on.
func (g *Graph) PlanOf(kind Operation, tables ...*Table) (*Plan, error) {
	p := NewPlan(kind, nil, tables)
	return p, p.check()
}

// PlanOfAll is the plan from every table on.
func (g *Graph) PlanOfAll(kind Operation) *Plan {
	key := planKey{kind: kind}
	if made, ok := g.plans.Load(key); ok {
		return made.(*Plan)
	}
	all := make([]*Table, len(g.Names))
	for i, name := range g.Names {
		all[i] = g.Tables[name]
	}
	p := NewPlan(kind, nil, all)
	g.plans.Store(key, p)
	return p
}

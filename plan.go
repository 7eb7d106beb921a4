package softdelete

import (
	"fmt"
	"slices"
	"strings"
)

// plan is which relations one kind of operation follows from a table, and in
// what order. It is data: made from the graph once, and walked by deletes,
// restores, purges, force deletes and previews alike.
type plan struct {
	kind  opKind
	root  *table
	order [][]*table // parents before children; tables that hang on each other in a circle together

	follow map[*table][]*link // from a table: the rows at their ends go along
	into   map[*table][]*link // the same, to a table
	guard  map[*table][]*link // live rows at their ends forbid the operation

	unread []string // the tables of which it is not known what the database does
}

type planKey struct {
	kind opKind
	root *table
}

// plan returns the plan of an operation on a table. Selected relations of a
// delete are beside it: the plan goes on from the tables that they reach.
func (g *graph) plan(kind opKind, root *table, selected ...*table) (*plan, error) {
	key := planKey{kind, root}
	if len(selected) == 0 {
		if made, ok := g.plans.Load(key); ok {
			return made.(*plan), made.(*plan).check()
		}
	}
	p := newPlan(kind, root, append([]*table{root}, selected...))
	if len(selected) == 0 {
		g.plans.Store(key, p)
	}
	return p, p.check()
}

// newPlan makes the plan of an operation from some tables on.
func newPlan(kind opKind, root *table, from []*table) *plan {
	p := &plan{kind: kind, root: root, follow: map[*table][]*link{}, into: map[*table][]*link{}, guard: map[*table][]*link{}}
	p.order = ordered(from, func(t *table) []*link {
		for _, l := range t.children {
			if l.takes(kind) {
				p.follow[t] = append(p.follow[t], l)
				p.into[l.child] = append(p.into[l.child], l)
			}
			if l.guards(kind) {
				p.guard[t] = append(p.guard[t], l)
			}
		}
		return p.follow[t]
	})
	p.order = p.inOneOrder(p.order)
	for _, circle := range p.order {
		for _, t := range circle {
			if !t.read {
				p.unread = append(p.unread, t.name)
			}
		}
	}
	return p
}

// inOneOrder puts circles, parents before children, into the order of all
// tables as far as that goes: plans that have tables in common go the same way.
func (p *plan) inOneOrder(circles [][]*table) [][]*table {
	ahead := map[*table]bool{}
	for _, circle := range circles {
		for _, t := range circle {
			ahead[t] = true
		}
	}
	waits := func(circle []*table) bool {
		for _, t := range circle {
			for _, l := range p.into[t] {
				if ahead[l.parent] && !slices.Contains(circle, l.parent) {
					return true
				}
			}
		}
		return false
	}
	list := make([][]*table, 0, len(circles))
	for len(circles) > 0 {
		next := -1
		for i, circle := range circles {
			if !waits(circle) && (next < 0 || circle[0].rank < circles[next][0].rank) {
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
func (p *plan) check() error {
	for _, circle := range p.order {
		for _, t := range circle {
			if t.err != nil {
				return t.err
			}
			followed := len(p.follow[t])+len(p.guard[t]) > 0 || p.kind == kindRestore
			// What only the database knows can do with a condition in a key's place.
			if t != p.root && len(t.key()) == 0 && followed && (t.isKnown() || p.inCircle(t)) {
				return &fault{t.schema.Name, "", "a cascade goes through it, but it has no primary key"}
			}
		}
	}
	return nil
}

// models lists the soft-deletable models that the plan reaches.
func (p *plan) models() []*model {
	if p == nil {
		return nil
	}
	var list []*model
	for _, circle := range p.order {
		for _, t := range circle {
			if t.model != nil {
				list = append(list, t.model)
			}
		}
	}
	return list
}

// isTrivial tells if the operation is about its own rows only.
func (p *plan) isTrivial() bool {
	return p == nil || len(p.follow[p.root]) == 0 && len(p.guard[p.root]) == 0 && len(p.order) < 2
}

// isLeaf tells if the plan ends at a table.
func (p *plan) isLeaf(t *table) bool { return len(p.follow[t]) == 0 && len(p.guard[t]) == 0 }

// inCircle tells if a table's rows can hang, in the end, on rows of its own.
func (p *plan) inCircle(t *table) bool {
	for _, circle := range p.order {
		if len(circle) > 1 && slices.Contains(circle, t) {
			return true
		}
	}
	return slices.ContainsFunc(p.follow[t], func(l *link) bool { return l.child == t })
}

// String writes the plan as a table: one line a relation, in the order in which
// they are followed.
func (p *plan) String() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "%s of %s\n", p.kind, p.root.name)
	for _, circle := range p.order {
		for _, t := range circle {
			for _, l := range p.follow[t] {
				what := "take"
				if l.hooks {
					what = "take, with hooks"
				}
				_, _ = fmt.Fprintf(&b, "  %s: %s (%s.%s)\n", what, l, l.parent.schema.Name, l.relation)
			}
			for _, l := range p.guard[t] {
				_, _ = fmt.Fprintf(&b, "  forbid if live: %s (%s.%s)\n", l, l.parent.schema.Name, l.relation)
			}
		}
	}
	return b.String()
}

// ordered lists the tables that are reached from some, parents before children.
// Tables that reach each other come together: this is Tarjan's algorithm for
// strongly connected components (SIAM Journal on Computing 1, 1972).
func ordered(from []*table, links func(*table) []*link) [][]*table {
	var (
		circles [][]*table
		stack   []*table
		number  = map[*table]int{}
		lowest  = map[*table]int{}
		onStack = map[*table]bool{}
		visit   func(*table)
	)
	visit = func(t *table) {
		number[t] = len(number) + 1
		lowest[t] = number[t]
		stack, onStack[t] = append(stack, t), true
		for _, l := range links(t) {
			switch {
			case number[l.child] == 0:
				visit(l.child)
				lowest[t] = min(lowest[t], lowest[l.child])
			case onStack[l.child]:
				lowest[t] = min(lowest[t], number[l.child])
			}
		}
		if lowest[t] < number[t] {
			return
		}
		first := slices.Index(stack, t)
		circle := slices.SortedFunc(slices.Values(stack[first:]), func(a, b *table) int { return strings.Compare(a.name, b.name) })
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

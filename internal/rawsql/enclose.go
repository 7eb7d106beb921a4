package rawsql

import (
	"slices"

	"gorm.io/gorm/clause"
)

// Group is several conditions of the caller's in parentheses, so that nothing
// they say reaches beyond.
type Group struct {
	Exprs  []clause.Expression
	Unsure bool // some of them have to be looked at
}

// Closed says that what is in the parentheses stays there.
func (*Group) Closed() Closed { return Closed{} }

// Build writes the conditions with an AND between, in parentheses.
func (g *Group) Build(b clause.Builder) {
	exprs := slices.Clone(g.Exprs)
	if g.Unsure {
		exprs = seal(exprs, standingOf(exprs))
	}
	_ = b.WriteByte('(')
	clause.Where{Exprs: exprs}.Build(b)
	_ = b.WriteByte(')')
}

// Enclose puts the caller's conditions into parentheses where one of them could
// otherwise reach beyond them: an OR, or one that is not known to have none. One
// that could reach out of those too is sealed.
func Enclose(exprs []clause.Expression) []clause.Expression {
	var r reach
	for _, expr := range exprs {
		r |= reachOf(expr)
	}
	switch {
	case r&looseReach != 0:
		return []clause.Expression{&Group{exprs, r&unsureReach != 0}}
	case r != 0:
		return seal(exprs, besideFilter)
	default:
		return exprs
	}
}

// Part is a Group that is the caller's for good. One that encloses what a statement has
// beside a filter is taken off with that.
type Part struct{ Group }

// Enclosed is Enclose for good.
func Enclosed(exprs []clause.Expression) []clause.Expression {
	enclosed := Enclose(exprs)
	if len(enclosed) == 1 {
		if g, ok := enclosed[0].(*Group); ok {
			return []clause.Expression{&Part{*g}}
		}
	}
	return exprs
}

package associations_test

import (
	"slices"
	"strings"

	"gorm.io/gorm/clause"
)

// relation is one of Person's.
type relation struct {
	name  string
	table string
	kind  string // of the owner, in rows that several kinds own
	join  string
	bare  bool // the join table has no marker

	belongs, many bool
}

var relations = []relation{
	{name: "Card", table: "cards"},
	{name: "Pets", table: "pets", many: true},
	{name: "Badge", table: "badges", kind: "people"},
	{name: "Toys", table: "toys", kind: "people", many: true},
	{name: "Notes", table: "notes", kind: "people", many: true},
	{name: "Firm", table: "firms", belongs: true},
	{name: "Town", table: "towns", belongs: true},
	{name: "Roles", table: "roles", join: "person_roles", many: true},
	{name: "Skills", table: "skills", join: "person_skills", many: true},
	{name: "Tongues", table: "tongues", join: "person_tongues", many: true, bare: true},
}

// removes tells if the related rows have no marker.
func (r relation) removes() bool { return r.table == "notes" || r.table == "towns" }

// other is the join table's column for the related row.
func (r relation) other() string { return strings.TrimSuffix(r.table, "s") + "_id" }

var operations = map[string]clause.AssociationOpType{
	"unlink": clause.OpUnlink, "delete": clause.OpDelete, "update": clause.OpUpdate,
}

// condition is one on the related rows, and what it means.
type condition struct {
	exprs []clause.Expression
	holds func(row) bool
}

func named(name string) clause.Expression {
	return clause.Eq{Column: clause.Column{Name: "name"}, Value: name}
}

var conditions = map[string]condition{
	"no condition": {nil, func(row) bool { return true }},
	"one":          {[]clause.Expression{named("b")}, func(r row) bool { return r.Name == "b" }},
	"an or":        {[]clause.Expression{named("a"), clause.Or(named("b"))}, func(r row) bool { return r.Name == "a" || r.Name == "b" }},
	"an or first":  {[]clause.Expression{clause.Or(named("b"))}, func(r row) bool { return r.Name == "b" }},
	"an or as SQL": {[]clause.Expression{clause.Expr{SQL: "name = ?\nOR name = ?", Vars: []any{"a", "b"}}}, func(r row) bool { return r.Name == "a" || r.Name == "b" }},
}

// after is what the laws make of an operation on the first person. Of a relation by a join table GORM loses who is meant: it is
// refused, or if it may be about everybody, of all live people. An update of that kind is of what anybody is linked to.
func (w world) after(r relation, op clause.AssociationOpType, where condition, all bool) (next world, refused bool) {
	next = w.clone()
	switch {
	case r.join != "" && op == clause.OpUpdate:
		next.update(r, func(one row) bool { return where.holds(one) && w.isLinked(r, one.ID) })
	case r.join != "" && !all:
		return w, true
	case r.join != "":
		next.unlink(r, where)
	case r.belongs && op == clause.OpUnlink:
		next.leave(r)
	case op == clause.OpUnlink:
		next.each(r.table, func(one *row) bool {
			if w.hangs(r, *one) && where.holds(*one) {
				one.Owner, one.Kind = 0, ""
			}
			return true
		})
	case op == clause.OpDelete:
		next.each(r.table, func(one *row) bool {
			hit := w.hangs(r, *one) && where.holds(*one)
			one.IsTrashed = one.IsTrashed || hit
			return !hit || !r.removes()
		})
		if r.removes() && r.belongs {
			next.leave(r) // nothing is there that it could refer to
		}
	default:
		next.update(r, func(one row) bool { return w.hangs(r, one) && where.holds(one) })
	}
	return next, false
}

// each changes the rows of a table, and drops those for which it is false.
func (w world) each(table string, change func(*row) bool) {
	kept := w.Rows[table][:0]
	for _, one := range w.Rows[table] {
		if change(&one) {
			kept = append(kept, one)
		}
	}
	w.Rows[table] = kept
}

func (w world) update(r relation, hit func(row) bool) {
	w.each(r.table, func(one *row) bool {
		if !one.IsTrashed && hit(*one) {
			one.Name = "new"
		}
		return true
	})
}

// hangs tells if a row is the live first person's, and live.
func (w world) hangs(r relation, one row) bool {
	owner := w.Rows["people"][0]
	switch {
	case owner.IsTrashed || one.IsTrashed:
		return false
	case r.name == "Firm":
		return owner.Owner == one.ID
	case r.name == "Town":
		return owner.Town == one.ID
	default:
		return one.Owner == owner.ID && one.Kind == r.kind
	}
}

// isLinked tells if a row is linked to anybody who is live, by a live link.
func (w world) isLinked(r relation, id int) bool {
	return slices.ContainsFunc(w.Ties[r.join], func(l tie) bool {
		return l.Other == id && !l.IsTrashed && !w.Rows["people"][l.Owner-1].IsTrashed
	})
}

// leave takes from the live first person what it refers to.
func (w world) leave(r relation) {
	owner := &w.Rows["people"][0]
	switch {
	case owner.IsTrashed:
	case r.name == "Firm":
		owner.Owner = 0
	default:
		owner.Town = 0
	}
}

// unlink trashes the live links of live people, to rows for which a condition holds if there is one.
func (w world) unlink(r relation, where condition) {
	kept := w.Ties[r.join][:0]
	for _, l := range w.Ties[r.join] {
		related := w.Rows[r.table][l.Other-1]
		hit := !l.IsTrashed && !w.Rows["people"][l.Owner-1].IsTrashed
		if len(where.exprs) > 0 {
			hit = hit && !related.IsTrashed && where.holds(related)
		}
		l.IsTrashed = l.IsTrashed || hit
		if !hit || !r.bare {
			kept = append(kept, l)
		}
	}
	w.Ties[r.join] = kept
}

package softdelete

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/session"
)

// isPlaced tells if it is the resolver that says where a statement runs. In a
// transaction of the caller's everything runs there, whatever its table.
func isPlaced(db *gorm.DB) bool {
	if _, ok := db.Plugins[session.ResolverName]; !ok || session.Resolves(db) {
		return ok
	}
	if _, ok := db.InstanceGet("gorm:started_transaction"); ok {
		return true
	}
	op := operationOf(db.Statement)
	return op != nil && op.unit.IsTransaction()
}

// asks is how often it is asked for the sources of two tables before these pass for
// different ones: each may have several, by a policy of chance for one.
const asks = 64

// apart tells if two tables are in different databases: if no write to one of them
// goes where one to the other does.
func apart(db *gorm.DB, a, b *schema.Schema) bool {
	if a == b || !isPlaced(db) {
		return false
	}
	var ofA, ofB []gorm.ConnPool
	for range asks {
		ofA, ofB = append(ofA, session.SourceOf(db, a)), append(ofB, session.SourceOf(db, b))
		if contains(ofB, ofA[len(ofA)-1]) || contains(ofA, ofB[len(ofB)-1]) {
			return false
		}
	}
	return true
}

func contains(pools []gorm.ConnPool, pool gorm.ConnPool) bool {
	for _, other := range pools {
		if t := reflect.TypeOf(pool); t == reflect.TypeOf(other) && (!t.Comparable() || pool == other) {
			return true
		}
	}
	return false
}

// checkPlan returns an error if the plan leads to another database: one transaction
// cannot be in both.
func checkPlan(p *plan, db *gorm.DB, selected []selection) error {
	if p == nil || !isPlaced(db) {
		return nil
	}
	for _, circle := range p.order {
		for _, t := range circle {
			for _, l := range slices.Concat(p.follow[t], p.guard[t]) {
				if err := checkLink(l, db); err != nil {
					return err
				}
			}
		}
	}
	return checkSelected(db, selected)
}

func checkSelected(db *gorm.DB, list []selection) error {
	for _, s := range list {
		if err := checkLink(s.link, db); err != nil {
			return err
		}
		if err := checkSelected(db, s.below); err != nil {
			return err
		}
	}
	return nil
}

func checkLink(l *link, db *gorm.DB) error {
	if !apart(db, l.parent.schema, l.child.schema) {
		return nil
	}
	return &ModelError{l.parent.schema.Name, l.relation, "the rows of " + l.child.name + " are in another database, which no transaction reaches from here: " +
		`tag the relation softdelete:"none", and see to them by an operation of their own`}
}

// checkPlace returns an error if a model's table is in another database than what a
// handle asks for by no table's name, as it does for all that a schema has.
func checkPlace(db *gorm.DB, m *model, verb string) error {
	if m == nil || !apart(db, nil, m.schema) {
		return nil
	}
	return fmt.Errorf("softdelete: model %s: %w: its table is in another database than this handle's own: "+
		"call %s for the models of that by itself, with Clauses(dbresolver.Use(name))", m.name(), gorm.ErrInvalidDB, verb)
}

// checkPlaces is checkPlace for the models of some values. What GORM makes along with
// them is its own affair.
func (p *Plugin) checkPlaces(db *gorm.DB, values []any, verb string) error {
	for _, value := range values {
		m, err := p.models.parse(db, value)
		if err == nil {
			err = checkPlace(db, m, verb)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// places parts tables by the database that they are in.
func places(db *gorm.DB, tables []*table) [][]*table {
	var parts [][]*table
	for _, t := range tables {
		i := slices.IndexFunc(parts, func(part []*table) bool { return !apart(db, part[0].schema, t.schema) })
		if i < 0 {
			i, parts = len(parts), append(parts, nil)
		}
		parts[i] = append(parts[i], t)
	}
	return parts
}

// within is the plan of some of its tables.
func (p *plan) within(has func(*table) bool) *plan {
	some := &plan{kind: p.kind, follow: map[*table][]*link{}, into: map[*table][]*link{}, guard: map[*table][]*link{}}
	for _, circle := range p.order {
		kept := slices.DeleteFunc(slices.Clone(circle), func(t *table) bool { return !has(t) })
		if len(kept) == 0 {
			continue
		}
		some.order = append(some.order, kept)
		for _, t := range kept {
			some.follow[t] = slices.DeleteFunc(slices.Clone(p.follow[t]), func(l *link) bool { return !has(l.child) })
			some.into[t] = slices.DeleteFunc(slices.Clone(p.into[t]), func(l *link) bool { return !has(l.parent) })
			some.guard[t] = slices.DeleteFunc(slices.Clone(p.guard[t]), func(l *link) bool { return !has(l.child) })
		}
	}
	return some
}

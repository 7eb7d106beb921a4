package softdelete

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/model"
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
func checkPlan(p *model.Plan, db *gorm.DB, selected []selection) error {
	if p == nil || !isPlaced(db) {
		return nil
	}
	for _, circle := range p.Order {
		for _, t := range circle {
			for _, l := range slices.Concat(p.Follow[t], p.Guard[t]) {
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

func checkLink(l *model.Link, db *gorm.DB) error {
	if !apart(db, l.Parent.Schema, l.Child.Schema) {
		return nil
	}
	return &ModelError{l.Parent.Schema.Name, l.Relation, "the rows of " + l.Child.Name + " are in another database, which no transaction reaches from here: " +
		`tag the relation softdelete:"none", and see to them by an operation of their own`}
}

// checkPlace returns an error if a model's table is in another database than what a
// handle asks for by no table's name, as it does for all that a schema has.
func checkPlace(db *gorm.DB, m *model.Model, verb string) error {
	if m == nil || !apart(db, nil, m.Schema) {
		return nil
	}
	return fmt.Errorf("softdelete: model %s: %w: its table is in another database than this handle's own: "+
		"call %s for the models of that by itself, with Clauses(dbresolver.Use(name))", m.Name(), gorm.ErrInvalidDB, verb)
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
func places(db *gorm.DB, tables []*model.Table) [][]*model.Table {
	var parts [][]*model.Table
	for _, t := range tables {
		i := slices.IndexFunc(parts, func(part []*model.Table) bool { return !apart(db, part[0].Schema, t.Schema) })
		if i < 0 {
			i, parts = len(parts), append(parts, nil)
		}
		parts[i] = append(parts[i], t)
	}
	return parts
}

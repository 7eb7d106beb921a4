package model

import (
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// Clauses are the clauses that the types of other fields bring to a schema: a
// tenant's, a version's. GORM adds them within its own steps, which the plugin
// forestalls, so that its statements have to ask for them.
type Clauses struct {
	Query, Create, Update, Delete []clause.Interface
}

// ClausesOf reads them off a schema, whether that is adopted already or not.
func ClausesOf(s *schema.Schema) Clauses {
	return Clauses{Query: WithoutMarkers(s.QueryClauses), Create: WithoutMarkers(s.CreateClauses), Update: WithoutMarkers(s.UpdateClauses), Delete: WithoutMarkers(s.DeleteClauses)}
}

// IsEmpty tells if nothing is brought to reads, updates and deletes.
func (o *Clauses) IsEmpty() bool { return len(o.Query)+len(o.Update)+len(o.Delete) == 0 }

// Replacement is a clause of this library's that stands in a schema. Replaces are the
// clauses of a marker in the place of which it does, nil for none.
type Replacement interface{ Replaces() *Clauses }

// wrapper is a clause of this library's around one of another field's type.
type wrapper interface{ Wrapped() clause.Interface }

// flagClause is a clause that the type Flag brings, and its field.
type flagClause interface{ FlagField() *schema.Field }

// WithoutMarkers leaves out the clauses of markers.
func WithoutMarkers(clauses []clause.Interface) []clause.Interface {
	var kept []clause.Interface
	for _, c := range clauses {
		switch c := c.(type) {
		case Replacement:
		case wrapper:
			kept = append(kept, c.Wrapped())
		default:
			if field, _ := softDeleteOf(c); field == nil {
				kept = append(kept, c)
			}
		}
	}
	return kept
}

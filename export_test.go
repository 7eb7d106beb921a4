package softdelete

import (
	"time"

	"gorm.io/gorm"
)

// Readings makes the set of used readings testable by itself.
type Readings struct{ readings }

// Claim is readings.claim.
func (r *Readings) Claim(t time.Time, step time.Duration) time.Time { return r.claim(t, step) }

// Release is readings.release.
func (r *Readings) Release(t time.Time, step time.Duration) { r.release(t, step) }

// Spans counts what is kept for a precision.
func (r *Readings) Spans(step time.Duration) int { return len(r.spans[step]) }

// ConflictOf is conflictOf.
var ConflictOf = conflictOf

// PlanOf writes the plan of an operation on a model.
func PlanOf(db *gorm.DB, kind Operation, model any) (string, error) {
	p, _ := installed(db)
	s, err := parseSchema(db, model)
	if err != nil {
		return "", err
	}
	if _, err := p.models.lookup(db, s); err != nil {
		return "", err
	}
	g := p.models.relations()
	plan, err := g.plan(kind, g.tables[s.Table])
	if err != nil {
		return "", err
	}
	return plan.String(), nil
}

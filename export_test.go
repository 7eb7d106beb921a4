package softdelete

import (
	"runtime"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// ConflictOf is conflictOf.
var ConflictOf = conflictOf

// CheckLiveParents is checkLiveParents on the model of a value, and the table of
// that.
func CheckLiveParents(db *gorm.DB, value any, where clause.Expression) error {
	p, _ := installed(db)
	s, err := model.Parse(db, value)
	if err != nil {
		return err
	}
	return p.checkLiveParents(db, s, s.Table, where)
}

// PlanOf writes the plan of an operation on a model.
func PlanOf(db *gorm.DB, kind Operation, m any) (string, error) {
	p, _ := installed(db)
	s, err := model.Parse(db, m)
	if err != nil {
		return "", err
	}
	if _, err := p.models.lookup(db, s); err != nil {
		return "", err
	}
	g := p.models.relations()
	plan, err := g.Plan(model.Operation(kind), g.Tables[s.Table])
	if err != nil {
		return "", err
	}
	return plan.String(), nil
}

// LostFromGraph uses two models for the first time, again and again, the second
// in a goroutine of its own, and counts how often that is known and has no place
// in the graph.
func LostFromGraph(db *gorm.DB, rounds int, first, second any) (lost int, err error) {
	a, err := model.Parse(db, first)
	if err != nil {
		return 0, err
	}
	b, err := model.Parse(db, second)
	if err != nil {
		return 0, err
	}
	for range rounds {
		r := &registry{}
		if _, err := r.lookup(db, a); err != nil {
			return lost, err
		}
		r.relations()
		done := make(chan error, 1)
		go func() {
			_, err := r.lookup(db, b)
			done <- err
		}()
		for known := false; !known; _, known = r.entries.Load(b) {
			runtime.Gosched()
		}
		if r.relations().Tables[b.Table] == nil {
			lost++
		}
		if err := <-done; err != nil {
			return lost, err
		}
	}
	return lost, nil
}

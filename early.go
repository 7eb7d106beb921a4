package softdelete

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Another plugin may build the SQL of a write before GORM's own step does. It
// cannot know what the plugin makes of it, an UPDATE of a DELETE: its SQL is
// dropped, and built anew. SQL that the caller gave is run as it is.

const (
	// givenKey marks a statement that had SQL before its chain began.
	givenKey = "softdelete:given"

	// stepKey marks a statement while it is in a step of GORM's that the plugin has
	// wrapped.
	stepKey = "softdelete:step"
)

// startWrite is the first callback of the create, update and delete chains.
func startWrite(db *gorm.DB) {
	stmt := db.Statement
	switch {
	case stmt.SQL.Len() > 0:
		stmt.Clauses[givenKey] = clause.Clause{}
	case len(stmt.Clauses) == 0:
		return
	default:
		delete(stmt.Clauses, givenKey)
	}
	// What a read has left that never came to its end.
	if modelIn(stmt) != nil && isFiltered(stmt) || holdsFilter(stmt.Clauses["WHERE"]) {
		removeFilter(stmt)
	}
}

// dropEarly drops SQL that the caller did not give, of a statement that the plugin
// has a part in, and what building it has left that building it once more would add
// to.
func (p *Plugin) dropEarly(db *gorm.DB) (dropped bool) {
	stmt := db.Statement
	if stmt.SQL.Len() == 0 || stmt.Schema == nil {
		return false
	}
	e := p.models.entry(db, stmt.Schema)
	if _, given := stmt.Clauses[givenKey]; given || e.model == nil && len(e.parents) == 0 {
		return false
	}
	stmt.SQL.Reset()
	stmt.Vars = nil
	if conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict); ok && conflict.UpdateAll {
		conflict.DoUpdates, conflict.DoNothing = nil, false
		stmt.AddClause(conflict)
	}
	return true
}

// unprotect takes out of an early SET what an update by a struct does not write.
func unprotect(m *model.Model, stmt *gorm.Statement) {
	set, ok := stmt.Clauses["SET"].Expression.(clause.Set)
	if !ok {
		return
	}
	omits := withProtected(m, stmt)
	set = slices.DeleteFunc(slices.Clone(set), func(a clause.Assignment) bool {
		name := m.ColumnNamed(a.Column.Name)
		return slices.Contains(m.Protected, name) && slices.Contains(omits, name)
	})
	stmt.AddClause(set)
}

// matters tells if the plugin has a part in a create: in an upsert, a revive, a link,
// or where a parent has to be live.
func matters(stmt *gorm.Statement, e *entry) bool {
	_, conflict := stmt.Clauses["ON CONFLICT"]
	return conflict || len(e.parents) > 0 || requestOf(stmt).revive
}

// markStep marks a statement whose step of GORM's is the one that the plugin has
// wrapped, so that the clauses of its schema know it from one of another plugin's.
func markStep(stmt *gorm.Statement) { stmt.Clauses[stepKey] = clause.Clause{} }

func unmarkStep(stmt *gorm.Statement) { delete(stmt.Clauses, stepKey) }

func isMarked(stmt *gorm.Statement) bool {
	_, marked := stmt.Clauses[stepKey]
	return marked
}

// replacedError is the error of a statement in a step of GORM's that another plugin has
// replaced after this one had wrapped it.
func replacedError(m *model.Model, step string) error {
	return fault.About(ErrNotInstalled, m.Name(), "another plugin replaced its "+step+" callback, install softdelete after it")
}

// stepReplaced is the error of a verb that came by a step which another plugin has
// replaced.
func stepReplaced(step string) error {
	return fmt.Errorf("%w: another plugin replaced the %s callback, install softdelete after it", ErrNotInstalled, step)
}

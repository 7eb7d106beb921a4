package softdelete

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// queryClause filters reads. It stands in a schema in the place of the marker's
// own clause, and so reaches whatever builds a query from that schema.
type queryClause struct {
	model *model.Model
	*registry
}

func (queryClause) Name() string               { return "" }
func (queryClause) Build(clause.Builder)       {}
func (queryClause) MergeClause(*clause.Clause) {}

// Replaces are the clauses of the model's marker.
func (c queryClause) Replaces() *model.Clauses { return &c.model.Own }

// ModifyStatement adds the filter. GORM calls it on three kinds of statement: the
// one that is executed; a bare one that becomes the ON of a relation join; and
// one for the join table of an association, which filterFrom looks after.
func (c queryClause) ModifyStatement(stmt *gorm.Statement) {
	root := stmt.Statement // that of the handle, not the one at hand
	switch {
	case stmt.SQL.Len() > 0:
	case root == stmt:
		c.filterJoins(stmt)
		filterRoot(stmt, c.model, rawsql.StandsBefore(stmt))
	case stmt.Schema == nil:
		if filter := c.model.FilterFor(showIn(root, c.model)); filter != nil {
			addFilter(stmt, filter)
		}
	}
}

// joinClause filters what reads of a schema without a marker join. It reaches
// whatever builds a query from that schema.
type joinClause struct{ *registry }

func (joinClause) Name() string               { return "" }
func (joinClause) Build(clause.Builder)       {}
func (joinClause) MergeClause(*clause.Clause) {}

// Replaces says that there is no marker.
func (joinClause) Replaces() *model.Clauses { return nil }

// ModifyStatement sees to the joins of the statement that is executed.
func (c joinClause) ModifyStatement(stmt *gorm.Statement) {
	if stmt.Statement == stmt && stmt.SQL.Len() == 0 {
		takePlaces(stmt)
		c.filterJoins(stmt)
	}
}

// updateClause filters updates.
type updateClause struct{ model *model.Model }

func (updateClause) Name() string               { return "" }
func (updateClause) Build(clause.Builder)       {}
func (updateClause) MergeClause(*clause.Clause) {}

// Replaces is nil: what the marker brought is known by the clause of queries.
func (updateClause) Replaces() *model.Clauses { return nil }

// ModifyStatement refuses an update that the plugin has not seen: it would have
// filtered it. What a step inside of the plugin's own has added is filtered too.
func (c updateClause) ModifyStatement(stmt *gorm.Statement) {
	if stmt.SQL.Len() == 0 && !stmt.Unscoped && formOf(stmt) != byMap {
		protect(c.model, stmt)
	}
	switch {
	case stmt.SQL.Len() > 0:
	case isFiltered(stmt):
		if exprs := session.WhereExprs(stmt); len(exprs) == 0 || !isFilter(exprs[len(exprs)-1]) {
			filterRoot(stmt, c.model, true)
		}
	case isMarked(stmt), stmt.Unscoped:
		filterRoot(stmt, c.model, true)
	case stmt.Error == nil:
		_ = stmt.AddError(replacedError(c.model, "update"))
	}
}

// createClause refuses a create that the plugin has a part in and has not seen: it
// could write to a trashed row.
type createClause struct {
	model *model.Model
	*registry
}

func (createClause) Name() string               { return "" }
func (createClause) Build(clause.Builder)       {}
func (createClause) MergeClause(*clause.Clause) {}

// Replaces is nil: what the marker brought is known by the clause of queries.
func (createClause) Replaces() *model.Clauses { return nil }

// ModifyStatement fails the statement.
func (c createClause) ModifyStatement(stmt *gorm.Statement) {
	if stmt.SQL.Len() > 0 || stmt.Error != nil || isMarked(stmt) {
		return
	}
	if e, ok := c.entries.Load(stmt.Schema); ok && matters(stmt, e.(*entry)) {
		_ = stmt.AddError(replacedError(c.model, "create"))
	}
}

// deleteClause is the last line before a hard delete: by the time GORM adds it,
// the plugin has built the statement, unless another plugin has pushed it aside.
type deleteClause struct{ model *model.Model }

func (deleteClause) Name() string               { return "" }
func (deleteClause) Build(clause.Builder)       {}
func (deleteClause) MergeClause(*clause.Clause) {}

// Replaces is nil: what the marker brought is known by the clause of queries.
func (deleteClause) Replaces() *model.Clauses { return nil }

// ModifyStatement refuses a delete that the plugin did not build. An unscoped
// one is GORM's own; it is filtered if a scope asked for it.
func (c deleteClause) ModifyStatement(stmt *gorm.Statement) {
	switch {
	case stmt.SQL.Len() > 0 || stmt.Error != nil:
	case stmt.Unscoped:
		filterRoot(stmt, c.model, true)
	default:
		_ = stmt.AddError(replacedError(c.model, "delete"))
	}
}

// failure is the clause of a schema whose definition is wrong.
type failure struct{ err error }

func (failure) Name() string               { return "" }
func (failure) Build(clause.Builder)       {}
func (failure) MergeClause(*clause.Clause) {}

// Replaces says that there was something of a marker.
func (failure) Replaces() *model.Clauses { return &model.Clauses{} }

// ModifyStatement fails the statement.
func (c failure) ModifyStatement(stmt *gorm.Statement) {
	if stmt.SQL.Len() == 0 {
		_ = stmt.AddError(c.err)
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{expr.Invalid{Err: c.err}}})
	}
}

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
	settleScopes(db)
	switch {
	case stmt.SQL.Len() > 0:
		stmt.Clauses[givenKey] = clause.Clause{}
	case len(stmt.Clauses) == 0:
		return
	default:
		delete(stmt.Clauses, givenKey)
	}
	// What a read has left that never came to its end.
	if isFiltered(stmt) && modelIn(stmt) != nil || holdsFilter(stmt.Clauses["WHERE"]) {
		removeFilter(stmt)
	}
}

// dropEarly drops SQL that the caller did not give, of a statement that the plugin
// has a part in, and what building it has left that building it once more would add
// to.
func (p *Plugin) dropEarly(db *gorm.DB) {
	stmt := db.Statement
	if stmt.SQL.Len() == 0 || stmt.Schema == nil {
		return
	}
	e := p.models.entry(db, stmt.Schema)
	if _, given := stmt.Clauses[givenKey]; given || e.model == nil && len(e.parents) == 0 {
		return
	}
	stmt.SQL.Reset()
	stmt.Vars = nil
	if conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict); ok && conflict.UpdateAll {
		conflict.DoUpdates, conflict.DoNothing = nil, false
		stmt.AddClause(conflict)
	}
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

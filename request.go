package softdelete

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// request is what a statement asked for by scopes. It is kept among the
// statement's clauses, as GORM copies those with the handle and not into
// preloads; it is never changed there, only replaced.
type request struct {
	show       model.Visibility
	trash      bool // trashed rows only, whatever is shown by a scope that comes later
	conditions []condition
	part       *byte               // by which a handle on a part of the trash is told from another
	also       []clause.Expression // conditions of this package's own, outside of the caller's
	bound      clause.Expression   // of the time of trashed rows, which is their filter as well; nil for none
	revive     bool
	parents    bool // WithParents
	rootOnly   bool
	report     *Deletion
	tally      map[string]int64 // to which the rows of the operation are added, by table
	verb       Operation
	batch      *batch                             // of the addressed rows, which is all that the verb is about
	instead    func(*gorm.DB, *model.Model) error // run in the place of a query, with its model
	run        func(*gorm.DB)                     // run by a statement that has no model
	expect     *expectation                       // what an operation is held to
	fence      []func(*gorm.DB) *gorm.DB          // what goes along has to be in these scopes, too
	places     []*placed                          // where its scopes were put
	within     *operation                         // that this is a part of: the rows of a cascade whose hooks run
}

// condition is a scope that has to wait for the model to become SQL.
type condition struct {
	scope    string
	operator string
	time     time.Time
	within   time.Duration
	byActor  bool
	actor    any
}

const requestKey = "softdelete:request"

// Build writes nothing: a request is no SQL.
func (*request) Build(clause.Builder) {}

var noRequest = &request{}

func requestOf(stmt *gorm.Statement) *request {
	if c, ok := stmt.Clauses[requestKey]; ok {
		if r, ok := c.Expression.(*request); ok {
			return r
		}
	}
	return noRequest
}

// ask returns db with its request changed.
func ask(db *gorm.DB, change func(*request)) *gorm.DB {
	if db == nil || db.Config == nil {
		return &gorm.DB{Error: fmt.Errorf("softdelete: %w: the handle is nil", gorm.ErrInvalidDB)}
	}
	tx := db.Clauses()
	if _, ok := installed(tx); !ok {
		_ = tx.AddError(ErrNotInstalled)
		return tx
	}
	next := *requestOf(tx.Statement)
	change(&next)
	tx.Statement.Clauses[requestKey] = clause.Clause{Expression: &next}
	return tx
}

// asksForTrash tells if any scope was used that makes sense on a soft-deletable
// model only.
func (r *request) asksForTrash() bool {
	return r.show != model.Unasked || len(r.conditions) > 0 || r.revive || r.parents || r.rootOnly || r.report != nil || r.expect != nil
}

// showOf is which rows of the statement's own model are shown. What was asked
// of the statement counts before what was asked of the model.
func (r *request) showOf(stmt *gorm.Statement, m *model.Model) model.Visibility {
	if r.trash {
		return model.TrashedOnly
	}
	if r.show != model.Unasked {
		return r.show
	}
	return showIn(stmt, m)
}

// filterFor is the filter of a visibility, nil where it shows all rows.
func (r *request) filterFor(m *model.Model, show model.Visibility) *model.Filter {
	if r.bound != nil && show == model.TrashedOnly {
		return m.TrashedWithin(r.bound)
	}
	return m.FilterFor(show)
}

// conditionsFor makes the conditions of a model out of those of the scopes.
func (r *request) conditionsFor(db *gorm.DB, m *model.Model) ([]clause.Expression, error) {
	if len(r.conditions) == 0 {
		return r.also, nil
	}
	exprs := make([]clause.Expression, 0, len(r.conditions)+len(r.also))
	for _, c := range r.conditions {
		expr, err := c.expression(db, m)
		if err != nil {
			return nil, err
		}
		exprs = append(exprs, expr)
	}
	return append(exprs, r.also...), nil
}

// inTrash shows trashed rows only, whatever other scopes say.
func inTrash(db *gorm.DB) *gorm.DB {
	return ask(db, func(r *request) { r.show, r.trash = model.TrashedOnly, true })
}

// also returns db with conditions that hold beside all that the caller says: an
// OR of the caller's, also one in a scope that runs later, does not reach around
// them.
func also(db *gorm.DB, conditions ...clause.Expression) *gorm.DB {
	return ask(db, func(r *request) { r.also = append(r.also[:len(r.also):len(r.also)], conditions...) })
}

// within is also with bounds of when the rows were trashed, the first of the time
// alone. They are the filter of trashed rows as well where that tells the planner
// nothing new.
func within(db *gorm.DB, m *model.Model, d *dialect.Dialect, bounds ...clause.Expression) *gorm.DB {
	if len(bounds) > 0 && d.CountsTwice && m.OnlyTrashedHaveTime() {
		return ask(db, func(r *request) { r.bound = expr.All(bounds) })
	}
	return also(db, bounds...)
}

func (c condition) expression(db *gorm.DB, m *model.Model) (clause.Expression, error) {
	if c.byActor {
		if m.By == nil {
			return nil, &ModelError{m.Name(), "", c.scope + ` needs a column for who trashed a row: embed softdelete.Tracked, or tag a field softdelete:"by"`}
		}
		if c.actor == nil {
			return &actorCondition{m.By, nil}, nil
		}
		value, err := convertActor(m, c.actor)
		return &actorCondition{m.By, value}, err
	}
	if m.At == nil {
		return nil, &ModelError{m.Name(), "", c.scope + ` needs a time beside the flag: tag a field softdelete:"at"`}
	}
	t := c.time
	if c.scope == "TrashedWithin" {
		plugin, _ := installed(db)
		now, err := plugin.config.Clock.now(db)
		if err != nil {
			return nil, err
		}
		t = now.Add(-c.within)
	}
	// In the zone that markers are written in: a column without one keeps the
	// digits only.
	t = t.In(db.NowFunc().Location())
	return &timeCondition{model: m, dialect: dialectOf(db), operator: c.operator, time: t}, nil
}

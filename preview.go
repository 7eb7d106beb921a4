package softdelete

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Plan is what an operation would do: see Preview.
type Plan struct {
	Operation Operation

	// Rows counts by table the rows that would be trashed, restored or removed,
	// those of the cascade included.
	Rows map[string]int64

	// Restricted are the relations whose live rows forbid the operation.
	Restricted []RestrictError

	// Conflicts are the unique indexes that forbid a restore, of those that the
	// models declare.
	Conflicts []ConflictError

	// TrashedParents are the models of which trashed rows forbid a restore, as
	// the rows to restore hang on them: see WithParents.
	TrashedParents []string

	// Clashes are rows behind the Conflicts, ten of each at most. A fingerprint says
	// nothing of them.
	Clashes []Clash

	// Steps are the same rows by how they are reached, parents before children.
	Steps []PlanStep

	// addressed is what the fingerprint says of the addressed rows; empty for a plan
	// that no preview has made.
	addressed string

	own *rows.Set // the addressed rows, of a plan that is about to be carried out
}

// PlanStep is what a plan does to rows of one table. The addressed rows are a step of
// their own, also where others of the table go along.
type PlanStep struct {
	Table    string
	Model    string // name of the Go type; empty for a table of no model
	Parent   string // the table that the rows hang on; empty for addressed rows, and for the parents that WithParents brings back
	Relation string // by which relation, "Type.Field"; several are parted by commas
	Rows     int64  // how many rows
}

// Preview says what a delete, restore, purge or force delete would do, and
// writes nothing. It takes what the verb takes, and walks the same plan:
//
//	plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &user)
//
//	SELECT id FROM users WHERE users.id = 1 AND users.deleted_at IS NULL
//	SELECT id FROM posts WHERE posts.user_id IN (1) AND posts.deleted_at IS NULL
//	SELECT id FROM comments WHERE comments.post_id IN (7, 8) AND comments.deleted_at IS NULL
//
// What would be a [*RestrictError], a [*ConflictError] or [ErrParentTrashed] is in the
// Plan; the verb's other errors are returned. No hooks run, and nothing is
// locked: rows may change before the verb runs. Beside dbresolver it reads the
// primary, as the verb does. For OpNone or an unknown
// operation it returns gorm.ErrInvalidValue.
func Preview(db *gorm.DB, op Operation, value any, conds ...any) (Plan, error) {
	if op < OpSoftDelete || op > OpForceDelete {
		return Plan{}, fmt.Errorf("softdelete: %w: there is no preview of operation %q", gorm.ErrInvalidValue, op)
	}
	p, _ := installed(db)
	made := &Plan{Operation: op, Rows: map[string]int64{}}
	err := inPlace(db, func(tx *gorm.DB) *gorm.DB {
		if rv := reflect.ValueOf(value); op == OpSoftDelete && rv.Kind() == reflect.Struct {
			// As db.Delete takes it.
			addressable := reflect.New(rv.Type())
			addressable.Elem().Set(rv)
			value = addressable.Interface()
		}
		return address(tx, op, value, conds)
	}, func(db *gorm.DB, m *model.Model) error { return p.foresee(db, m, made, false) })
	if err != nil {
		return Plan{}, err
	}
	return *made, nil
}

// inPlace runs a step in the place of a query, when that's scopes were called and its model is
// known. In GORM's chain of queries it would be taken for one that loads something: it comes
// by that of rows. It reads where an operation does.
func inPlace(db *gorm.DB, prepare func(*gorm.DB) *gorm.DB, step func(*gorm.DB, *model.Model) error) error {
	tx := ask(db, func(r *request) { r.instead = step })
	if tx.Error == nil {
		tx = prepare(tx)
	}
	defer forgetVerb(tx.Statement)
	if tx.Error == nil {
		defer session.SendToPrimary(tx)()
		tx = tx.Callback().Row().Execute(tx)
	}
	switch {
	case tx.Error != nil:
		return tx.Error
	case requestOf(tx.Statement).instead != nil:
		return stepReplaced("row")
	}
	return nil
}

// previewed wraps GORM's row step.
func (p *Plugin) previewed(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		step := requestOf(db.Statement).instead
		if step == nil {
			next(db)
			return
		}
		defer forgetVerb(db.Statement)
		if db.Error != nil {
			return
		}
		dropBuilt(db)
		if m := p.modelOf(db); m != nil && db.Error == nil && !rejectNil(db) {
			_ = db.AddError(step(db, m))
		}
	}
}

// dropBuilt takes off a preview the SQL that another plugin has built for it on the
// way, with what building it has left: SQL of the caller's was refused before.
func dropBuilt(db *gorm.DB) {
	stmt := db.Statement
	if stmt.SQL.Len() == 0 {
		return
	}
	stmt.SQL.Reset()
	stmt.Vars = nil
	removeFilter(stmt)
	unfilterFrom(stmt)
	callbacks.AfterQuery(db) // takes the joins off
}

// foresee finds what an operation would do with rows of a model that a statement
// addresses. If it is about to be done, it is bound: to be as it was found, its rows are
// locked.
func (p *Plugin) foresee(db *gorm.DB, m *model.Model, made *Plan, bound bool) error {
	stmt := db.Statement
	op := &operation{kind: made.Operation, model: m, dialect: dialectOf(db)}
	plan, err := p.planPreview(db, op)
	if err != nil {
		return err
	}
	op.plan = plan
	c := p.newCascade(db, op)
	c.look(bound)
	if err := c.heed(); err != nil {
		return err
	}
	filter, show, follow := clause.Expression(m.LiveRows), model.LiveOnly, c.goAlong
	switch op.kind {
	case OpSoftDelete:
		if requestOf(stmt).showOf(stmt, m) == model.TrashedOnly {
			filter, show = nothing{m}, model.TrashedOnly
		}
	case OpRestore:
		filter, show = op.trashedFilter(stmt)
		follow = c.restorable
	default:
		filter, show = op.removalFilter(stmt)
	}
	t, ok := newTarget(db, op, show)
	if !ok || db.DryRun {
		return db.Error
	}
	// A preview comes by the chain of queries: those that write have others on them.
	more, err := neighbours.Asked(db, model.Operation(op.kind), neighbours.Writing(db, model.Operation(op.kind)), stmt.Schema, c.heeds.listen, nil)
	if err != nil {
		return err
	}
	t.exprs = append(t.exprs, rawsql.Enclose(more)...)
	if err := c.resolve(t, filter, follow); err != nil {
		return err
	}
	if c.own.IsEmpty() && p.config.Strict && t.isKeyed() && requestOf(stmt).batch == nil {
		return notFound(m.Name(), "a "+op.kind.String())
	}
	name := session.TableOf(stmt, m.Schema)
	switch {
	case name == plan.Root.Name:
		if err := c.describe(made, requestOf(stmt)); err != nil {
			return err
		}
	case !c.own.IsEmpty():
		// Of another table than the model's own no relation is known: nothing forbids it.
		made.Rows = map[string]int64{name: int64(len(c.own.Keys))}
		made.Steps = []PlanStep{{Table: name, Model: m.Name(), Rows: int64(len(c.own.Keys))}}
	}
	if bound {
		made.own = c.own
	}
	return made.nameRows(map[string]*rows.Set{name: c.own})
}

// look makes a cascade one that writes nothing: a look that takes no locks, or one at what
// is bound to be done.
func (c *cascade) look(bound bool) {
	c.preview, c.bound = true, bound
	if !bound {
		c.d = c.d.AsSeen()
	}
}

// describe fills in a plan what a cascade has found, as a statement asks for it.
func (c *cascade) describe(made *Plan, r *request) (err error) {
	if c.op.kind == OpRestore {
		if made.TrashedParents, err = c.trashedParents(r); err == nil {
			made.Conflicts, made.Clashes, err = c.conflicts()
		}
		if err == nil {
			err = c.fenceClashes(made.Clashes)
		}
		if err == nil {
			err = c.checkFence()
		}
	} else if err = c.checkFence(); err == nil {
		made.Restricted, err = c.restrictions()
	}
	made.Rows, made.Steps = c.tables(), c.steps()
	return err
}

// steps reports the rows by how they were reached: those above first, then those that were
// addressed and what hangs on them.
func (c *cascade) steps() []PlanStep {
	var list []PlanStep
	rest := maps.Clone(c.rows)
	add := func(t *model.Table, n int64, parent, relation string) {
		if rest[t] -= n; n > 0 {
			step := PlanStep{Table: t.Name, Parent: parent, Relation: relation, Rows: n}
			if t.IsKnown() {
				step.Model = t.ModelName()
			}
			list = append(list, step)
		}
	}
	for _, f := range slices.Backward(c.raised) {
		add(f.set.Table, int64(len(f.set.Keys)), "", relationOf(f.by))
	}
	for _, t := range c.tablesInOrder() {
		for _, set := range c.addressed {
			if set.Table == t {
				add(t, int64(len(set.Keys)), "", "")
			}
		}
		parent, relation := c.waysTo(t)
		add(t, rest[t], parent, relation)
	}
	return list
}

// waysTo lists the relations by which rows of a table were reached, with the table that the
// first of them leads from.
func (c *cascade) waysTo(t *model.Table) (parent, relations string) {
	links := slices.Clone(c.plan.Into[t])
	var selected func([]selection)
	selected = func(list []selection) {
		for _, s := range list {
			if s.link.Child == t && !slices.Contains(links, s.link) {
				links = append(links, s.link)
			}
			selected(s.below)
		}
	}
	selected(c.op.selected)
	var names []string
	for _, l := range links {
		if !c.sets[l.Parent].IsEmpty() && !slices.Contains(names, relationOf(l)) {
			names = append(names, relationOf(l))
			parent = cmp.Or(parent, l.Parent.Name)
		}
	}
	return parent, strings.Join(names, ", ")
}

// relationOf names a relation with the model that declares it.
func relationOf(l *model.Link) string {
	if l.ByDatabase || strings.Contains(l.Relation, ".") {
		return l.Relation
	}
	return l.Parent.ModelName() + "." + l.Relation
}

// planPreview is the plan of the operation itself; also a trivial one, as a
// preview reads the rows of that too.
func (p *Plugin) planPreview(db *gorm.DB, op *operation) (*model.Plan, error) {
	planned := p.planRemoval
	switch op.kind {
	case OpSoftDelete:
		planned = p.planDelete
	case OpRestore:
		planned = p.planRestore
	}
	if err := planned(db, op); err != nil || op.plan != nil {
		return op.plan, err
	}
	root := p.models.relations().Tables[op.model.Schema.Table]
	if len(root.Key()) == 0 {
		return nil, &ModelError{op.model.Name(), "", "a preview needs a primary key"}
	}
	return model.NewPlan(model.Operation(op.kind), root, nil), nil
}

package softdelete

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Undo makes all rows live again that one operation has trashed, of all known
// tables: those that have a deletion_id column by the operation's id, and what
// hangs on them and has none by its time, as Restore does.
//
//	var d softdelete.Deletion
//	db.Scopes(softdelete.Into(&d)).Delete(&user)
//	undone, err := softdelete.Undo(db, d.ID)
//
//	UPDATE users SET deleted_at = NULL, …, deletion_id = NULL WHERE users.deletion_id = '…' AND users.deleted_at IS NOT NULL
//	UPDATE posts SET deleted_at = NULL, …, deletion_id = NULL WHERE posts.deletion_id = '…' AND posts.deleted_at IS NOT NULL
//
// The report says when, by whom and why the rows were trashed, and how many of
// which table have come back; rows purged since are gone. Conditions of db are in
// force on each of the tables. A model is known if it is in Config.Models, or
// has been used, or is related to one that has.
//
// Errors: ErrNotFound for an id that is unknown or undone already, a
// *ConflictError, ErrAmbiguous, ErrNotInstalled. After an error nothing has
// changed. It is safe for concurrent use.
func Undo(db *gorm.DB, id uuid.UUID) (Deletion, error) {
	report := &Deletion{ID: id}
	tx := ask(db, func(r *request) { r.undo = report })
	if tx.Error != nil {
		return Deletion{}, tx.Error
	}
	defer forgetVerb(tx.Statement)
	defer session.SendToPrimary(tx)()
	tx = tx.Callback().Raw().Execute(tx)
	switch {
	case requestOf(tx.Statement).undo != nil:
		return Deletion{}, stepReplaced("raw")
	case tx.Error != nil:
		return Deletion{}, tx.Error
	}
	return *report, nil
}

// raw wraps GORM's raw step, by which an Undo comes: it has no model.
func (p *Plugin) raw(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		request := requestOf(db.Statement)
		if request.undo == nil {
			next(db)
			return
		}
		defer forgetVerb(db.Statement)
		if db.Error != nil || db.DryRun {
			return
		}
		p.undoSomewhere(db, request)
	}
}

// undoSomewhere looks for an operation in each of the databases that a resolver has
// the tables in: it was in one of them.
func (p *Plugin) undoSomewhere(db *gorm.DB, request *request) {
	g := p.models.relations()
	plan := g.planOfAll(kindRestore)
	var elsewhere [][]*table
	if isPlaced(db) {
		elsewhere = places(db, slices.DeleteFunc(slices.Concat(plan.order...), func(t *table) bool { return t.model == nil || t.model.deletionID == nil }))
	}
	if len(elsewhere) < 2 {
		if len(elsewhere) == 1 {
			session.Resolve(db, elsewhere[0][0].schema)
		}
		session.InUnit(db, func() { _ = db.AddError(p.undo(db, request, plan)) })
		return
	}
	for i, tables := range elsewhere {
		if i > 0 {
			db.Error = nil
		}
		session.Resolve(db, tables[0].schema)
		here := plan.within(func(t *table) bool { return !apart(db, tables[0].schema, t.schema) })
		session.InUnit(db, func() { _ = db.AddError(p.undo(db, request, here)) })
		if !errors.Is(db.Error, ErrNotFound) {
			return
		}
	}
}

func (p *Plugin) undo(db *gorm.DB, request *request, plan *plan) error {
	stmt := db.Statement
	if len(stmt.Joins) > 0 || hasLimit(stmt) || request.show != unasked || len(request.conditions) > 0 || request.parents || request.rootOnly {
		return fmt.Errorf("softdelete: %w: an undo is of a whole operation, it takes no joins, limits or scopes of the trash", gorm.ErrInvalidValue)
	}
	g := p.models.relations()
	op := &operation{kind: OpRestore, dialect: dialectOf(db), hooks: !stmt.SkipHooks, id: request.undo.ID, plan: plan}
	op.observed = p.observe(db, op)
	c := p.newCascade(db, op)
	if err := c.heed(); err != nil {
		return err
	}
	tables := slices.Concat(plan.order...)
	kept := slices.IndexFunc(tables, func(t *table) bool { return t.model != nil && t.model.deletionID != nil })
	if kept < 0 {
		return fmt.Errorf("%w: no known model has a deletion id, name those that have one in Config.Models", ErrNotFound)
	}
	if err := lockDatabase(db, c.d, tables[kept].name, tables[kept].model); err != nil {
		return err
	}
	for _, circle := range c.plan.order {
		for _, t := range circle {
			if err := c.findUndone(t, whereExprs(stmt), request.undo); err != nil {
				return err
			}
		}
	}
	if len(c.sets) == 0 {
		return fmt.Errorf("%w: no row was trashed by this operation, or it is undone already", ErrNotFound)
	}
	whole := maps.Clone(c.sets)
	for _, set := range whole {
		if err := c.raiseByTime(set); err != nil {
			return err
		}
	}
	if err := c.walk(c.restorableByTime); err != nil {
		return err
	}
	var back, checked []found
	for _, circle := range c.plan.order {
		for _, t := range circle {
			if set := whole[t]; set != nil {
				hooked, err := c.hooked(set)
				if err != nil {
					return err
				}
				if !hooked.isEmpty() {
					back = append(back, found{set: hooked, hooks: true})
				}
				back = append(back, found{set: set, counts: true})
				if c.hasLiveParents(t) {
					keyed := newSet(t)
					if keyed.keys, err = c.keysOf(set); err != nil {
						return err
					}
					checked = append(checked, found{set: keyed})
				}
			}
		}
	}
	for _, found := range append(back, c.log...) {
		if err := c.bringBack(found); err != nil {
			return err
		}
	}
	request.undo.Rows = c.tables()
	if err := c.checkLiveParents(append(checked, c.log...)); err != nil {
		return err
	}
	op.observed.addressed(func(name string) bool { return c.startsAt(g.tables[name]) })
	op.tell(p, db)
	return nil
}

// startsAt tells if rows of a table can only have been addressed: nothing else of
// the operation is what a cascade could have come from.
func (c *cascade) startsAt(t *table) bool {
	return !slices.ContainsFunc(t.cascadingParents(), func(l *link) bool { return l.parent != t && !c.sets[l.parent].isEmpty() })
}

// planOfAll is the plan from every table on.
func (g *graph) planOfAll(kind opKind) *plan {
	key := planKey{kind: kind}
	if made, ok := g.plans.Load(key); ok {
		return made.(*plan)
	}
	all := make([]*table, len(g.names))
	for i, name := range g.names {
		all[i] = g.tables[name]
	}
	p := newPlan(kind, nil, all)
	g.plans.Store(key, p)
	return p
}

// findUndone looks for rows of the operation in a table, and reads off one of
// them when, by whom and why it was trashed.
func (c *cascade) findUndone(t *table, callers []clause.Expression, report *Deletion) error {
	m := t.model
	if m == nil || m.deletionID == nil {
		return nil
	}
	where, err := c.ofOperation(t, callers)
	if err != nil {
		return err
	}
	where = where.and(c.heeds.on[t])
	columns, dest, read := m.recordScan(t.name)
	n, err := session.Query(c.db, dest, func() {
		of := read()
		if of.at.Valid && report.At.IsZero() {
			report.At = of.at.Time
		}
		report.By, report.Reason = cmp.Or(report.By, of.by), cmp.Or(report.Reason, of.reason)
	}, "SELECT ", columns, " FROM ", clause.Table{Name: t.name}, " WHERE ", where.and(visible(t, trashedOnly))(t.name), " LIMIT 1", c.forUpdate())
	if err == nil && n > 0 {
		set := newSet(t)
		set.where, set.whole = []picker{where}, true
		c.sets[t] = set
	}
	return err
}

// ofOperation picks the rows of a table that keep the operation's id and meet the
// caller's conditions. They are trashed: a restore clears the id.
func (c *cascade) ofOperation(t *table, callers []clause.Expression) (picker, error) {
	id, err := uuidFor(t.model.deletionID, c.op.id)
	if err != nil {
		return nil, err
	}
	byID := picker(func(name string) clause.Expression {
		return clause.Eq{Column: clause.Column{Table: name, Name: t.model.deletionID.DBName}, Value: id}
	})
	if len(callers) == 0 {
		return byID, nil
	}
	if len(t.key()) == 0 {
		return nil, &ModelError{t.schema.Name, "", "an undo with conditions needs a primary key"}
	}
	return func(name string) clause.Expression {
		return &selected{
			columns: expr.Columns(name, t.key()), list: expr.Columns(t.name, t.key()), from: t.name,
			where: expr.All{byID(t.name), &at{t.name, &rawsql.Group{Exprs: callers, Unsure: true}}}, d: c.d,
		}
	}, nil
}

// restorableByTime is the step of an undo: what keeps the operation's id is
// found by that.
func (c *cascade) restorableByTime(links []*link, from *rowSet) (*rowSet, error) {
	if links[0].child.model.deletionID != nil {
		return nil, nil //nolint:nilnil // an empty set
	}
	return c.restorable(links, from)
}

// hooked are those rows of a table that keep the operation's id whose hooks run:
// that a cascade took along with its hooks, or that none took along. It has to be
// asked before any row is restored.
func (c *cascade) hooked(set *rowSet) (*rowSet, error) {
	t := set.table
	if !c.op.hooks || !hasHook[BeforeRestorer](t.model) && !hasHook[AfterRestorer](t.model) {
		return nil, nil //nolint:nilnil // an empty set
	}
	all, err := c.keysOf(set)
	if err != nil {
		return nil, err
	}
	silent := keys{}
	for _, l := range t.cascadingParents() {
		if l.hooks || c.sets[l.parent].isEmpty() {
			continue
		}
		for _, part := range c.sets[l.parent].conditions(c.d) {
			where := expr.All{set.where[0](childName), part(parentName)}
			if err := c.pairs(l, false, where, c.d.CurrentRead, func(key []any, _, _ origin) { silent[keyText(key...)] = true }); err != nil {
				return nil, err
			}
		}
	}
	hooked := newSet(t)
	hooked.keys = slices.DeleteFunc(all, func(key []any) bool { return silent[keyText(key...)] })
	c.rows[t] += int64(len(hooked.keys))
	return hooked, nil
}

// keysOf reads the keys of the rows that keep the operation's id. After a restore
// they could not be told any more.
func (c *cascade) keysOf(set *rowSet) ([][]any, error) {
	t := set.table
	list, _, err := c.collect(t, unbounded, "SELECT ", expr.Columns(t.name, t.key()), " FROM ", clause.Table{Name: t.name},
		" WHERE ", set.where[0].and(visible(t, trashedOnly))(t.name), c.forUpdate())
	return list, err
}

// raiseByTime finds the rows that a set hangs on, and that keep no operation's id
// but were trashed at the time of this one.
func (c *cascade) raiseByTime(set *rowSet) error {
	for _, l := range set.table.cascadingParents() {
		if l.parent.model.deletionID != nil || apart(c.db, l.parent.schema, l.child.schema) {
			continue
		}
		var list [][]any
		ambiguous := false
		take := func(key []any, parent, child origin) {
			same, known := sameOrigin(l.parent.model, parent, l.child.model, child)
			if same {
				list = append(list, key)
			}
			ambiguous = ambiguous || !known
		}
		for _, part := range set.conditions(c.d) {
			where := expr.All{part(childName), c.reach(l.parent, trashedOnly)(parentName)}
			if err := c.pairs(l, true, where, c.forUpdate(), take); err != nil {
				return err
			}
		}
		if ambiguous {
			return fail(ErrAmbiguous, l.parent.schema.Name, "if it was trashed by this operation, as its marker does not say: restore it under softdelete.RootOnly, or give the model a deletion id")
		}
		above := newSet(l.parent)
		if above.keys = c.fresh(l.parent, list); above.isEmpty() {
			continue
		}
		c.rows[l.parent] += int64(len(above.keys))
		c.log = append(c.log, found{set: above})
		c.keep(l.parent, above)
		if err := c.raiseByTime(above); err != nil {
			return err
		}
	}
	return nil
}

// at is a condition on a table that its statement does not know as its own.
type at struct {
	table string
	expr  clause.Expression
}

func (a *at) Build(b clause.Builder) {
	if stmt, ok := b.(*gorm.Statement); ok {
		defer func(name string) { stmt.Table = name }(stmt.Table)
		stmt.Table = a.table
	}
	a.expr.Build(b)
}

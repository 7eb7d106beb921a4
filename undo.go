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
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
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
			if !refuseExpected(db, "raw SQL") {
				next(db)
			}
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
	plan := g.PlanOfAll(model.Restore)
	var elsewhere [][]*model.Table
	if isPlaced(db) {
		elsewhere = places(db, slices.DeleteFunc(slices.Concat(plan.Order...), func(t *model.Table) bool { return t.Model == nil || t.Model.DeletionID == nil }))
	}
	if len(elsewhere) < 2 {
		if len(elsewhere) == 1 {
			session.Resolve(db, elsewhere[0][0].Schema)
		}
		session.InUnit(db, func() { _ = db.AddError(p.undo(db, request, plan)) })
		return
	}
	for i, tables := range elsewhere {
		if i > 0 {
			db.Error = nil
		}
		session.Resolve(db, tables[0].Schema)
		here := plan.Within(func(t *model.Table) bool { return !apart(db, tables[0].Schema, t.Schema) })
		session.InUnit(db, func() { _ = db.AddError(p.undo(db, request, here)) })
		if !errors.Is(db.Error, ErrNotFound) {
			return
		}
	}
}

func (p *Plugin) undo(db *gorm.DB, request *request, plan *model.Plan) error {
	stmt := db.Statement
	if len(stmt.Joins) > 0 || session.HasLimit(stmt) || request.show != model.Unasked || len(request.conditions) > 0 || request.parents || request.rootOnly {
		return fmt.Errorf("softdelete: %w: an undo is of a whole operation, it takes no joins, limits or scopes of the trash", gorm.ErrInvalidValue)
	}
	g := p.models.relations()
	op := &operation{kind: OpRestore, dialect: dialectOf(db), hooks: !stmt.SkipHooks, id: request.undo.ID, plan: plan}
	op.observed = p.observe(db, op)
	c := p.newCascade(db, op)
	if err := c.heed(); err != nil {
		return err
	}
	tables := slices.Concat(plan.Order...)
	kept := slices.IndexFunc(tables, func(t *model.Table) bool { return t.Model != nil && t.Model.DeletionID != nil })
	if kept < 0 {
		return fmt.Errorf("%w: no known model has a deletion id, name those that have one in Config.Models", ErrNotFound)
	}
	if err := lockDatabase(db, c.d, tables[kept].Name, tables[kept].Model); err != nil {
		return err
	}
	for _, circle := range c.plan.Order {
		for _, t := range circle {
			if err := c.findUndone(t, session.WhereExprs(stmt), request.undo); err != nil {
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
	back, checked, err := c.undone(whole)
	if err != nil {
		return err
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
	op.observed.addressed(func(name string) bool { return c.startsAt(g.Tables[name]) })
	op.tell(p, db)
	return nil
}

// undone lists the rows that keep the operation's id, to be brought back, parents before
// children; and by their keys those of which a parent has to be live.
func (c *cascade) undone(whole map[*model.Table]*rows.Set) (back, checked []found, err error) {
	for _, t := range slices.Concat(c.plan.Order...) {
		set := whole[t]
		if set == nil {
			continue
		}
		hooked, err := c.hooked(set)
		if err != nil {
			return nil, nil, err
		}
		if !hooked.IsEmpty() {
			back = append(back, found{set: hooked, hooks: true})
		}
		back = append(back, found{set: set, counts: true})
		if c.hasLiveParents(t) {
			keyed := rows.NewSet(t)
			if keyed.Keys, err = c.keysOf(set); err != nil {
				return nil, nil, err
			}
			checked = append(checked, found{set: keyed})
		}
	}
	return back, checked, nil
}

// startsAt tells if rows of a table can only have been addressed: nothing else of
// the operation is what a cascade could have come from.
func (c *cascade) startsAt(t *model.Table) bool {
	return !slices.ContainsFunc(t.CascadingParents(), func(l *model.Link) bool { return l.Parent != t && !c.sets[l.Parent].IsEmpty() })
}

// findUndone looks for rows of the operation in a table, and reads off one of
// them when, by whom and why it was trashed.
func (c *cascade) findUndone(t *model.Table, callers []clause.Expression, report *Deletion) error {
	m := t.Model
	if m == nil || m.DeletionID == nil {
		return nil
	}
	where, err := c.ofOperation(t, callers)
	if err != nil {
		return err
	}
	where = where.And(c.heeds.on[t])
	columns, dest, read := m.RecordScan(t.Name)
	n, err := session.Query(c.db, dest, func() {
		of := read()
		if of.At.Valid && report.At.IsZero() {
			report.At = of.At.Time
		}
		report.By, report.Reason = cmp.Or(report.By, of.By), cmp.Or(report.Reason, of.Reason)
	}, "SELECT ", columns, " FROM ", clause.Table{Name: t.Name}, " WHERE ", where.And(rows.Visible(t, model.TrashedOnly))(t.Name), " LIMIT 1", c.forUpdate())
	if err == nil && n > 0 {
		set := rows.NewSet(t)
		set.Where, set.Whole = []rows.Picker{where}, true
		c.sets[t] = set
	}
	return err
}

// ofOperation picks the rows of a table that keep the operation's id and meet the
// caller's conditions. They are trashed: a restore clears the id.
func (c *cascade) ofOperation(t *model.Table, callers []clause.Expression) (rows.Picker, error) {
	id, err := model.UUIDFor(t.Model.DeletionID, c.op.id)
	if err != nil {
		return nil, err
	}
	byID := rows.Picker(func(name string) clause.Expression {
		return clause.Eq{Column: clause.Column{Table: name, Name: t.Model.DeletionID.DBName}, Value: id}
	})
	if len(callers) == 0 {
		return byID, nil
	}
	if len(t.Key()) == 0 {
		return nil, &ModelError{t.Schema.Name, "", "an undo with conditions needs a primary key"}
	}
	return func(name string) clause.Expression {
		return &rows.Selected{
			Columns: expr.Columns(name, t.Key()), List: expr.Columns(t.Name, t.Key()), From: t.Name,
			Where: expr.All{byID(t.Name), &rows.At{Table: t.Name, Expr: &rawsql.Group{Exprs: callers, Unsure: true}}}, Dialect: c.d,
		}
	}, nil
}

// restorableByTime is the step of an undo: what keeps the operation's id is
// found by that.
func (c *cascade) restorableByTime(links []*model.Link, from *rows.Set) (*rows.Set, error) {
	if links[0].Child.Model.DeletionID != nil {
		return nil, nil //nolint:nilnil // an empty set
	}
	return c.restorable(links, from)
}

// hooked are those rows of a table that keep the operation's id whose hooks run:
// that a cascade took along with its hooks, or that none took along. It has to be
// asked before any row is restored.
func (c *cascade) hooked(set *rows.Set) (*rows.Set, error) {
	t := set.Table
	if !c.op.hooks || !hasHook[BeforeRestorer](t.Model) && !hasHook[AfterRestorer](t.Model) {
		return nil, nil //nolint:nilnil // an empty set
	}
	all, err := c.keysOf(set)
	if err != nil {
		return nil, err
	}
	silent := keys{}
	for _, l := range t.CascadingParents() {
		if l.Hooks || c.sets[l.Parent].IsEmpty() {
			continue
		}
		for _, part := range c.sets[l.Parent].Conditions(c.d) {
			where := expr.All{set.Where[0](rows.ChildName), part(parentName)}
			if err := c.pairs(l, false, where, c.d.CurrentRead, func(key []any, _, _ model.Origin) { silent[model.KeyText(key...)] = true }); err != nil {
				return nil, err
			}
		}
	}
	hooked := rows.NewSet(t)
	hooked.Keys = slices.DeleteFunc(all, func(key []any) bool { return silent[model.KeyText(key...)] })
	c.rows[t] += int64(len(hooked.Keys))
	return hooked, nil
}

// keysOf reads the keys of the rows that keep the operation's id. After a restore
// they could not be told any more.
func (c *cascade) keysOf(set *rows.Set) ([][]any, error) {
	t := set.Table
	list, _, err := c.collect(t, unbounded, "SELECT ", expr.Columns(t.Name, t.Key()), " FROM ", clause.Table{Name: t.Name},
		" WHERE ", set.Where[0].And(rows.Visible(t, model.TrashedOnly))(t.Name), c.forUpdate())
	return list, err
}

// raiseByTime finds the rows that a set hangs on, and that keep no operation's id
// but were trashed at the time of this one.
func (c *cascade) raiseByTime(set *rows.Set) error {
	for _, l := range set.Table.CascadingParents() {
		if l.Parent.Model.DeletionID != nil || apart(c.db, l.Parent.Schema, l.Child.Schema) {
			continue
		}
		var list [][]any
		ambiguous := false
		take := func(key []any, parent, child model.Origin) {
			same, known := model.SameOrigin(l.Parent.Model, parent, l.Child.Model, child)
			if same {
				list = append(list, key)
			}
			ambiguous = ambiguous || !known
		}
		for _, part := range set.Conditions(c.d) {
			where := expr.All{part(rows.ChildName), c.reach(l.Parent, model.TrashedOnly)(parentName)}
			if err := c.pairs(l, true, where, c.forUpdate(), take); err != nil {
				return err
			}
		}
		if ambiguous {
			return fault.About(ErrAmbiguous, l.Parent.Schema.Name, "if it was trashed by this operation, as its marker does not say: restore it under softdelete.RootOnly, or give the model a deletion id")
		}
		above := rows.NewSet(l.Parent)
		if above.Keys = c.fresh(l.Parent, list); above.IsEmpty() {
			continue
		}
		c.rows[l.Parent] += int64(len(above.Keys))
		c.log = append(c.log, found{set: above})
		c.keep(l.Parent, above)
		if err := c.raiseByTime(above); err != nil {
			return err
		}
	}
	return nil
}

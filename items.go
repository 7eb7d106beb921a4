package softdelete

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Restore makes items of the trash live again, of one or of several models, as one
// operation: all or nothing, in one transaction. They may be given in any order. It
// returns how many rows of which table came back, those of the cascade included.
//
//	item, err := trash.Item(ctx, "posts", 7)
//	rows, err := trash.Restore(ctx, item)
//
//	SELECT id FROM posts WHERE posts.id IN (7) AND posts.deleted_at IS NOT NULL FOR UPDATE
//	UPDATE posts SET deleted_at = NULL WHERE posts.id IN (7) AND posts.deleted_at IS NOT NULL
//
// What the same operation has trashed along comes back along, as with the function
// [Restore]. A trashed parent does not forbid it if it is among the items. Under
// trash.Scopes([WithParents]) the parents come back too, and under [RootOnly] the items
// alone. [Expect] holds it to a plan of Preview. Hooks of the items' models run. An Item
// of another trash, or one made by hand, is told by its Table and Key.
//
// After an error nothing has changed. The errors are those of the function Restore, and:
//
//   - gorm.ErrMissingWhereClause without items;
//   - [ErrNotFound] for an item that is not in the trash any more, or not in this part
//     of it;
//   - gorm.ErrInvalidValue for a table that is not of this trash, or a key that is none.
func (t *Trash) Restore(ctx context.Context, items ...Item) (map[string]int64, error) {
	p, err := t.pick(ctx, OpRestore, items)
	if err == nil {
		err = p.begin()
	}
	return p.rows(err)
}

// Purge removes items of the trash for good, of one or of several models, as one
// operation: all or nothing, in one transaction. Children go first, in whatever order
// the items are given. It returns how many rows of which table were removed, those that
// went along included.
//
//	rows, err := trash.Purge(ctx, items...)
//
//	SELECT id FROM posts WHERE posts.id IN (7, 8) AND posts.deleted_at IS NOT NULL FOR UPDATE
//	DELETE FROM posts WHERE posts.id IN (7, 8) AND posts.deleted_at IS NOT NULL
//
// Items are told, and errors are, as for [Trash.Restore] and the function [Purge].
// [Expect] holds it to a plan of Preview.
func (t *Trash) Purge(ctx context.Context, items ...Item) (map[string]int64, error) {
	p, err := t.pick(ctx, OpPurge, items)
	if err == nil {
		err = p.begin()
	}
	return p.rows(err)
}

// Preview says what Trash.Restore (OpRestore) or Trash.Purge (OpPurge) would do with items,
// as one operation, and writes nothing: see the function Preview.
//
//	plan, err := trash.Preview(ctx, softdelete.OpRestore, items...)
//	// … show it to somebody, who agrees …
//	rows, err := trash.Scopes(softdelete.Expect(plan)).Restore(ctx, items...)
//
// For other operations it returns gorm.ErrInvalidValue: nothing else is done to items.
func (t *Trash) Preview(ctx context.Context, op Operation, items ...Item) (Plan, error) {
	p, err := t.pick(ctx, op, items)
	if err != nil {
		return Plan{}, err
	}
	p.made = &Plan{Operation: op, Rows: map[string]int64{}}
	if err := p.begin(); err != nil {
		return Plan{}, err
	}
	return *p.made, nil
}

// PreviewUndo says what Undo would do with an operation, in this part of the trash, and
// writes nothing: it is the function PreviewUndo, with the same errors.
func (t *Trash) PreviewUndo(ctx context.Context, id uuid.UUID) (Plan, error) {
	db, _, err := t.begin(ctx, nil)
	if err != nil {
		return Plan{}, err
	}
	return PreviewUndo(db, id)
}

// picking is one operation on items of the trash, or the preview of one.
type picking struct {
	plugin *Plugin
	asked  *asked
	kind   Operation
	picked []*picked
	made   *Plan // to be filled in, in place of writing anything
	done   map[string]int64
}

// picked are the items of one table.
type picked struct {
	model *model.Model
	table *model.Table
	keys  [][]any
	seen  keys
}

// pick looks items up in the trash's models, each once.
func (t *Trash) pick(ctx context.Context, kind Operation, items []Item) (*picking, error) {
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return nil, err
	}
	if kind != OpRestore && kind != OpPurge {
		return nil, fmt.Errorf("softdelete: %w: items of the trash are restored or purged, there is no %q of them", gorm.ErrInvalidValue, kind)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("softdelete: %w: name the items of the %s", gorm.ErrMissingWhereClause, kind)
	}
	plugin, _ := installed(db)
	p := &picking{plugin: plugin, kind: kind, asked: &asked{callers: db, kind: kind}}
	for _, item := range items {
		i := slices.IndexFunc(models, func(m *model.Model) bool { return m.Schema.Table == item.Table })
		if i < 0 {
			return nil, fmt.Errorf("softdelete: %w: no model of the trash has the table %q", gorm.ErrInvalidValue, item.Table)
		}
		if err := p.add(models[i], item.Key); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *picking) add(m *model.Model, key []any) error {
	if err := checkListed(m); err != nil {
		return err
	}
	typed, err := model.GivenKey(m.Schema, key)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.picked, func(of *picked) bool { return of.model == m })
	if i < 0 {
		i, p.picked = len(p.picked), append(p.picked, &picked{model: m, seen: keys{}})
	}
	of := p.picked[i]
	if text := model.KeyText(typed...); !of.seen[text] {
		of.seen[text] = true
		of.keys = append(of.keys, typed)
	}
	return nil
}

func (p *picking) begin() error {
	return withoutModel(p.asked.callers, func(tx, _ *gorm.DB) { _ = tx.AddError(p.run(tx)) })
}

func (p *picking) rows(err error) (map[string]int64, error) {
	if err != nil {
		return nil, err
	}
	return p.done, nil
}

// tables are those of the items.
func (p *picking) tables(g *model.Graph) []*model.Table {
	list := make([]*model.Table, len(p.picked))
	for i, of := range p.picked {
		of.table = g.Tables[of.model.Schema.Table]
		list[i] = of.table
	}
	return list
}

// run makes the plan of the operation, from all of its tables on, and carries it out.
func (p *picking) run(db *gorm.DB) error {
	for _, of := range p.picked[1:] {
		if first := p.picked[0].model; apart(db, first.Schema, of.model.Schema) {
			return fmt.Errorf("softdelete: model %s: %w: it is in another database than %s, and one operation is in one transaction: %s the items of each by themselves",
				of.model.Name(), gorm.ErrInvalidDB, first.Name(), p.kind)
		}
	}
	session.Resolve(db, p.picked[0].model.Schema)
	if p.made != nil {
		return p.planned(db, func(op *operation) error { return p.foresee(db, op, p.made, false) })
	}
	session.InUnit(db, func() {
		_ = db.AddError(p.planned(db, func(op *operation) error {
			err := p.operate(db, op)
			return op.expected.since(explained(err, op))
		}))
	})
	return nil
}

// planned runs a step with the plan.
func (p *picking) planned(db *gorm.DB, step func(*operation) error) error {
	op := &operation{kind: p.kind, dialect: dialectOf(db), hooks: !db.Statement.SkipHooks}
	if p.made == nil {
		// Before the catalogue is read: later it could be refused.
		if err := lockDatabase(db, op.dialect, p.picked[0].model.Schema.Table, p.picked[0].model); err != nil {
			return err
		}
	}
	g, err := p.plugin.relationsFor(db, p.kind, p.tables)
	if err != nil {
		return err
	}
	if op.plan, err = g.PlanOf(model.Operation(p.kind), p.tables(g)...); err != nil {
		return publicError(err)
	}
	if err := checkPlan(op.plan, db, nil); err != nil {
		return err
	}
	return step(op)
}

// find finds the items' rows, and what goes along with them. It returns what the caller's
// handle asks for.
func (p *picking) find(c *cascade) (r *request, err error) {
	if err := c.heed(); err != nil {
		return nil, err
	}
	for _, t := range slices.Concat(c.plan.Order...) {
		i := slices.IndexFunc(p.picked, func(of *picked) bool { return of.table == t })
		if i < 0 {
			continue
		}
		set := rows.NewSet(t)
		if set.Keys, r, err = p.findIn(c, p.picked[i]); err != nil {
			return nil, err
		}
		c.address(set)
	}
	c.fence = r.fence
	follow := c.goAlong
	if p.kind == OpRestore {
		follow = c.restorable
	}
	if r.rootOnly {
		return r, nil
	}
	return r, c.walk(follow)
}

// findIn finds the items' rows in one table, of those that the caller's handle shows.
func (p *picking) findIn(c *cascade, of *picked) (found [][]any, r *request, err error) {
	names := model.PrimaryNames(of.model.Schema)
	for _, key := range of.keys {
		if !model.CanAsk(c.db, c.d, of.model.Schema, key) {
			return nil, nil, errGone(of.model)
		}
	}
	for chunk := range slices.Chunk(of.keys, c.d.Chunk(len(names))) {
		err = p.asked.on(c.db, of.model, []clause.Expression{expr.InCurrent(names, chunk)}, func(db *gorm.DB, m *model.Model) error {
			r = requestOf(db.Statement)
			list, err := p.findAmong(c, db, m, of.table)
			found = append(found, list...)
			return err
		})
		switch {
		case dialect.HasState(err, "22"):
			return nil, nil, errNoKey(of.model, err)
		case err != nil:
			return nil, nil, err
		}
	}
	if len(found) < len(of.keys) {
		err = errGone(of.model)
	}
	return found, r, err
}

func errGone(m *model.Model) error {
	return fault.About(ErrNotFound, m.Name(), "an item is not in the trash any more, or not in this part of it")
}

// findAmong finds the trashed rows that a statement on one of the models addresses.
func (p *picking) findAmong(c *cascade, db *gorm.DB, m *model.Model, table *model.Table) ([][]any, error) {
	stmt := db.Statement
	switch r := requestOf(stmt); {
	case r.parents && r.rootOnly:
		return nil, errContradiction
	case p.kind != OpRestore && (r.parents || r.rootOnly):
		return nil, forRestoreOnly(stmt, p.kind)
	}
	op := &operation{kind: p.kind, model: m, dialect: c.d}
	filter, show := op.trashedFilter(stmt)
	t, ok := newTarget(db, op, show)
	if !ok {
		return nil, db.Error
	}
	more, err := neighbours.Asked(db, model.Operation(p.kind), neighbours.Writing(db, model.Operation(p.kind)), m.Schema, c.heeds.listen, nil)
	if err != nil {
		return nil, err
	}
	t.exprs = append(t.exprs, rawsql.Enclose(more)...)
	t.apply(filter)
	defer t.restore()
	tx := session.Beside(c.db).Model(stmt.Model).Unscoped()
	tx.Statement.Clauses["WHERE"] = stmt.Clauses["WHERE"]
	return c.addressedKeys(tx, table)
}

// foresee finds what the operation would do. If it is about to be done, it is bound.
func (p *picking) foresee(db *gorm.DB, op *operation, made *Plan, bound bool) error {
	c := p.plugin.newCascade(db, op)
	c.look(bound)
	r, err := p.find(c)
	if err != nil {
		return err
	}
	if err := c.describe(made, r); err != nil {
		return err
	}
	sets := map[string]*rows.Set{}
	for _, set := range c.addressed {
		sets[set.Table.Name] = set
	}
	return made.nameRows(sets)
}

// hold makes the plan again if the caller's handle expects one.
func (p *picking) hold(db *gorm.DB, op *operation) error {
	var expected *expectation
	for _, of := range p.picked {
		if err := p.asked.on(db, of.model, nil, func(db *gorm.DB, _ *model.Model) error {
			expected = requestOf(db.Statement).expect
			return nil
		}); err != nil {
			return err
		}
	}
	if expected == nil {
		return nil
	}
	now := &Plan{Operation: p.kind, Rows: map[string]int64{}}
	if err := expected.check(now, p.foresee(db, op, now, true)); err != nil {
		return err
	}
	op.expected = now
	return nil
}

func (p *picking) operate(db *gorm.DB, op *operation) error {
	if err := p.hold(db, op); err != nil {
		return err
	}
	op.observed = p.plugin.observe(db, op)
	c := p.plugin.newCascade(db, op)
	r, err := p.find(c)
	if err != nil {
		return err
	}
	write := c.removeItems
	if p.kind == OpRestore {
		write = func() error { return c.restoreItems(r) }
	}
	if err := write(); err != nil {
		return err
	}
	p.done = c.tables()
	if err := op.expected.checkWritten(p.done); err != nil {
		return err
	}
	op.tell(p.plugin, db)
	return db.Error
}

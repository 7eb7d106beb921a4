package softdelete

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// planRestore makes the plan of a restore. It is nil if there is nothing but the
// operation's own rows to look at.
func (p *Plugin) planRestore(db *gorm.DB, op *operation) error {
	request := requestOf(db.Statement)
	if request.parents && request.rootOnly {
		return errContradiction
	}
	if !request.rootOnly {
		if err := p.planOf(db, op); err != nil || op.plan != nil {
			return err
		}
	}
	// Rows whose parents have to be live are found first, to be looked at after.
	if root := rootOf(p.models.relations(), db, op); root != nil && len(p.models.entry(db, root.Schema).parents) > 0 {
		op.plan = model.NewPlan(model.Operation(op.kind), root, nil)
	}
	return nil
}

// planOf makes the plan of an operation that finds its rows before it writes.
func (p *Plugin) planOf(db *gorm.DB, op *operation) error {
	if requestOf(db.Statement).batch != nil && session.NamesOtherTable(db.Statement, op.model.Schema) {
		return otherTable(op.model.Schema)
	}
	from := func(g *model.Graph) []*model.Table { return rootsOf(g, db, op) }
	err := p.lockBeforeReading(db, op, from)
	if err != nil {
		return err
	}
	g, err := p.relationsFor(db, op.kind, from)
	if err != nil {
		return err
	}
	root := rootOf(g, db, op)
	if root == nil {
		return nil
	}
	plan, err := g.Plan(model.Operation(op.kind), root)
	err = publicError(err)
	batched := requestOf(db.Statement).batch != nil
	// What the database does by itself to rows that do not go along is looked at, too.
	fenced := op.kind != OpRestore && len(requestOf(db.Statement).fence) > 0
	if err != nil || plan.IsTrivial() && !batched && !fenced && (op.kind != OpRestore || len(root.CascadingParents()) == 0) {
		return err
	}
	if len(root.Key()) == 0 {
		return &ModelError{op.model.Name(), "", "a cascade needs a primary key"}
	}
	op.plan = plan
	return checkPlan(plan, db, nil)
}

// restore brings back the rows of a target with what was trashed along with
// them.
func (c *cascade) restore(t *target, filter clause.Expression, next func(*gorm.DB)) error {
	if err := c.heed(); err != nil {
		return err
	}
	if err := c.resolve(t, filter, c.restorable); err != nil {
		return err
	}
	own := c.own
	if own.IsEmpty() {
		return nil
	}
	if err := c.lookUpOrRefuse(requestOf(t.stmt)); err != nil {
		return err
	}
	if err := c.checkFence(); err != nil {
		return err
	}
	for _, found := range slices.Backward(c.raised) {
		if err := c.bringBack(found); err != nil {
			return err
		}
	}
	set := c.op.clearing(c.plugin, c.db)
	if c.op.eachChunk(c.db, t, own.Table.Key(), own.Keys, filter, func() { c.op.update(c.db, set, next) }); c.db.Error != nil {
		return nil
	}
	c.op.noteOwn(c.db, c.op.rows, own.Keys)
	for _, found := range c.log {
		if err := c.bringBack(found); err != nil {
			return err
		}
	}
	return c.checkLiveParents(slices.Concat([]found{{set: own}}, c.raised, c.log))
}

// restoreItems brings back what was found: parents before children, as far as they hang on
// each other.
func (c *cascade) restoreItems(r *request) error {
	if err := c.lookUpOrRefuse(r); err != nil {
		return err
	}
	if err := c.checkFence(); err != nil {
		return err
	}
	all := slices.Concat(c.raised, c.inOrder())
	slices.Reverse(all[:len(c.raised)])
	for _, f := range all {
		if err := c.bringBack(f); err != nil {
			return err
		}
	}
	return c.checkLiveParents(all)
}

var errContradiction = fmt.Errorf("softdelete: %w: WithParents and RootOnly contradict each other", gorm.ErrInvalidValue)

// lookUpOrRefuse finds the trashed parents that come back with the addressed rows. It returns
// ErrParentTrashed if there are some, and they do not.
func (c *cascade) lookUpOrRefuse(r *request) error {
	for _, own := range c.addressed {
		if r.rootOnly || own.IsEmpty() {
			continue
		}
		trashed, err := c.lookUp(own, r.parents)
		if err != nil {
			return err
		}
		if len(trashed) > 0 {
			return fault.About(ErrParentTrashed, own.Table.Schema.Name, "it hangs on trashed rows of "+trashed[0]+": restore those, or use softdelete.WithParents")
		}
	}
	return nil
}

// checkLiveParents returns ErrParentTrashed if a row that was brought back has
// a trashed parent by a relation tagged liveParent.
func (c *cascade) checkLiveParents(back []found) error {
	for _, f := range back {
		t := f.set.Table
		if !c.hasLiveParents(t) {
			continue
		}
		for _, part := range f.set.Conditions(c.d) {
			if err := c.plugin.checkLiveParents(c.db, t.Schema, t.Name, part(t.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cascade) hasLiveParents(t *model.Table) bool {
	return len(c.plugin.models.entry(c.db, t.Schema).parents) > 0
}

// lookUp finds the trashed rows that a set hangs on: those that will be brought
// back with it, up to the top, or else the models of those that forbid it.
func (c *cascade) lookUp(set *rows.Set, raise bool) (trashed []string, err error) {
	for _, l := range set.Table.CascadingParents() {
		if apart(c.db, l.Parent.Schema, l.Child.Schema) {
			continue // No cascade has come by it.
		}
		list, forbidden, err := c.trashedAbove(l, set, raise)
		if err != nil {
			return nil, err
		}
		if !raise {
			if name := l.Parent.Schema.Name; forbidden && !slices.Contains(trashed, name) {
				trashed = append(trashed, name)
			}
			continue
		}
		above := rows.NewSet(l.Parent)
		if above.Keys = c.fresh(l.Parent, list); above.IsEmpty() {
			continue
		}
		if within, err := c.isReached(above); err != nil {
			return nil, err
		} else if !within {
			return []string{l.Parent.Schema.Name}, nil
		}
		c.rows[l.Parent] += int64(len(above.Keys))
		c.raised = append(c.raised, found{set: above, by: l, hooks: l.Hooks})
		if trashed, err = c.lookUp(above, true); err != nil || len(trashed) > 0 {
			return trashed, err
		}
	}
	return trashed, nil
}

// trashedAbove finds the trashed rows that a set hangs on by a link, and if one of them
// was trashed by the same operation, as far as that can be told.
func (c *cascade) trashedAbove(l *model.Link, set *rows.Set, raise bool) (list [][]any, same bool, err error) {
	take := func(key []any, parent, child model.Origin, isTrashed bool) {
		if !isTrashed || c.seen[l.Parent][model.KeyText(key...)] {
			return
		}
		list = append(list, key)
		origin, known := model.SameOrigin(l.Parent.Model, parent, l.Child.Model, child)
		same = same || origin || !known
	}
	isTrashed := rows.Visible(l.Parent, model.TrashedOnly)(parentName)
	for _, part := range set.Conditions(c.d) {
		if raise {
			// Live ones are locked too: somebody may be about to trash them.
			err = c.pairsThat(l, true, isTrashed, part(rows.ChildName), c.forUpdate(), take)
		} else {
			err = c.pairsThat(l, true, nil, expr.All{part(rows.ChildName), isTrashed}, c.d.CurrentRead, take)
		}
		if err != nil {
			return nil, false, err
		}
	}
	return list, same, nil
}

// isReached tells if others hide none of a set's rows.
func (c *cascade) isReached(set *rows.Set) (bool, error) {
	t := set.Table
	if err := c.heedOn(t); err != nil || c.heeds.on[t] == nil {
		return err == nil, err
	}
	var shown int64
	for _, part := range set.Conditions(c.d) {
		n, err := session.Count(c.db, t.Name, part.And(c.heeds.on[t])(t.Name), c.d.CurrentRead)
		if err != nil {
			return false, err
		}
		shown += n
	}
	return shown == int64(len(set.Keys)), nil
}

// bringBack restores rows that were found.
func (c *cascade) bringBack(f found) error {
	defer c.writing(f)()
	t := f.set.Table
	m := t.Model
	if f.hooks && c.op.hooks && (hasHook[BeforeRestorer](m) || hasHook[AfterRestorer](m)) {
		n, err := c.eachBatch(f.set, func(tx *gorm.DB, rows any) *gorm.DB { return Restore(tx, rows) })
		c.rows[t] += n - int64(len(f.set.Keys))
		return err
	}
	set := append(m.ClearedColumns(), c.plugin.touch(c.db, m)...)
	var written int64
	for _, part := range f.set.Conditions(c.d) {
		where := part.And(c.reach(t, model.TrashedOnly))(t.Name)
		_, n, err := c.write(t, 0, where, "UPDATE ", clause.Table{Name: t.Name}, " SET ", set)
		if conflict := conflictOf(err, m.Name()); conflict != nil {
			return conflict
		}
		if err != nil {
			return err
		}
		written += n
	}
	if !f.counts {
		written -= int64(len(f.set.Keys)) // which were counted when they were found
	}
	c.rows[t] += written
	return nil
}

// restored lists all rows that a restore is about, of each table one set.
func (c *cascade) restored() []*rows.Set {
	sets := maps.Clone(c.sets)
	var above []*model.Table
	for _, found := range c.raised {
		t := found.set.Table
		if sets[t] = sets[t].Add(found.set); !slices.Contains(c.tablesInOrder(), t) && !slices.Contains(above, t) {
			above = append(above, t)
		}
	}
	var list []*rows.Set
	for _, t := range slices.Concat(above, c.tablesInOrder()) {
		if !sets[t].IsEmpty() {
			list = append(list, sets[t])
		}
	}
	return list
}

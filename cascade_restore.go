package softdelete

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// planRestore makes the plan of a restore. It is nil if there is nothing but the
// operation's own rows to look at.
func (p *Plugin) planRestore(db *gorm.DB, op *operation) error {
	request := requestOf(db.Statement)
	if request.parents && request.rootOnly {
		return fmt.Errorf("softdelete: %w: WithParents and RootOnly contradict each other", gorm.ErrInvalidValue)
	}
	if !request.rootOnly {
		if err := p.planOf(db, op); err != nil || op.plan != nil {
			return err
		}
	}
	// Rows whose parents have to be live are found first, to be looked at after.
	if root := rootOf(p.models.relations(), db, op); root != nil && len(p.models.entry(db, root.schema).parents) > 0 {
		op.plan = newPlan(opKind(op.kind), root, nil)
	}
	return nil
}

// planOf makes the plan of an operation that finds its rows before it writes.
func (p *Plugin) planOf(db *gorm.DB, op *operation) error {
	if requestOf(db.Statement).batch != nil && namesOtherTable(db.Statement, op.model.schema) {
		return otherTable(op.model)
	}
	from := func(g *graph) []*table { return rootsOf(g, db, op) }
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
	plan, err := g.plan(opKind(op.kind), root)
	err = publicError(err)
	batched := requestOf(db.Statement).batch != nil
	if err != nil || plan.isTrivial() && !batched && (op.kind != OpRestore || len(root.cascadingParents()) == 0) {
		return err
	}
	if len(root.key()) == 0 {
		return &ModelError{op.model.name(), "", "a cascade needs a primary key"}
	}
	op.plan = plan
	return checkPlan(plan, db, nil)
}

// cascadingParents are the links by which a cascade can have trashed the table's
// rows.
func (t *table) cascadingParents() []*link {
	var list []*link
	for _, l := range t.parents {
		if l.policy == cascades && l.parent.model != nil {
			list = append(list, l)
		}
	}
	return list
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
	if own.isEmpty() {
		return nil
	}
	var trashed []string
	if request := requestOf(t.stmt); !request.rootOnly {
		var err error
		if trashed, err = c.lookUp(own, request.parents); err != nil {
			return err
		}
	}
	if len(trashed) > 0 {
		return fail(ErrParentTrashed, c.op.model.name(), "it hangs on trashed rows of "+trashed[0]+": restore those, or use softdelete.WithParents")
	}
	for _, found := range slices.Backward(c.raised) {
		if err := c.bringBack(found); err != nil {
			return err
		}
	}
	set := c.op.clearing(c.plugin, c.db)
	if c.op.eachChunk(c.db, t, own.table.key(), own.keys, filter, func() { c.op.update(c.db, set, next) }); c.db.Error != nil {
		return nil
	}
	c.op.noteOwn(c.db, c.op.rows, own.keys)
	for _, found := range c.log {
		if err := c.bringBack(found); err != nil {
			return err
		}
	}
	return c.checkLiveParents(slices.Concat([]found{{set: own}}, c.raised, c.log))
}

// checkLiveParents returns ErrParentTrashed if a row that was brought back has
// a trashed parent by a relation tagged liveParent.
func (c *cascade) checkLiveParents(back []found) error {
	for _, f := range back {
		t := f.set.table
		if !c.hasLiveParents(t) {
			continue
		}
		for _, part := range f.set.conditions(c.d) {
			if err := c.plugin.checkLiveParents(c.db, t.schema, t.name, part(t.name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cascade) hasLiveParents(t *table) bool {
	return len(c.plugin.models.entry(c.db, t.schema).parents) > 0
}

// lookUp finds the trashed rows that a set hangs on: those that will be brought
// back with it, up to the top, or else the models of those that forbid it.
func (c *cascade) lookUp(set *rowSet, raise bool) (trashed []string, err error) {
	for _, l := range set.table.cascadingParents() {
		if apart(c.db, l.parent.schema, l.child.schema) {
			continue // No cascade has come by it.
		}
		var list [][]any
		forbidden := false
		take := func(key []any, parent, child origin) {
			if c.seen[l.parent][keyText(key...)] {
				return
			}
			list = append(list, key)
			same, known := sameOrigin(l.parent.model, parent, l.child.model, child)
			forbidden = forbidden || same || !known
		}
		lock := c.d.CurrentRead
		if raise {
			lock = c.forUpdate()
		}
		for _, part := range set.conditions(c.d) {
			where := expr.All{part(childName), visible(l.parent, trashedOnly)(parentName)}
			if err := c.pairs(l, true, where, lock, take); err != nil {
				return nil, err
			}
		}
		if !raise {
			if name := l.parent.schema.Name; forbidden && !slices.Contains(trashed, name) {
				trashed = append(trashed, name)
			}
			continue
		}
		above := newSet(l.parent)
		if above.keys = c.fresh(l.parent, list); above.isEmpty() {
			continue
		}
		if within, err := c.isReached(above); err != nil {
			return nil, err
		} else if !within {
			return []string{l.parent.schema.Name}, nil
		}
		c.rows[l.parent] += int64(len(above.keys))
		c.raised = append(c.raised, found{set: above, hooks: l.hooks})
		if trashed, err = c.lookUp(above, true); err != nil || len(trashed) > 0 {
			return trashed, err
		}
	}
	return trashed, nil
}

// isReached tells if others hide none of a set's rows.
func (c *cascade) isReached(set *rowSet) (bool, error) {
	t := set.table
	if err := c.heedOn(t); err != nil || c.heeds.on[t] == nil {
		return err == nil, err
	}
	var shown int64
	for _, part := range set.conditions(c.d) {
		n, err := session.Count(c.db, t.name, part.and(c.heeds.on[t])(t.name), c.d.CurrentRead)
		if err != nil {
			return false, err
		}
		shown += n
	}
	return shown == int64(len(set.keys)), nil
}

// bringBack restores rows that were found.
func (c *cascade) bringBack(f found) error {
	t := f.set.table
	m := t.model
	if f.hooks && c.op.hooks && (hasHook[BeforeRestorer](m) || hasHook[AfterRestorer](m)) {
		_, err := c.eachBatch(f.set, func(tx *gorm.DB, rows any) *gorm.DB { return Restore(tx, rows) })
		return err
	}
	set := append(m.clearedColumns(), c.plugin.touch(c.db, m)...)
	for _, part := range f.set.conditions(c.d) {
		where := part.and(c.reach(t, trashedOnly))(t.name)
		_, n, err := c.write(t, 0, where, "UPDATE ", clause.Table{Name: t.name}, " SET ", set)
		if conflict := conflictOf(err, m.name()); conflict != nil {
			return conflict
		}
		if err != nil {
			return err
		}
		if f.counts {
			c.rows[t] += n
		}
	}
	return nil
}

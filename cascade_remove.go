package softdelete

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// planRemoval makes the plan of a purge or force delete.
func (p *Plugin) planRemoval(db *gorm.DB, op *operation) error {
	if err := forRestoreOnly(db.Statement, op.kind); err != nil {
		return err
	}
	return p.planOf(db, op)
}

// forRestoreOnly returns an error if a scope was used that means something to a
// restore only.
func forRestoreOnly(stmt *gorm.Statement, kind Operation) error {
	if r := requestOf(stmt); r.parents || r.rootOnly {
		return fmt.Errorf("softdelete: %w: WithParents and RootOnly are for a restore, not for a %s", gorm.ErrInvalidValue, kind)
	}
	return nil
}

// remove removes the rows of a target with what goes along, children first.
func (c *cascade) remove(t *target, filter clause.Expression, next func(*gorm.DB)) error {
	if b := requestOf(t.stmt).batch; b != nil && b.once != nil {
		return c.removeAtOnce(t, filter, b)
	}
	if err := c.heed(); err != nil {
		return err
	}
	if err := c.resolve(t, filter, c.goAlong); err != nil {
		return err
	}
	own := c.own
	if own.IsEmpty() {
		return nil
	}
	if err := c.checkFence(); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := c.checkHidden(); err != nil {
		return err
	}
	for _, found := range slices.Backward(c.log) {
		if err := c.removeFound(found); err != nil {
			return err
		}
	}
	if err := c.looseTree(&found{set: own}); err != nil {
		return err
	}
	c.op.eachChunk(c.db, t, own.Table.Key(), own.Keys, filter, func() { removeRows(c.db, t, filter, next) })
	switch {
	case c.db.Error != nil:
	case c.plan.InCircle(own.Table):
		// Some may have gone already, by a foreign key's ON DELETE CASCADE.
		c.op.changed(c.db, int64(len(own.Keys)))
	case c.d.CountsRemoved:
		c.rows[own.Table] += c.db.RowsAffected - int64(len(own.Keys))
	}
	c.op.noteOwn(c.db, c.db.RowsAffected, own.Keys)
	return nil
}

// removeItems removes what was found, children before parents.
func (c *cascade) removeItems() error {
	if err := c.checkFence(); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := c.checkHidden(); err != nil {
		return err
	}
	for _, f := range slices.Backward(c.inOrder()) {
		if err := c.removeFound(f); err != nil {
			return err
		}
	}
	return nil
}

func (c *cascade) removeFound(f found) error {
	t := f.set.Table
	f.hooks = f.hooks && c.op.hooks && purgeHooks(t)
	defer c.writing(f)()
	if err := c.looseCircle(c.circleOf(t)); err != nil {
		return err
	}
	if err := c.looseTree(&f); err != nil {
		return err
	}
	if f.hooks {
		verb := map[Operation]func(*gorm.DB, any, ...any) *gorm.DB{OpPurge: Purge, OpForceDelete: ForceDelete}[Operation(c.plan.Kind)]
		sets := []*rows.Set{f.set}
		if len(f.levels) > 0 {
			sets = nil
			for _, level := range f.levels {
				sets = append(sets, &rows.Set{Table: t, Keys: level})
			}
		}
		for _, set := range sets {
			if _, err := c.eachBatch(set, func(tx *gorm.DB, rows any) *gorm.DB { return verb(tx, rows) }); err != nil {
				return err
			}
		}
		return nil
	}
	filter := c.reach(t, c.plan.Kind.TakesFrom())
	for _, where := range slices.Backward(f.set.Where) {
		_, n, err := c.write(t, 0, where.And(filter)(t.Name), c.op.deleteFrom(c.db), clause.Table{Name: t.Name})
		if err != nil {
			return err
		}
		if f.counts {
			c.rows[t] += n
		}
	}
	for _, chunk := range slices.Backward(f.set.Chunks(c.d)) {
		keys := rows.Picker(func(name string) clause.Expression { return expr.In(name, t.Key(), chunk) })
		if _, err := c.erase(t, keys.And(filter)(t.Name)); err != nil {
			return err
		}
		// Some may have gone already, by a foreign key's ON DELETE CASCADE.
		c.op.observed.note(part{table: t.Name, schema: t.Schema, cascaded: !f.own, rows: int64(len(chunk)), keys: chunk})
	}
	return c.checkLate(t)
}

// purgeHooks tells if a table's model has hooks that a removal runs.
func purgeHooks(t *model.Table) bool {
	return t.Model != nil && (hasHook[BeforePurger](t.Model) || hasHook[AfterPurger](t.Model))
}

// erase removes the rows of a table that a condition picks.
func (c *cascade) erase(t *model.Table, where clause.Expression) (int64, error) {
	return c.listened(t, where, func() (int64, error) {
		return session.Exec(c.db, c.op.deleteFrom(c.db), clause.Table{Name: t.Name}, " WHERE ", where)
	})
}

// checkLate returns the error of a live row that hangs where rows were removed by
// a condition: one that was restored while the removal waited for it.
func (c *cascade) checkLate(t *model.Table) error {
	if !c.late[t] {
		return nil
	}
	for _, l := range c.plan.Into[t] {
		if l.GuardedBy != nil {
			l = l.GuardedBy
		}
		if !l.Guards(c.plan.Kind) {
			continue
		}
		if restriction, err := c.restriction(l); err != nil {
			return err
		} else if restriction != nil {
			return restriction
		}
	}
	return nil
}

// A database that looks at a foreign key row by row, and not at the end of the
// statement, refuses to remove rows of a tree by one statement unless it comes to
// each of them after those that hang on it. There they are removed level by level.
// Elsewhere one statement has to remove the addressed rows and those that go along
// with them, as any of the former may hang on one of the latter.

// looseTree removes the rows of a table that hang on each other. What goes on after
// it to remove the same rows finds them gone, and tells them.
func (c *cascade) looseTree(f *found) error {
	t := f.set.Table
	self, _ := c.linksOf(t)
	if len(self) == 0 || f.hooks && !c.d.RowwiseReferences {
		return nil
	}
	keys, mixed := f.set.Keys, false
	if !f.hooks && len(c.circleOf(t)) == 1 {
		if c.loose[t] {
			return nil
		}
		c.loose[t] = true
		keys, mixed = c.removed(t)
	}
	if !c.d.RowwiseReferences && !mixed {
		return nil
	}
	levels := [][]row{rowsOf(t, keys)}
	if c.d.RowwiseReferences || len(keys) > c.d.Chunk(len(t.Key())) {
		var err error
		if levels, err = c.levels(self, levels[0]); err != nil || len(levels) < 2 {
			return err
		}
	}
	if f.hooks {
		for _, level := range levels {
			f.levels = append(f.levels, keysIn(level, t))
		}
		return nil
	}
	return c.eraseLevels(levels)
}

// removed lists the keys of a table's rows that are removed without hooks, and tells
// if several addressed ones are among them beside others.
func (c *cascade) removed(t *model.Table) (keys [][]any, mixed bool) {
	for _, f := range c.log {
		if f.set.Table == t && !f.hooks && !f.own {
			keys = append(keys, f.set.Keys...)
		}
	}
	for _, own := range c.addressed {
		if own.Table == t {
			mixed = len(keys) > 0 && len(own.Keys) > 1
			keys = append(keys, own.Keys...)
		}
	}
	return keys, mixed
}

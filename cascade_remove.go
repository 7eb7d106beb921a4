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
	if c.plan.InCircle(own.Table) && c.db.Error == nil {
		// Some may have gone already, by a foreign key's ON DELETE CASCADE.
		c.op.changed(c.db, int64(len(own.Keys)))
	}
	c.op.noteOwn(c.db, c.db.RowsAffected, own.Keys)
	return nil
}

func (c *cascade) removeFound(f found) error {
	t := f.set.Table
	f.hooks = f.hooks && c.op.hooks && t.Model != nil && (hasHook[BeforePurger](t.Model) || hasHook[AfterPurger](t.Model))
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
		_, n, err := c.write(t, 0, where.And(filter)(t.Name), "DELETE FROM ", clause.Table{Name: t.Name})
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
		c.op.observed.note(part{table: t.Name, schema: t.Schema, cascaded: true, rows: int64(len(chunk)), keys: chunk})
	}
	return c.checkLate(t)
}

// erase removes the rows of a table that a condition picks.
func (c *cascade) erase(t *model.Table, where clause.Expression) (int64, error) {
	return c.listened(t, where, func() (int64, error) {
		return session.Exec(c.db, "DELETE FROM ", clause.Table{Name: t.Name}, " WHERE ", where)
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

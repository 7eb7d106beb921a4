package softdelete

import (
	"cmp"
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

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

package softdelete

import (
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// row is one row of a cascade, where rows of several tables are put into one order.
type row struct {
	table *model.Table
	key   []any
}

func (r row) name() string { return r.table.Name + "\n" + model.KeyText(r.key...) }

func rowsOf(t *model.Table, keys [][]any) []row {
	list := make([]row, len(keys))
	for i, key := range keys {
		list[i] = row{t, key}
	}
	return list
}

func keysIn(list []row, t *model.Table) (keys [][]any) {
	for _, r := range list {
		if r.table == t {
			keys = append(keys, r.key)
		}
	}
	return keys
}

func (c *cascade) circleOf(t *model.Table) []*model.Table {
	for _, circle := range c.plan.Order {
		if slices.Contains(circle, t) {
			return circle
		}
	}
	return []*model.Table{t}
}

// looseCircle removes the rows of tables that hang on each other in a circle, if several
// of them were addressed: one of these may hang on a row that goes along with another, and
// has to go before that. What goes on after it to remove the same rows finds them gone,
// and tells them. Where hooks run for some of the rows, all go as they were found.
func (c *cascade) looseCircle(circle []*model.Table) error {
	if len(circle) == 1 || c.loose[circle[0]] {
		return nil
	}
	c.loose[circle[0]] = true
	var list []row
	addressed := 0
	for _, f := range c.inOrder() {
		if !slices.Contains(circle, f.set.Table) {
			continue
		}
		// Those of the rows that a statement addresses have run.
		if f.hooks && c.op.hooks && purgeHooks(f.set.Table) && (!f.own || c.own == nil) {
			return nil
		}
		if f.own {
			addressed += len(f.set.Keys)
		}
		list = append(list, rowsOf(f.set.Table, f.set.Keys)...)
	}
	if addressed < 2 {
		return nil
	}
	var links []*model.Link
	for _, parent := range circle {
		for _, l := range parent.Children {
			if slices.Contains(circle, l.Child) {
				links = append(links, l)
			}
		}
	}
	levels, err := c.levels(links, list)
	if err != nil {
		return err
	}
	return c.eraseLevels(levels)
}

func (c *cascade) eraseLevels(levels [][]row) error {
	for _, level := range levels {
		var done []*model.Table
		for _, r := range level {
			t := r.table
			if slices.Contains(done, t) {
				continue
			}
			done = append(done, t)
			filter := c.reach(t, c.plan.Kind.TakesFrom())
			for chunk := range slices.Chunk(keysIn(level, t), c.d.Chunk(len(t.Key()))) {
				keys := rows.Picker(func(name string) clause.Expression { return expr.In(name, t.Key(), chunk) })
				if _, err := c.erase(t, keys.And(filter)(t.Name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// levels parts rows into those on which none of the others hangs by a link, those on
// which only the former do, and so on. Rows in a circle come last, all at once.
func (c *cascade) levels(links []*model.Link, list []row) ([][]row, error) {
	parents, children := map[string][]string{}, map[string]int{}
	among := keys{}
	for _, r := range list {
		among[r.name()] = true
	}
	for _, l := range links {
		width := len(l.Child.Key())
		for chunk := range slices.Chunk(keysIn(list, l.Child), c.d.Chunk(width)) {
			dest, take := session.KeyScan(width + len(l.Parent.Key()))
			if _, err := session.Query(c.db, dest, func() {
				pair := take()
				child, parent := row{l.Child, pair[:width]}.name(), row{l.Parent, pair[width:]}.name()
				if child != parent && among[parent] && !slices.Contains(parents[child], parent) {
					parents[child] = append(parents[child], parent)
					children[parent]++
				}
			}, "SELECT ", expr.Columns(rows.ChildName, l.Child.Key()), ", ", expr.Columns(parentName, l.Parent.Key()),
				" FROM ", clause.Table{Name: l.Child.Name, Alias: rows.ChildName}, " JOIN ", clause.Table{Name: l.Parent.Name, Alias: parentName}, " ON ", rows.Joins(l, parentName),
				" WHERE ", expr.In(rows.ChildName, l.Child.Key(), chunk), c.forUpdate()); err != nil {
				return nil, err
			}
		}
	}
	var levels [][]row
	for len(list) > 0 {
		var level, rest []row
		for _, r := range list {
			if children[r.name()] == 0 {
				level = append(level, r)
			} else {
				rest = append(rest, r)
			}
		}
		if len(level) == 0 {
			level, rest = rest, nil
		}
		for _, r := range level {
			for _, parent := range parents[r.name()] {
				children[parent]--
			}
		}
		levels, list = append(levels, level), rest
	}
	return levels, nil
}

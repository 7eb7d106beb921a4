package softdelete

import (
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

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
	levels := [][][]any{keys}
	if c.d.RowwiseReferences || len(keys) > c.d.Chunk(len(t.Key())) {
		var err error
		if levels, err = c.levels(t, self, keys); err != nil || len(levels) < 2 {
			return err
		}
	}
	if f.hooks {
		f.levels = levels
		return nil
	}
	filter := c.reach(t, c.plan.Kind.TakesFrom())
	for _, level := range levels {
		for chunk := range slices.Chunk(level, c.d.Chunk(len(t.Key()))) {
			keys := rows.Picker(func(name string) clause.Expression { return expr.In(name, t.Key(), chunk) })
			if _, err := c.erase(t, keys.And(filter)(t.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// removed lists the keys of a table's rows that are removed without hooks, and tells
// if several addressed ones are among them beside others.
func (c *cascade) removed(t *model.Table) (keys [][]any, mixed bool) {
	for _, f := range c.log {
		if f.set.Table == t && !f.hooks {
			keys = append(keys, f.set.Keys...)
		}
	}
	if c.own.Table == t {
		mixed = len(keys) > 0 && len(c.own.Keys) > 1
		keys = append(keys, c.own.Keys...)
	}
	return keys, mixed
}

func (c *cascade) circleOf(t *model.Table) []*model.Table {
	for _, circle := range c.plan.Order {
		if slices.Contains(circle, t) {
			return circle
		}
	}
	return []*model.Table{t}
}

// levels parts rows of a table into those on which none of the others hangs, those
// on which only the former do, and so on. Rows in a circle come last, all at once.
func (c *cascade) levels(t *model.Table, self []*model.Link, list [][]any) ([][][]any, error) {
	parents, children := map[string][]string{}, map[string]int{}
	among := keys{}
	for _, key := range list {
		among[model.KeyText(key...)] = true
	}
	width := len(t.Key())
	for _, l := range self {
		for chunk := range slices.Chunk(list, c.d.Chunk(width)) {
			dest, take := session.KeyScan(2 * width)
			if _, err := session.Query(c.db, dest, func() {
				pair := take()
				child, parent := model.KeyText(pair[:width]...), model.KeyText(pair[width:]...)
				if child != parent && among[parent] && !slices.Contains(parents[child], parent) {
					parents[child] = append(parents[child], parent)
					children[parent]++
				}
			}, "SELECT ", expr.Columns(rows.ChildName, t.Key()), ", ", expr.Columns(parentName, t.Key()), " FROM ", clause.Table{Name: t.Name, Alias: rows.ChildName},
				" JOIN ", clause.Table{Name: t.Name, Alias: parentName}, " ON ", rows.Joins(l, parentName),
				" WHERE ", expr.In(rows.ChildName, t.Key(), chunk), c.forUpdate()); err != nil {
				return nil, err
			}
		}
	}
	var levels [][][]any
	for len(list) > 0 {
		var level, rest [][]any
		for _, key := range list {
			if children[model.KeyText(key...)] == 0 {
				level = append(level, key)
			} else {
				rest = append(rest, key)
			}
		}
		if len(level) == 0 {
			level, rest = rest, nil
		}
		for _, key := range level {
			for _, parent := range parents[model.KeyText(key...)] {
				children[parent]--
			}
		}
		levels, list = append(levels, level), rest
	}
	return levels, nil
}

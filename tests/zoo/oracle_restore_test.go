package zoo_test

import (
	"maps"
	"slices"
	"time"

	"github.com/gorm-softdelete/softdelete"
)

// follows tells if a restore goes down a link: along cascades, and along what a delete may have taken since it was
// selected, if that can be told for sure.
func (rows *zooRows) follows(l *zooLink) bool {
	if !l.parent.isSoft() || !l.child.isSoft() {
		return false
	}
	return l.policy == zooCascades || l.field != "" && l.parent != l.child && rows.isSure(l)
}

// isSure tells if rows of two operations never look as if they were of one: times of two precisions can agree at the coarser.
func (rows *zooRows) isSure(l *zooLink) bool {
	return l.parent.mark.id != "" && l.child.mark.id != "" || l.isTold() && rows.keeps(l.parent) == rows.keeps(l.child)
}

// keeps is the precision of a table's times.
func (rows *zooRows) keeps(t *zooTable) time.Duration {
	if t.mark.unit > 0 {
		return t.mark.unit
	}
	return rows.step
}

// zooRestoreMode is what a restore does besides.
type zooRestoreMode struct{ withParents, rootOnly bool }

// restored says what a restore of rows does.
func (rows *zooRows) restored(addressed []*zooRow, mode zooRestoreMode) *zooOutcome {
	o := &zooOutcome{}
	back := zooSet{}
	for _, row := range addressed {
		if row.isTrashed() {
			back.add(row)
		}
	}
	o.addressed = slices.Clone(back.list)
	if mode.rootOnly {
		o.rows = back.list
		rows.checkUnique(o)
		return o
	}
	ambiguous := rows.comeBack(&back, o)
	if mode.withParents {
		rows.ascend(&back, o.addressed)
	} else {
		rows.checkParents(o, &back)
	}
	o.rows = back.list
	if ambiguous {
		o.errs = append(o.errs, softdelete.ErrAmbiguous)
		o.ambiguous = true
	}
	rows.checkUnique(o)
	return o
}

// comeBack adds to rows that are restored those that the same operations trashed, down the cascade. It returns whether some
// of them cannot be told.
func (rows *zooRows) comeBack(back *zooSet, o *zooOutcome) (ambiguous bool) {
	hooked := zooSet{}
	rows.spread(back, func(l *zooLink, parent, child *zooRow) bool {
		if !rows.follows(l) || !child.isTrashed() || back.has[child] {
			return false
		}
		if !l.isTold() {
			ambiguous = true
			return false
		}
		if l.hooks && child.by == parent.by {
			hooked.add(child)
		}
		return child.by == parent.by
	})
	o.hooked = hooked.list
	return ambiguous
}

// ascend adds the trashed rows that addressed ones hang on, in the end, by cascading relations.
func (rows *zooRows) ascend(back *zooSet, addressed []*zooRow) {
	chain := zooSet{}
	chain.add(addressed...)
	for i := 0; i < len(chain.list); i++ {
		chain.add(rows.above(chain.list[i])...)
	}
	back.add(chain.list...)
}

// above lists the trashed rows that a row hangs on by cascading relations.
func (rows *zooRows) above(row *zooRow) []*zooRow {
	var parents []*zooRow
	for _, l := range row.table.links {
		if l.policy == zooCascades {
			parents = append(parents, slices.DeleteFunc(rows.parents(row, l), (*zooRow).isLive)...)
		}
	}
	return parents
}

// checkParents says whether addressed rows hang on trashed ones, which stay so, of the same operation, or of one that cannot
// be told.
func (rows *zooRows) checkParents(o *zooOutcome, back *zooSet) {
	models := map[string]bool{}
	for _, row := range o.addressed {
		for _, l := range row.table.links {
			for _, parent := range rows.parents(row, l) {
				if l.policy == zooCascades && parent.isTrashed() && !back.has[parent] && (parent.by == row.by || !l.isTold()) {
					models[l.parent.typeName()] = true
				}
			}
		}
	}
	if len(models) > 0 {
		o.parents = slices.Sorted(maps.Keys(models))
		o.errs = append(o.errs, softdelete.ErrParentTrashed)
	}
}

// checkUnique says whether rows that come back agree in what is unique among live rows, with those or with each other.
func (rows *zooRows) checkUnique(o *zooOutcome) {
	for _, table := range rows.world.tables {
		if table.unique == "" {
			continue
		}
		live := map[any]int{}
		for _, row := range rows.of(table) {
			if row.isLive() || slices.Contains(o.rows, row) {
				live[row.values[table.unique]]++
			}
		}
		if slices.Max(append(slices.Collect(maps.Values(live)), 0)) > 1 {
			o.conflicts = append(o.conflicts, table)
		}
	}
	if len(o.conflicts) > 0 {
		o.errs = append(o.errs, softdelete.ErrConflict)
	}
}

// undone says what the undo of a delete does.
func (rows *zooRows) undone(d *zooDeletion) *zooOutcome {
	o := &zooOutcome{}
	back := zooSet{}
	for _, row := range d.rows {
		if row.isTrashed() && row.by == d {
			back.add(row)
		}
	}
	o.rows = back.list
	if len(o.rows) == 0 {
		o.errs = []error{softdelete.ErrNotFound}
		return o
	}
	for _, row := range o.rows {
		// Those that a cascade took along come back with their hooks if they went with them.
		if !slices.ContainsFunc(row.table.links, func(l *zooLink) bool {
			return l.policy == zooCascades && !l.hooks && slices.ContainsFunc(rows.parents(row, l), func(parent *zooRow) bool { return back.has[parent] })
		}) {
			o.hooked = append(o.hooked, row)
		}
	}
	rows.checkUnique(o)
	return o
}

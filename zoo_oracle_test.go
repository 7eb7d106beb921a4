package softdelete_test

import (
	"maps"
	"slices"

	"github.com/gorm-softdelete/softdelete"
)

// zooOutcome is what the oracle says of an operation: the rows that it changes, or the errors of which it returns one, and
// then changes nothing.
type zooOutcome struct {
	addressed  []*zooRow // those of the rows that the caller named, which RowsAffected counts
	rows       []*zooRow // all
	restricted []softdelete.RestrictError
	parents    []string // the models whose trashed rows forbid a restore
	errs       []error  // any of them is right
	anyError   bool     // whatever the database says
	nulled     []zooNull

	hooked []*zooRow // whose hooks run in the cascade
}

// zooNull is a column that the database sets to NULL when what it refers to is removed.
type zooNull struct {
	row    *zooRow
	column string
}

func (o *zooOutcome) fails() bool { return len(o.errs) > 0 || o.anyError }

// byTable counts the rows by table.
func (o *zooOutcome) byTable() map[string]int64 {
	counts := map[string]int64{}
	for _, row := range o.rows {
		counts[row.table.name]++
	}
	return counts
}

// set is rows in the order in which they were found.
type zooSet struct {
	list []*zooRow
	has  map[*zooRow]bool
}

func (s *zooSet) add(rows ...*zooRow) {
	if s.has == nil {
		s.has = map[*zooRow]bool{}
	}
	for _, row := range rows {
		if !s.has[row] {
			s.has[row] = true
			s.list = append(s.list, row)
		}
	}
}

// below lists the rows that hang on a row by a link.
func (rows *zooRows) below(parent *zooRow, l *zooLink) []*zooRow {
	var below []*zooRow
	for _, row := range rows.all {
		if row.hangsOn(l, parent) {
			below = append(below, row)
		}
	}
	return below
}

// spread adds to a set what hangs on its rows, by the links and of the rows that are wanted.
func (rows *zooRows) spread(s *zooSet, wanted func(l *zooLink, parent, child *zooRow) bool) {
	for i := 0; i < len(s.list); i++ {
		parent := s.list[i]
		for _, l := range rows.world.links {
			for _, child := range rows.below(parent, l) {
				if wanted(l, parent, child) {
					s.add(child)
				}
			}
		}
	}
}

// restrictions counts, by relation, live rows outside of a set that hang on its rows.
func (rows *zooRows) restrictions(s *zooSet, forbids func(l *zooLink, child *zooRow) bool) []softdelete.RestrictError {
	var errs []softdelete.RestrictError
	for _, l := range rows.world.links {
		held := zooSet{}
		for _, parent := range s.list {
			for _, child := range rows.below(parent, l) {
				if child.isLive() && !s.has[child] && forbids(l, child) {
					held.add(child)
				}
			}
		}
		if len(held.list) > 0 {
			errs = append(errs, softdelete.RestrictError{Model: l.parent.typeName(), Relation: l.relation, Count: int64(len(held.list))})
		}
	}
	return errs
}

// deleted says what a delete of rows does, with the rows of selected relations.
func (rows *zooRows) deleted(addressed []*zooRow, selected []*zooLink) *zooOutcome {
	o := &zooOutcome{}
	taken := zooSet{}
	for _, row := range addressed {
		if row.isLive() {
			taken.add(row)
		}
	}
	o.addressed = slices.Clone(taken.list)
	for _, parent := range o.addressed {
		for _, l := range selected {
			for _, child := range rows.below(parent, l) {
				if child.isLive() && child.table.isSoft() {
					taken.add(child)
				}
			}
		}
	}
	hooked := zooSet{}
	rows.spread(&taken, func(l *zooLink, _, child *zooRow) bool {
		takes := l.policy == zooCascades && child.table.isSoft() && child.isLive()
		if takes && l.hooks && !slices.Contains(o.addressed, child) {
			hooked.add(child)
		}
		return takes
	})
	o.rows, o.hooked = taken.list, hooked.list
	o.restricted = rows.restrictions(&taken, func(l *zooLink, _ *zooRow) bool { return l.policy == zooRestricts })
	if len(o.restricted) > 0 {
		o.errs = []error{softdelete.ErrRestricted}
	}
	return o
}

// removed says what a purge does, or a force delete.
func (rows *zooRows) removed(addressed []*zooRow, force bool) *zooOutcome {
	o := &zooOutcome{}
	taken := zooSet{}
	for _, row := range addressed {
		if row.isTrashed() || force && row.isLive() {
			taken.add(row)
		}
	}
	o.addressed = slices.Clone(taken.list)
	takes := func(l *zooLink) bool { return l.policy == zooCascades || l.onDelete == "CASCADE" }
	rows.spread(&taken, func(l *zooLink, _, child *zooRow) bool {
		return takes(l) && (force || child.isTrashed() || !child.table.isSoft())
	})
	o.rows = taken.list
	o.restricted = rows.restrictions(&taken, func(l *zooLink, child *zooRow) bool {
		return l.policy == zooRestricts || !force && takes(l) && child.table.isSoft()
	})
	if len(o.restricted) > 0 {
		o.errs = []error{softdelete.ErrRestricted}
	}
	if rows.world.foreignKeys {
		rows.release(&taken, o)
	}
	return o
}

// release says what the database does about rows that refer to removed ones.
func (rows *zooRows) release(taken *zooSet, o *zooOutcome) {
	for _, parent := range taken.list {
		for _, l := range rows.world.links {
			for _, child := range rows.below(parent, l) {
				switch {
				case taken.has[child]:
					if zooKnown && l.policy == zooLeaves {
						o.anyError = true
					}
				case l.onDelete == "SET NULL":
					o.nulled = append(o.nulled, zooNull{child, l.foreign[0]})
				default:
					o.anyError = true
				}
			}
		}
	}
}

// follows tells if a restore goes down a link: along cascades, and along what a delete may have taken since it was
// selected, if that can be told.
func (l *zooLink) follows() bool {
	if !l.parent.isSoft() || !l.child.isSoft() {
		return false
	}
	return l.policy == zooCascades || l.field != "" && l.parent != l.child && l.isTold()
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
	}
	return o
}

// comeBack adds to rows that are restored those that the same operations trashed, down the cascade. It returns whether some
// of them cannot be told.
func (rows *zooRows) comeBack(back *zooSet, o *zooOutcome) (ambiguous bool) {
	hooked := zooSet{}
	rows.spread(back, func(l *zooLink, parent, child *zooRow) bool {
		if !l.follows() || !child.isTrashed() || back.has[child] {
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
	for _, l := range rows.world.links {
		for _, parent := range rows.of(l.parent) {
			if l.policy == zooCascades && parent.isTrashed() && row.hangsOn(l, parent) {
				parents = append(parents, parent)
			}
		}
	}
	return parents
}

// checkParents says whether addressed rows hang on trashed ones, which stay so, of the same operation, or of one that cannot
// be told.
func (rows *zooRows) checkParents(o *zooOutcome, back *zooSet) {
	models := map[string]bool{}
	for _, row := range o.addressed {
		for _, l := range rows.world.links {
			for _, parent := range rows.of(l.parent) {
				if l.policy != zooCascades || !parent.isTrashed() || back.has[parent] || !row.hangsOn(l, parent) {
					continue
				}
				if parent.by == row.by || !l.isTold() {
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

// undone says what the undo of a delete does.
func (rows *zooRows) undone(d *zooDeletion) *zooOutcome {
	o := &zooOutcome{}
	for _, row := range d.rows {
		if row.isTrashed() && row.by == d {
			o.rows = append(o.rows, row)
		}
	}
	if len(o.rows) == 0 {
		o.errs = []error{softdelete.ErrNotFound}
	}
	return o
}

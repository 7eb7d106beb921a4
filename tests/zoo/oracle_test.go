package zoo_test

import (
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
	conflicts  []*zooTable
	ambiguous  bool
	errs       []error // any of them is right
	anyError   bool    // whatever the database says
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
func (rows *zooRows) deleted(addressed []*zooRow, selected []zooPick) *zooOutcome {
	o := &zooOutcome{}
	taken := zooSet{}
	for _, row := range addressed {
		if row.isLive() {
			taken.add(row)
		}
	}
	o.addressed = slices.Clone(taken.list)
	hooked := zooSet{}
	rows.take(&taken, &hooked, o.addressed, selected)
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

// take adds what selected relations of rows hold, whatever their policies. A path goes on from what its last step has added.
func (rows *zooRows) take(taken, hooked *zooSet, parents []*zooRow, selected []zooPick) {
	for _, pick := range selected {
		below := zooSet{}
		for _, parent := range parents {
			for _, child := range rows.below(parent, pick.link) {
				if child.isLive() && child.table.isSoft() && !taken.has[child] {
					if pick.link.hooks {
						hooked.add(child)
					}
					below.add(child)
				}
			}
		}
		taken.add(below.list...)
		rows.take(taken, hooked, below.list, pick.below)
	}
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
	hooked := zooSet{}
	takes := func(l *zooLink) bool { return l.policy == zooCascades || l.onDelete == "CASCADE" }
	rows.spread(&taken, func(l *zooLink, _, child *zooRow) bool {
		goes := takes(l) && (force || child.isTrashed() || !child.table.isSoft())
		if goes && l.hooks && !slices.Contains(o.addressed, child) {
			hooked.add(child)
		}
		return goes
	})
	o.rows, o.hooked = taken.list, hooked.list
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
				case l.onDelete == "SET NULL":
					o.nulled = append(o.nulled, zooNull{child, l.foreign[0]})
				default:
					o.anyError = true
				}
			}
		}
	}
}

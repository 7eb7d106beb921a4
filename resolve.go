package softdelete

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// all of them: no bound on the keys that are kept.
const unbounded = int(^uint(0) >> 1)

// resolve finds the rows of an operation before it writes any: those of its own
// that match the statement, and what hangs on them by the plan.
func (c *cascade) resolve(t *target, filter clause.Expression, follow step) error {
	if !c.preview {
		if err := lockDatabase(c.db, c.d, c.plan.root.name, c.plan.root.model); err != nil {
			return err
		}
	}
	if err := c.resolveRoot(t, filter); err != nil {
		return err
	}
	if c.own.isEmpty() {
		return nil
	}
	if err := c.resolveSelected(c.op.selected, c.own); err != nil {
		return err
	}
	return c.walk(follow)
}

// resolveRoot finds the operation's own rows. All of their keys are kept: what
// the statement's conditions pick may be another the next time.
func (c *cascade) resolveRoot(t *target, filter clause.Expression) error {
	root := c.plan.root
	t.apply(filter)
	defer t.restore()
	by := func(more ...clause.Expression) *gorm.DB {
		tx := onTable(session.Beside(c.db), t.stmt).Unscoped()
		tx.Statement.Clauses["WHERE"] = t.stmt.Clauses["WHERE"]
		if len(more) > 0 {
			exprs := append(slices.Clip(whereExprs(t.stmt)), more...)
			tx.Statement.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: exprs}}
		}
		return tx
	}
	if b := requestOf(t.stmt).batch; b != nil {
		set := newSet(root)
		b.ruled = true
		if err := b.read(by, c.d, !c.preview); err != nil {
			return err
		}
		set.keys = c.fresh(root, slices.Clone(b.found))
		c.own, c.sets[root], c.except = set, set, b.except
		c.rows[root] = int64(len(set.keys))
		return nil
	}
	tx := by()
	tx.Statement.AddClause(clause.Select{Columns: expr.Columns(clause.CurrentTable, root.key())})
	if c.d.RowLock && !c.preview {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	set := newSet(root)
	dest, take := session.KeyScan(len(root.key()))
	if _, err := session.Scan(stored(tx), dest, func() { set.keys = append(set.keys, take()) }); err != nil {
		return err
	}
	set.keys = c.fresh(root, set.keys)
	c.own, c.sets[root] = set, set
	c.rows[root] = int64(len(set.keys))
	return nil
}

// resolveSelected finds what selected relations of a delete hold: one level of
// each.
func (c *cascade) resolveSelected(list []selection, from *rowSet) error {
	for _, s := range list {
		set, err := c.find(s.link.child, from.hanging(s.link, c.d), c.reach(s.link.child, liveOnly), false)
		if err != nil {
			return err
		}
		c.keep(s.link.child, set)
		if !set.isEmpty() {
			if err := c.resolveSelected(s.below, set); err != nil {
				return err
			}
		}
	}
	return nil
}

// goAlong is the step of a purge, a force delete and of the preview of a delete:
// it finds rows by the kind of operation, whatever trashed them.
func (c *cascade) goAlong(links []*link, from *rowSet) (*rowSet, error) {
	child := links[0].child
	filter := c.reach(child, c.plan.kind.takesFrom()).and(c.except[child.name])
	return c.find(child, c.hanging(links, from, filter), filter, hooked(links))
}

// find finds the rows of a table that one of the parts picks. It keeps the parts
// in place of the keys where there are many rows, and each can be found in one
// way only, so that none is counted twice.
func (c *cascade) find(t *table, parts []picker, filter picker, hooks bool) (*rowSet, error) {
	set := newSet(t)
	hooks = hooks && !c.preview && t.model != nil && (hasHook[BeforePurger](t.model) || hasHook[AfterPurger](t.model))
	counts := false
	once := !hooks && len(c.plan.into[t]) <= 1 && !c.plan.inCircle(t) && t != c.plan.root && len(c.op.selected) == 0
	for _, part := range parts {
		part = part.and(filter)
		if !c.preview && once && c.plan.isLeaf(t) || len(t.key()) == 0 {
			set.where = append(set.where, part)
			counts = !c.preview
			c.late[t] = counts
			if c.preview {
				n, err := session.Count(c.db, t.name, part(t.name), "")
				if err != nil {
					return nil, err
				}
				c.rows[t] += n
			}
			continue
		}
		most := unbounded
		if once {
			most = few + 1
		}
		list, n, err := c.collect(t, most, "SELECT ", expr.Columns(t.name, t.key()), " FROM ", clause.Table{Name: t.name}, " WHERE ", part(t.name), c.forUpdate())
		if err != nil {
			return nil, err
		}
		switch {
		case !once:
			list = c.fresh(t, list)
			n = int64(len(list))
			fallthrough
		case n <= few:
			set.keys = append(set.keys, list...)
		default:
			set.where = append(set.where, part)
		}
		c.rows[t] += n
	}
	if !set.isEmpty() {
		c.log = append(c.log, found{set: set, hooks: hooks, counts: counts})
	}
	return set, nil
}

// restorable is the step of a restore: it finds the trashed rows that hang on
// others and were trashed by the same operation as those.
func (c *cascade) restorable(links []*link, from *rowSet) (*rowSet, error) {
	child := links[0].child
	set := newSet(child)
	if same := sameOriginIn(child); links[0].parent == child && same != nil {
		for _, start := range from.conditions(c.d) {
			below := &tree{name: child.name, table: child, links: links, start: start, filter: c.reach(child, trashedOnly), same: same, d: c.d}
			list, _, err := c.collect(child, unbounded, "SELECT ", expr.Columns(child.name, child.key()), " FROM ", clause.Table{Name: child.name},
				" WHERE ", below, " AND ", c.reach(child, trashedOnly)(child.name), c.forUpdate())
			if err != nil {
				return nil, err
			}
			set.keys = append(set.keys, c.fresh(child, list)...)
		}
	} else {
		for _, l := range links {
			if err := c.trashedWith(l, from, set); err != nil {
				return nil, err
			}
		}
	}
	c.rows[child] += int64(len(set.keys))
	if !set.isEmpty() {
		c.log = append(c.log, found{set: set, hooks: hooked(links)})
	}
	return set, nil
}

func hooked(links []*link) bool {
	for _, l := range links {
		if l.hooks {
			return true
		}
	}
	return false
}

// trashedWith adds the trashed rows at a link's end that were trashed by the
// same operation as the row that they hang on. It returns ErrAmbiguous if that
// cannot be told of one of them.
func (c *cascade) trashedWith(l *link, from *rowSet, set *rowSet) error {
	ambiguous := false
	var list [][]any
	take := func(key []any, parent, child origin) {
		same, known := sameOrigin(l.parent.model, parent, l.child.model, child)
		if same {
			list = append(list, key)
		}
		ambiguous = ambiguous || !known && l.policy == cascades
	}
	for _, part := range from.conditions(c.d) {
		where := expr.All{part(parentName), c.reach(l.child, trashedOnly)(childName)}
		if err := c.pairs(l, false, where, c.forUpdate(), take); err != nil {
			return err
		}
	}
	if ambiguous {
		return fail(ErrAmbiguous, l.parent.schema.Name, "which rows of "+l.relation+" were trashed along, as their marker does not say: "+
			"restore each under softdelete.RootOnly, or give the models a deletion id")
	}
	set.keys = append(set.keys, c.fresh(l.child, list)...)
	return nil
}

const parentName = "softdelete_parent"

// pairs reads the rows of a link that hang on each other: the key of the
// parent's or of the child's, and by which operation each was trashed.
func (c *cascade) pairs(l *link, ofParent bool, where clause.Expression, lock string, take func(key []any, parent, child origin)) error {
	keyed, name := l.child, childName
	if ofParent {
		keyed, name = l.parent, parentName
	}
	dest, key := session.KeyScan(len(keyed.key()))
	columns := expr.Columns(name, keyed.key())
	of := func(m *model, name string) func() origin {
		scan, read := m.originScan()
		dest = append(dest, scan...)
		for _, field := range m.originColumns() {
			columns = append(columns, clause.Column{Table: name, Name: field.DBName})
		}
		return read
	}
	parent, child := of(l.parent.model, parentName), of(l.child.model, childName)
	_, err := session.Query(c.db, dest, func() { take(key(), parent(), child()) },
		"SELECT ", columns, " FROM ", clause.Table{Name: l.child.name, Alias: childName}, " JOIN ", clause.Table{Name: l.parent.name, Alias: parentName},
		" ON ", joins(l, parentName), " WHERE ", where, lock)
	return err
}

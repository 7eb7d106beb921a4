package softdelete

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// all of them: no bound on the keys that are kept.
const unbounded = int(^uint(0) >> 1)

// resolve finds the rows of an operation before it writes any: those of its own
// that match the statement, and what hangs on them by the plan.
func (c *cascade) resolve(t *target, filter clause.Expression, follow step) error {
	if c.locks() {
		if err := lockDatabase(c.db, c.d, session.TableOf(t.stmt, c.plan.Root.Schema), c.plan.Root.Model); err != nil {
			return err
		}
	}
	if err := c.resolveRoot(t, filter); err != nil {
		return err
	}
	if c.own.IsEmpty() {
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
	root := c.plan.Root
	t.apply(filter)
	defer t.restore()
	by := func(more ...clause.Expression) *gorm.DB {
		tx := session.OnTable(session.Beside(c.db), t.stmt).Unscoped()
		tx.Statement.Clauses["WHERE"] = t.stmt.Clauses["WHERE"]
		if len(more) > 0 {
			exprs := append(slices.Clip(session.WhereExprs(t.stmt)), more...)
			tx.Statement.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: exprs}}
		}
		return tx
	}
	if b := requestOf(t.stmt).batch; b != nil {
		set := rows.NewSet(root)
		b.ruled = true
		if err := b.read(by, c.d, c.locks()); err != nil {
			return err
		}
		set.Keys = slices.Clone(b.found)
		c.own, c.except = set, b.except
		c.address(set)
		return nil
	}
	set := rows.NewSet(root)
	var err error
	if set.Keys, err = c.addressedKeys(by(), root); err != nil {
		return err
	}
	c.own = set
	c.address(set)
	return nil
}

// addressedKeys reads the keys of the rows of a query.
func (c *cascade) addressedKeys(tx *gorm.DB, t *model.Table) (list [][]any, err error) {
	tx.Statement.AddClause(clause.Select{Columns: expr.Columns(clause.CurrentTable, t.Key())})
	if c.d.RowLock && c.locks() {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	dest, take := session.KeyScan(len(t.Key()))
	_, err = session.Scan(session.Stored(tx), dest, func() { list = append(list, take()) })
	return list, err
}

// address makes rows of a table those that an operation starts from.
func (c *cascade) address(set *rows.Set) {
	t := set.Table
	set.Keys = c.fresh(t, set.Keys)
	c.addressed = append(c.addressed, set)
	c.sets[t], c.rows[t] = set, int64(len(set.Keys))
}

// resolveSelected finds what selected relations of a delete hold: one level of
// each.
func (c *cascade) resolveSelected(list []selection, from *rows.Set) error {
	for _, s := range list {
		set, err := c.find(s.link.Child, from.Hanging(s.link, c.d), c.reach(s.link.Child, model.LiveOnly), false)
		if err != nil {
			return err
		}
		c.keep(s.link.Child, set)
		if !set.IsEmpty() {
			if err := c.resolveSelected(s.below, set); err != nil {
				return err
			}
		}
	}
	return nil
}

// goAlong is the step of a purge, a force delete and of the preview of a delete:
// it finds rows by the kind of operation, whatever trashed them.
func (c *cascade) goAlong(links []*model.Link, from *rows.Set) (*rows.Set, error) {
	child := links[0].Child
	filter := c.reach(child, c.plan.Kind.TakesFrom()).And(c.except[child.Name])
	return c.find(child, c.hanging(links, from, filter), filter, hooked(links))
}

// find finds the rows of a table that one of the parts picks. It keeps the parts
// in place of the keys where there are many rows, and each can be found in one
// way only, so that none is counted twice.
func (c *cascade) find(t *model.Table, parts []rows.Picker, filter rows.Picker, hooks bool) (*rows.Set, error) {
	set := rows.NewSet(t)
	hooks = hooks && !c.preview && t.Model != nil && (hasHook[BeforePurger](t.Model) || hasHook[AfterPurger](t.Model))
	counts := false
	// What is fenced is held to the rows that were looked at.
	once := len(c.fence) == 0 && !hooks && len(c.plan.Into[t]) <= 1 && !c.plan.InCircle(t) && !c.isAddressed(t) && len(c.op.selected) == 0
	for _, part := range parts {
		part = part.And(filter)
		if !c.preview && once && c.plan.IsLeaf(t) || len(t.Key()) == 0 {
			set.Where = append(set.Where, part)
			counts = !c.preview
			c.late[t] = counts
			if c.preview {
				n, err := session.Count(c.db, t.Name, part(t.Name), "")
				if err != nil {
					return nil, err
				}
				c.rows[t] += n
			}
			continue
		}
		most := unbounded
		if once {
			most = rows.Few + 1
		}
		list, n, err := c.collect(t, most, "SELECT ", expr.Columns(t.Name, t.Key()), " FROM ", clause.Table{Name: t.Name}, " WHERE ", part(t.Name), c.forUpdate())
		if err != nil {
			return nil, err
		}
		switch {
		case !once:
			list = c.fresh(t, list)
			n = int64(len(list))
			fallthrough
		case n <= rows.Few:
			set.Keys = append(set.Keys, list...)
		default:
			set.Where = append(set.Where, part)
		}
		c.rows[t] += n
	}
	if !set.IsEmpty() {
		c.log = append(c.log, found{set: set, hooks: hooks, counts: counts})
	}
	return set, nil
}

// restorable is the step of a restore: it finds the trashed rows that hang on
// others and were trashed by the same operation as those.
func (c *cascade) restorable(links []*model.Link, from *rows.Set) (*rows.Set, error) {
	child := links[0].Child
	set := rows.NewSet(child)
	if same := rows.SameOriginIn(child); links[0].Parent == child && same != nil {
		for _, start := range from.Conditions(c.d) {
			below := &rows.Tree{Name: child.Name, Table: child, Links: links, Start: start, Filter: c.reach(child, model.TrashedOnly), Same: same, Dialect: c.d}
			list, _, err := c.collect(child, unbounded, "SELECT ", expr.Columns(child.Name, child.Key()), " FROM ", clause.Table{Name: child.Name},
				" WHERE ", below, " AND ", c.reach(child, model.TrashedOnly)(child.Name), c.forUpdate())
			if err != nil {
				return nil, err
			}
			set.Keys = append(set.Keys, c.fresh(child, list)...)
		}
	} else {
		for _, l := range links {
			if err := c.trashedWith(l, from, set); err != nil {
				return nil, err
			}
		}
	}
	c.rows[child] += int64(len(set.Keys))
	if !set.IsEmpty() {
		c.log = append(c.log, found{set: set, hooks: hooked(links)})
	}
	return set, nil
}

func hooked(links []*model.Link) bool {
	for _, l := range links {
		if l.Hooks {
			return true
		}
	}
	return false
}

// trashedWith adds the trashed rows at a link's end that were trashed by the
// same operation as the row that they hang on. It returns ErrAmbiguous if that
// cannot be told of one of them.
func (c *cascade) trashedWith(l *model.Link, from *rows.Set, set *rows.Set) error {
	ambiguous := false
	var list [][]any
	take := func(key []any, parent, child model.Origin) {
		same, known := model.SameOrigin(l.Parent.Model, parent, l.Child.Model, child)
		if same {
			list = append(list, key)
		}
		ambiguous = ambiguous || !known && l.Policy == model.Cascades
	}
	for _, part := range from.Conditions(c.d) {
		where := expr.All{part(parentName), c.reach(l.Child, model.TrashedOnly)(rows.ChildName)}
		if err := c.pairs(l, false, where, c.forUpdate(), take); err != nil {
			return err
		}
	}
	if ambiguous {
		return fault.About(ErrAmbiguous, l.Parent.Schema.Name, "which rows of "+l.Relation+" were trashed along, as their marker does not say: "+
			"restore each under softdelete.RootOnly, or give the models a deletion id")
	}
	set.Keys = append(set.Keys, c.fresh(l.Child, list)...)
	return nil
}

const parentName = "softdelete_parent"

// pairs reads the rows of a link that hang on each other: the key of the
// parent's or of the child's, and by which operation each was trashed.
func (c *cascade) pairs(l *model.Link, ofParent bool, where clause.Expression, lock string, take func(key []any, parent, child model.Origin)) error {
	return c.pairsThat(l, ofParent, nil, where, lock, func(key []any, parent, child model.Origin, _ bool) { take(key, parent, child) })
}

// pairsThat are pairs that are asked something, which is no condition: rows of which it
// does not hold are locked too, and the answer is that of the locked row.
func (c *cascade) pairsThat(l *model.Link, ofParent bool, asked, where clause.Expression, lock string, take func(key []any, parent, child model.Origin, holds bool)) error {
	keyed, name := l.Child, rows.ChildName
	if ofParent {
		keyed, name = l.Parent, parentName
	}
	dest, key := session.KeyScan(len(keyed.Key()))
	columns := expr.Columns(name, keyed.Key())
	of := func(m *model.Model, name string) func() model.Origin {
		scan, read := m.OriginScan()
		dest = append(dest, scan...)
		for _, field := range m.OriginColumns() {
			columns = append(columns, clause.Column{Table: name, Name: field.DBName})
		}
		return read
	}
	parent, child := of(l.Parent.Model, parentName), of(l.Child.Model, rows.ChildName)
	holds, answer := asked == nil, []session.Part{"SELECT ", columns}
	if asked != nil {
		dest = append(dest, &holds)
		answer = append(answer, ", CASE WHEN ", asked, " THEN 1 ELSE 0 END")
	}
	_, err := session.Query(c.db, dest, func() { take(key(), parent(), child(), holds) }, append(answer,
		" FROM ", clause.Table{Name: l.Child.Name, Alias: rows.ChildName}, " JOIN ", clause.Table{Name: l.Parent.Name, Alias: parentName},
		" ON ", rows.Joins(l, parentName), " WHERE ", where, lock)...)
	return err
}

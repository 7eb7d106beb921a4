package softdelete

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// cascade is one operation on its way along its plan. It is made for the operation's
// statement, and ends with that.
type cascade struct {
	plugin *Plugin
	db     *gorm.DB // the operation's statement
	op     *operation
	plan   *model.Plan
	d      *dialect.Dialect

	own       *rows.Set                  // the rows that the operation's statement addresses; nil if it has none of its own
	addressed []*rows.Set                // all that were addressed, of each table one set
	sets      map[*model.Table]*rows.Set // all rows of the operation
	rows      map[*model.Table]int64     // how many they are
	seen      map[*model.Table]keys      // those of tables that are reached in more than one way
	log       []found                    // in the order in which they were found: parents before children

	raised []found // trashed rows that the operation's own hang on, and that are restored with them

	// late are the tables whose rows are removed by a condition, without having
	// been locked before: that no live row hangs there is known after that only.
	late map[*model.Table]bool

	loose map[*model.Table]bool // tables whose rows were removed level by level

	except map[string]rows.Picker // which rows of a table do not go along, by what picks the others

	preview bool // nothing is written, and nothing locked unless it is bound
	bound   bool // what is found has to stay so until the transaction ends

	heeds heeded // what others say of the rows

	fence []func(*gorm.DB) *gorm.DB // scopes that the rows which go along have to be in; none for any
}

// found is what one step has found.
type found struct {
	set    *rows.Set
	by     *model.Link // by which the operation's rows hang on it, if it comes back because of them
	own    bool        // its rows were addressed
	hooks  bool        // of its rows run
	counts bool        // its rows were not counted yet

	levels [][][]any // its keys as they have to go, one after the other; none if all can go at once
}

// keys is a set of primary keys, by their text.
type keys map[string]bool

func (p *Plugin) newCascade(db *gorm.DB, op *operation) *cascade {
	return &cascade{
		plugin: p, db: db, op: op, plan: op.plan, d: op.dialect, fence: requestOf(db.Statement).fence,
		sets: map[*model.Table]*rows.Set{}, rows: map[*model.Table]int64{}, seen: map[*model.Table]keys{}, late: map[*model.Table]bool{}, loose: map[*model.Table]bool{},
	}
}

// step finds the rows that hang on a set by a link; by several links only where
// these lead from a table to itself. It then finds what hangs on the found rows
// too, and so on.
type step func(links []*model.Link, from *rows.Set) (*rows.Set, error)

// walk follows the plan from the rows that are there already. It goes from table
// to table, parents before children, and so takes all locks in one order.
func (c *cascade) walk(follow step) error {
	for _, circle := range c.plan.Order {
		for _, t := range circle {
			for _, l := range c.plan.Into[t] {
				if from := c.sets[l.Parent]; !from.IsEmpty() && !slices.Contains(circle, l.Parent) {
					found, err := follow([]*model.Link{l}, from)
					if err != nil {
						return err
					}
					c.keep(t, found)
				}
			}
		}
		if err := c.walkCircle(circle, follow); err != nil {
			return err
		}
	}
	return nil
}

// walkCircle follows the links among tables whose rows hang on each other, until
// nothing more is found.
func (c *cascade) walkCircle(circle []*model.Table, follow step) error {
	if len(circle) == 1 && !c.plan.InCircle(circle[0]) {
		return nil
	}
	pending := map[*model.Table]*rows.Set{}
	for _, t := range circle {
		pending[t] = c.sets[t]
	}
	for more := true; more; {
		more = false
		for _, t := range circle {
			set := pending[t]
			delete(pending, t)
			if set.IsEmpty() {
				continue
			}
			self, others := c.linksOf(t)
			if len(self) > 0 {
				descendants, err := follow(self, set)
				if err != nil {
					return err
				}
				c.keep(t, descendants)
				set = set.Add(descendants)
			}
			for _, l := range others {
				if !slices.Contains(circle, l.Child) {
					continue
				}
				children, err := follow([]*model.Link{l}, set)
				if err != nil {
					return err
				}
				if !children.IsEmpty() {
					c.keep(l.Child, children)
					pending[l.Child] = pending[l.Child].Add(children)
					more = true
				}
			}
		}
	}
	return nil
}

// linksOf parts the links to follow into those from the table to itself and the
// others.
func (c *cascade) linksOf(t *model.Table) (self, others []*model.Link) {
	for _, l := range c.plan.Follow[t] {
		if l.Child == t {
			self = append(self, l)
		} else {
			others = append(others, l)
		}
	}
	return self, others
}

func (c *cascade) keep(t *model.Table, set *rows.Set) {
	if !set.IsEmpty() {
		c.sets[t] = c.sets[t].Add(set)
	}
}

// hanging picks the rows that a step is about.
func (c *cascade) hanging(links []*model.Link, from *rows.Set, filter rows.Picker) []rows.Picker {
	t := links[0].Child
	if t != links[0].Parent {
		return from.Hanging(links[0], c.d)
	}
	var parts []rows.Picker
	for _, start := range from.Conditions(c.d) {
		parts = append(parts, func(name string) clause.Expression {
			return &rows.Tree{Name: name, Table: t, Links: links, Start: start, Filter: filter, Dialect: c.d}
		})
	}
	return parts
}

// collect runs a query of primary keys, of which it keeps some at most.
func (c *cascade) collect(t *model.Table, most int, parts ...session.Part) (list [][]any, n int64, err error) {
	dest, take := session.KeyScan(len(t.Key()))
	n, err = session.Query(c.db, dest, func() {
		if len(list) < most {
			list = append(list, take())
		}
	}, parts...)
	return list, n, err
}

// fresh drops the keys that were found before, and remembers the others.
func (c *cascade) fresh(t *model.Table, list [][]any) [][]any {
	if c.seen[t] == nil {
		c.seen[t] = keys{}
	}
	kept := list[:0]
	for _, key := range list {
		if text := model.KeyText(key...); !c.seen[t][text] {
			c.seen[t][text] = true
			kept = append(kept, key)
		}
	}
	return kept
}

// forUpdate locks the rows that a query reads, where the database can.
func (c *cascade) forUpdate() string {
	if c.d.RowLock && c.locks() {
		return " FOR UPDATE"
	}
	return ""
}

// locks tells if what a cascade reads is locked.
func (c *cascade) locks() bool { return !c.preview || c.bound }

// lockDatabase takes the one lock of a database that has none on rows, before
// anything is read that is written after: later it could be refused.
func lockDatabase(db *gorm.DB, d *dialect.Dialect, table string, m *model.Model) error {
	if d.RowLock {
		return nil
	}
	column := m.Marker.Field.DBName
	_, err := session.Exec(db, "UPDATE ", clause.Table{Name: table}, " SET ", clause.Column{Name: column}, " = ", clause.Column{Name: column}, " WHERE 1 = 0")
	return err
}

// write runs an UPDATE or DELETE of the rows of a table that a condition picks,
// and notes them for observers. It returns their keys if somebody needs them,
// bounded to some.
func (c *cascade) write(t *model.Table, most int, where clause.Expression, write ...session.Part) (keys [][]any, n int64, err error) {
	write = append(write, " WHERE ")
	if c.op.observed.wantsKeys() && len(t.Key()) > 0 {
		most = unbounded
	}
	switch {
	case most == 0:
		n, err = c.listened(t, where, func() (int64, error) { return session.Exec(c.db, append(write, where)...) })
	case c.d.Returning:
		n, err = c.listened(t, where, func() (n int64, err error) {
			keys, n, err = c.collect(t, most, append(write, where, " RETURNING ", expr.Columns(t.Name, t.Key()))...)
			return n, err
		})
	default:
		n, err = c.listened(t, where, func() (n int64, err error) {
			keys, n, err = c.writeLocked(t, most, where, write)
			return n, err
		})
	}
	c.op.observed.note(part{table: t.Name, schema: t.Schema, cascaded: !c.op.addressing, rows: n, keys: keys})
	return keys, n, err
}

// writeLocked is write where the database does not return keys: it locks the rows
// first. What it writes are the locked rows, so that none that comes in between is
// written without being known. Where there are too many to keep their keys, they
// are not needed either.
func (c *cascade) writeLocked(t *model.Table, most int, where clause.Expression, write []session.Part) (keys [][]any, n int64, err error) {
	keys, found, err := c.collect(t, most, "SELECT ", expr.Columns(t.Name, t.Key()), " FROM ", clause.Table{Name: t.Name}, " WHERE ", where, c.forUpdate())
	if err != nil || found == 0 {
		return nil, 0, err
	}
	if found > int64(len(keys)) {
		n, err = session.Exec(c.db, append(write, where)...)
		return keys, n, err
	}
	for chunk := range slices.Chunk(keys, c.d.Chunk(len(t.Key()))) {
		some, err := session.Exec(c.db, append(slices.Clip(write), expr.In(t.Name, t.Key(), chunk))...)
		if err != nil {
			return nil, n, err
		}
		n += some
	}
	return keys, n, nil
}

// restrictions lists the relations whose live rows forbid the operation, of
// those that its plan knows.
func (c *cascade) restrictions() ([]RestrictError, error) {
	var list []RestrictError
	for _, circle := range c.plan.Order {
		for _, t := range circle {
			if c.sets[t].IsEmpty() {
				continue
			}
			for _, l := range c.plan.Guard[t] {
				if c.late[l.Child] && slices.Contains(c.plan.Into[l.Child], l) {
					continue
				}
				restriction, err := c.restriction(l)
				if err != nil {
					return nil, err
				}
				if restriction != nil {
					list = append(list, *restriction)
				}
			}
		}
	}
	return list, nil
}

// restriction is that live rows at a link's end forbid the operation, nil if
// there are none.
func (c *cascade) restriction(l *model.Link) (*RestrictError, error) {
	n, err := c.held(l, nil)
	if err == nil && n > 0 {
		n, err = c.heldInside(l, n)
	}
	if err != nil || n == 0 {
		return nil, err
	}
	return &RestrictError{Model: l.Parent.Schema.Name, Relation: l.Relation, Count: n}, nil
}

// held counts the live rows that hang on the operation's rows by a link, and are
// not among those themselves: of those that are inside of the fence, if that is given.
func (c *cascade) held(l *model.Link, inside clause.Expression) (int64, error) {
	var held int64
	live := rows.Visible(l.Child, model.LiveOnly)
	if inside != nil {
		live = live.And(func(string) clause.Expression { return inside })
	}
	for _, part := range c.sets[l.Parent].Hanging(l, c.d) {
		if l.Parts() && inside == nil && c.forUpdate() != "" {
			// One that is restored meanwhile would be parted from what it hangs on.
			if _, err := session.Query(c.db, []any{new(int)}, func() {}, "SELECT 1 FROM ", clause.Table{Name: l.Child.Name}, " WHERE ", part(l.Child.Name), c.forUpdate()); err != nil {
				return 0, err
			}
		}
		part = part.And(live)
		n, err := session.Count(c.db, l.Child.Name, part(l.Child.Name), c.d.CurrentRead)
		if err != nil {
			return 0, err
		}
		held += n
		if n == 0 || c.sets[l.Child].IsEmpty() {
			continue
		}
		for _, own := range c.sets[l.Child].Conditions(c.d) {
			n, err := session.Count(c.db, l.Child.Name, part.And(own)(l.Child.Name), c.d.CurrentRead)
			if err != nil {
				return 0, err
			}
			held -= n
		}
	}
	return held, nil
}

// check returns the error of the first restriction.
func (c *cascade) check() error {
	list, err := c.restrictions()
	if err == nil && len(list) > 0 {
		err = &list[0]
	}
	return err
}

// tables reports the numbers of rows by table.
func (c *cascade) tables() map[string]int64 {
	rows := map[string]int64{}
	for t, n := range c.rows {
		if n > 0 {
			rows[t.Name] += n
		}
	}
	return rows
}

// writing notes while found rows are written if these were addressed.
func (c *cascade) writing(f found) (after func()) {
	c.op.addressing = f.own
	return func() { c.op.addressing = false }
}

// isAddressed tells if rows of a table were addressed.
func (c *cascade) isAddressed(t *model.Table) bool {
	return slices.ContainsFunc(c.addressed, func(set *rows.Set) bool { return set.Table == t })
}

// tablesInOrder are those of the plan, parents before children.
func (c *cascade) tablesInOrder() []*model.Table {
	if len(c.plan.Order) == 0 {
		return []*model.Table{c.plan.Root} // on which nothing hangs
	}
	return slices.Concat(c.plan.Order...)
}

// inOrder lists all that was found in the order of the plan: of each table, or tables that
// hang on each other, the addressed rows first.
func (c *cascade) inOrder() []found {
	list := make([]found, 0, len(c.addressed)+len(c.log))
	for _, circle := range c.plan.Order {
		for _, set := range c.addressed {
			if slices.Contains(circle, set.Table) {
				list = append(list, found{set: set, own: true, hooks: true})
			}
		}
		for _, f := range c.log {
			if slices.Contains(circle, f.set.Table) {
				list = append(list, f)
			}
		}
	}
	return list
}

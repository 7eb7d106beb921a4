package softdelete

import (
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// selection is a relation that a delete names by Select, with those below it.
type selection struct {
	link  *link
	below []selection
}

// planDelete makes the plan of a soft delete, with the relations that it
// selects. It is nil if the delete is about its own rows only.
func (p *Plugin) planDelete(db *gorm.DB, op *operation) error {
	g := p.models.relations()
	root := rootOf(g, db, op)
	if root == nil {
		return nil
	}
	op.selected = selections(g, db.Statement)
	var tables []*table
	var add func([]selection)
	add = func(list []selection) {
		for _, s := range list {
			tables = append(tables, s.link.child)
			add(s.below)
		}
	}
	add(op.selected)
	plan, err := g.plan(kindSoftDelete, root, tables...)
	err = publicError(err)
	if err != nil || plan.isTrivial() && len(op.selected) == 0 {
		return err
	}
	if len(db.Statement.Schema.PrimaryFields) == 0 {
		return &ModelError{op.model.name(), "", "a cascade needs a primary key"}
	}
	op.plan = plan
	return checkPlan(plan, db, op.selected)
}

// rootOf is the table that an operation starts from; nil if nothing hangs on its
// rows, as on those of another table than the model's, or if its cascade is that
// of the operation that it is a part of.
func rootOf(g *graph, db *gorm.DB, op *operation) *table {
	root := g.tables[op.model.schema.Table]
	if op.outer != nil || root == nil || tableOf(db.Statement, op.model) != root.name {
		return nil
	}
	return root
}

// rootsOf is rootOf as a list.
func rootsOf(g *graph, db *gorm.DB, op *operation) []*table {
	if root := rootOf(g, db, op); root != nil {
		return []*table{root}
	}
	return nil
}

// selections reads the relations that a delete selects, as GORM does: all of
// the statement's own by clause.Associations, and deeper ones by their path.
// Children that are not soft-deletable are left alone.
func selections(g *graph, stmt *gorm.Statement) []selection {
	if len(stmt.Selects) == 0 {
		return nil
	}
	columns, _ := stmt.SelectAndOmitColumns(true, false)
	paths := stmt.Selects
	for _, rel := range declared(stmt.Schema) {
		if columns[rel.Name] {
			paths = append(paths[:len(paths):len(paths)], rel.Name)
		}
	}
	return selectionsOf(g, stmt.Schema, paths, func(name string) bool { return columns[name] })
}

func selectionsOf(g *graph, s *schema.Schema, paths []string, chosen func(string) bool) []selection {
	var list []selection
	for _, rel := range declared(s) {
		l := g.links[rel]
		if l == nil || l.child.model == nil || !chosen(rel.Name) {
			continue
		}
		var below []string
		for _, path := range paths {
			if rest, ok := strings.CutPrefix(path, rel.Name+"."); ok {
				below = append(below, rest)
			}
		}
		list = append(list, selection{l, selectionsOf(g, rel.FieldSchema, below, func(name string) bool {
			for _, path := range below {
				if first, _, _ := strings.Cut(path, "."); first == name || first == clause.Associations {
					return true
				}
			}
			return false
		})})
	}
	return list
}

// softDelete trashes what hangs on the rows that the statement has trashed.
func (c *cascade) softDelete(root *rowSet) error {
	c.sets[c.plan.root] = root
	if err := c.take(c.op.selected, root); err != nil {
		return err
	}
	if err := c.walk(c.trash); err != nil {
		return err
	}
	return c.check()
}

// take trashes what selected relations hold.
func (c *cascade) take(list []selection, from *rowSet) error {
	for _, s := range list {
		// One level only, also where a relation leads to its own table.
		found, err := c.trashParts(s.link.child, from.hanging(s.link, c.d), s.link.hooks)
		if err != nil {
			return err
		}
		c.keep(s.link.child, found)
		if !found.isEmpty() {
			if err := c.take(s.below, found); err != nil {
				return err
			}
		}
	}
	return nil
}

// trash is the step of a soft delete: one UPDATE of live rows.
func (c *cascade) trash(links []*link, from *rowSet) (*rowSet, error) {
	child := links[0].child
	hooks := false
	for _, l := range links {
		hooks = hooks || l.hooks
	}
	return c.trashParts(child, c.hanging(links, from, c.reach(child, liveOnly)), hooks)
}

func (c *cascade) trashParts(child *table, parts []picker, hooks bool) (*rowSet, error) {
	if hooks = hooks && c.op.hooks && (child.schema.BeforeDelete || child.schema.AfterDelete); hooks {
		return c.trashByHooks(child, parts)
	}
	set, err := c.op.stampFor(c.plugin, c.db, child.model)
	if err != nil {
		return nil, err
	}
	found := newSet(child)
	var total int64
	for _, part := range parts {
		live := part.and(c.reach(child, liveOnly))(child.name)
		keys, n, err := c.write(child, c.kept(child), live, "UPDATE ", clause.Table{Name: child.name}, " SET ", set)
		if err != nil {
			return nil, err
		}
		found.keys = append(found.keys, keys...)
		total += n
	}
	c.rows[child] += total
	c.byID(found, total)
	return found, nil
}

// kept is how many keys of the rows of one step are needed: none if nothing hangs
// on them.
func (c *cascade) kept(t *table) int {
	switch {
	case c.endsAt(t):
		return 0
	case t.model.deletionID != nil:
		return few + 1
	default:
		return unbounded
	}
}

// byID names many rows by the id of the operation, where they keep it. The id
// stands for all rows of the table that the operation has trashed.
func (c *cascade) byID(set *rowSet, n int64) {
	t := set.table
	if t.model.deletionID == nil || n <= few {
		return
	}
	id, err := uuidFor(t.model.deletionID, c.op.id)
	if err != nil {
		return
	}
	set.keys, set.whole = nil, true
	set.where = []picker{func(name string) clause.Expression {
		return clause.Eq{Column: clause.Column{Table: name, Name: t.model.deletionID.DBName}, Value: id}
	}}
}

// endsAt tells if nothing is followed from a table.
func (c *cascade) endsAt(t *table) bool {
	return c.plan.isLeaf(t) && !selects(c.op.selected, t)
}

func selects(list []selection, t *table) bool {
	return slices.ContainsFunc(list, func(s selection) bool { return s.link.parent == t || selects(s.below, t) })
}

// trashByHooks trashes rows in batches by a delete of their own, which runs
// their hooks.
func (c *cascade) trashByHooks(child *table, parts []picker) (*rowSet, error) {
	found := newSet(child)
	for _, part := range parts {
		live := part.and(c.reach(child, liveOnly))(child.name)
		keys, _, err := c.collect(child, unbounded, "SELECT ", expr.Columns(child.name, child.key()), " FROM ", clause.Table{Name: child.name}, " WHERE ", live, c.forUpdate())
		if err != nil {
			return nil, err
		}
		found.keys = append(found.keys, keys...)
	}
	n, err := c.eachBatch(found, func(tx *gorm.DB, rows any) *gorm.DB { return tx.Delete(rows) })
	c.rows[child] += n
	return found, err
}

// hookBatch is how many rows are loaded at a time for their hooks.
const hookBatch = 500

// eachBatch loads the rows of a set and hands them to a verb, as a part of this
// operation.
func (c *cascade) eachBatch(set *rowSet, verb func(tx *gorm.DB, rows any) *gorm.DB) (n int64, err error) {
	s := set.table.schema
	for start := 0; start < len(set.keys); start += hookBatch {
		chunk := set.keys[start:min(start+hookBatch, len(set.keys))]
		rows := reflect.New(reflect.SliceOf(reflect.PointerTo(s.ModelType)))
		tx := c.d.Reading(session.Beside(c.db).Unscoped()).Model(rows.Interface()).Where(expr.In(set.table.name, set.table.key(), chunk))
		if err := session.ReadRows(stored(tx), rows.Interface()); err != nil {
			return n, err
		}
		if rows.Elem().Len() == 0 {
			continue
		}
		tx = session.Beside(c.db).Clauses()
		tx.Statement.SkipHooks = false
		copySettings(tx.Statement, c.db.Statement)
		tx.Statement.Clauses[requestKey] = clause.Clause{Expression: &request{within: c.op}}
		tx = verb(tx, rows.Interface())
		if tx.Error != nil {
			return n, tx.Error
		}
		n += tx.RowsAffected
	}
	return n, nil
}

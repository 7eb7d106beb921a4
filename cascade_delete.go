package softdelete

import (
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// selection is a relation that a delete names by Select, with those below it.
type selection struct {
	link  *model.Link
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
	var tables []*model.Table
	var add func([]selection)
	add = func(list []selection) {
		for _, s := range list {
			tables = append(tables, s.link.Child)
			add(s.below)
		}
	}
	add(op.selected)
	plan, err := g.Plan(model.SoftDelete, root, tables...)
	err = publicError(err)
	if err != nil || plan.IsTrivial() && len(op.selected) == 0 {
		return err
	}
	if len(db.Statement.Schema.PrimaryFields) == 0 {
		return &ModelError{op.model.Name(), "", "a cascade needs a primary key"}
	}
	op.plan = plan
	return checkPlan(plan, db, op.selected)
}

// rootOf is the table that an operation starts from; nil if nothing hangs on its
// rows, as on those of another table than the model's, or if its cascade is that
// of the operation that it is a part of.
func rootOf(g *model.Graph, db *gorm.DB, op *operation) *model.Table {
	root := g.Tables[op.model.Schema.Table]
	if op.outer != nil || root == nil || session.TableOf(db.Statement, op.model.Schema) != root.Name {
		return nil
	}
	return root
}

// rootsOf is rootOf as a list.
func rootsOf(g *model.Graph, db *gorm.DB, op *operation) []*model.Table {
	if root := rootOf(g, db, op); root != nil {
		return []*model.Table{root}
	}
	return nil
}

// selections reads the relations that a delete selects, as GORM does: all of
// the statement's own by clause.Associations, and deeper ones by their path.
// Children that are not soft-deletable are left alone.
func selections(g *model.Graph, stmt *gorm.Statement) []selection {
	if len(stmt.Selects) == 0 {
		return nil
	}
	columns, _ := stmt.SelectAndOmitColumns(true, false)
	paths := stmt.Selects
	for _, rel := range model.Declared(stmt.Schema) {
		if columns[rel.Name] {
			paths = append(paths[:len(paths):len(paths)], rel.Name)
		}
	}
	return selectionsOf(g, stmt.Schema, paths, func(name string) bool { return columns[name] })
}

func selectionsOf(g *model.Graph, s *schema.Schema, paths []string, chosen func(string) bool) []selection {
	var list []selection
	for _, rel := range model.Declared(s) {
		l := g.Links[rel]
		if l == nil || l.Child.Model == nil || !chosen(rel.Name) {
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
func (c *cascade) softDelete(root *rows.Set) error {
	c.sets[c.plan.Root] = root
	if err := c.take(c.op.selected, root); err != nil {
		return err
	}
	if err := c.walk(c.trash); err != nil {
		return err
	}
	return c.check()
}

// take trashes what selected relations hold.
func (c *cascade) take(list []selection, from *rows.Set) error {
	for _, s := range list {
		// One level only, also where a relation leads to its own table.
		found, err := c.trashParts(s.link.Child, from.Hanging(s.link, c.d), s.link.Hooks)
		if err != nil {
			return err
		}
		c.keep(s.link.Child, found)
		if !found.IsEmpty() {
			if err := c.take(s.below, found); err != nil {
				return err
			}
		}
	}
	return nil
}

// trash is the step of a soft delete: one UPDATE of live rows.
func (c *cascade) trash(links []*model.Link, from *rows.Set) (*rows.Set, error) {
	child := links[0].Child
	hooks := false
	for _, l := range links {
		hooks = hooks || l.Hooks
	}
	return c.trashParts(child, c.hanging(links, from, c.reach(child, model.LiveOnly)), hooks)
}

func (c *cascade) trashParts(child *model.Table, parts []rows.Picker, hooks bool) (*rows.Set, error) {
	if hooks = hooks && c.op.hooks && (child.Schema.BeforeDelete || child.Schema.AfterDelete); hooks {
		return c.trashByHooks(child, parts)
	}
	set, err := c.op.stampFor(c.plugin, c.db, child.Model)
	if err != nil {
		return nil, err
	}
	found := rows.NewSet(child)
	var total int64
	for _, part := range parts {
		live := part.And(c.reach(child, model.LiveOnly))(child.Name)
		keys, n, err := c.write(child, c.kept(child), live, "UPDATE ", clause.Table{Name: child.Name}, " SET ", set)
		if err != nil {
			return nil, err
		}
		found.Keys = append(found.Keys, keys...)
		total += n
	}
	c.rows[child] += total
	c.byID(found, total)
	return found, nil
}

// kept is how many keys of the rows of one step are needed: none if nothing hangs
// on them.
func (c *cascade) kept(t *model.Table) int {
	switch {
	case c.endsAt(t):
		return 0
	case t.Model.DeletionID != nil:
		return rows.Few + 1
	default:
		return unbounded
	}
}

// byID names many rows by the id of the operation, where they keep it. The id
// stands for all rows of the table that the operation has trashed.
func (c *cascade) byID(set *rows.Set, n int64) {
	t := set.Table
	if t.Model.DeletionID == nil || n <= rows.Few {
		return
	}
	id, err := model.UUIDFor(t.Model.DeletionID, c.op.id)
	if err != nil {
		return
	}
	set.Keys, set.Whole = nil, true
	set.Where = []rows.Picker{func(name string) clause.Expression {
		return clause.Eq{Column: clause.Column{Table: name, Name: t.Model.DeletionID.DBName}, Value: id}
	}}
}

// endsAt tells if nothing is followed from a table.
func (c *cascade) endsAt(t *model.Table) bool {
	return c.plan.IsLeaf(t) && !selects(c.op.selected, t)
}

func selects(list []selection, t *model.Table) bool {
	return slices.ContainsFunc(list, func(s selection) bool { return s.link.Parent == t || selects(s.below, t) })
}

// trashByHooks trashes rows in batches by a delete of their own, which runs
// their hooks.
func (c *cascade) trashByHooks(child *model.Table, parts []rows.Picker) (*rows.Set, error) {
	found := rows.NewSet(child)
	for _, part := range parts {
		live := part.And(c.reach(child, model.LiveOnly))(child.Name)
		keys, _, err := c.collect(child, unbounded, "SELECT ", expr.Columns(child.Name, child.Key()), " FROM ", clause.Table{Name: child.Name}, " WHERE ", live, c.forUpdate())
		if err != nil {
			return nil, err
		}
		found.Keys = append(found.Keys, keys...)
	}
	n, err := c.eachBatch(found, func(tx *gorm.DB, rows any) *gorm.DB { return tx.Delete(rows) })
	c.rows[child] += n
	return found, err
}

// hookBatch is how many rows are loaded at a time for their hooks.
const hookBatch = 500

// eachBatch loads the rows of a set and hands them to a verb, as a part of this
// operation.
func (c *cascade) eachBatch(set *rows.Set, verb func(tx *gorm.DB, rows any) *gorm.DB) (n int64, err error) {
	s := set.Table.Schema
	for start := 0; start < len(set.Keys); start += hookBatch {
		chunk := set.Keys[start:min(start+hookBatch, len(set.Keys))]
		rows := reflect.New(reflect.SliceOf(reflect.PointerTo(s.ModelType)))
		tx := c.d.Reading(session.Beside(c.db).Unscoped()).Model(rows.Interface()).Where(expr.In(set.Table.Name, set.Table.Key(), chunk))
		if err := session.ReadRows(session.Stored(tx), rows.Interface()); err != nil {
			return n, err
		}
		if rows.Elem().Len() == 0 {
			continue
		}
		tx = session.Beside(c.db).Clauses()
		tx.Statement.SkipHooks = false
		session.CopySettings(tx.Statement, c.db.Statement)
		tx.Statement.Clauses[requestKey] = clause.Clause{Expression: &request{within: c.op}}
		tx = verb(tx, rows.Interface())
		if tx.Error != nil {
			return n, tx.Error
		}
		n += tx.RowsAffected
	}
	return n, nil
}

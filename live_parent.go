package softdelete

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/liveparent"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// findLiveParents completes what has just been adopted, when all of it is known.
// The lock is held.
func (r *registry) findLiveParents() {
	wrong := map[*schema.Schema]error{}
	for s, e := range r.pending {
		if e.err == nil && (e.model == nil || e.model.Schema == s) {
			if e.parents, wrong[s] = r.liveParents(s); wrong[s] == nil {
				delete(wrong, s)
			}
		}
	}
	for s, err := range wrong {
		*r.pending[s] = entry{err: err}
		refuse(s, err)
	}
	for s, e := range r.pending {
		if e.model != nil && e.model.Schema != s { // GORM's own schema of a join table
			e.parents = r.known(e.model.Schema).parents
		}
	}
	for s, e := range r.pending {
		e.checks = r.reachesCheck(s, map[*schema.Schema]bool{})
	}
}

// liveParents lists the relations of a schema that have the tag.
func (r *registry) liveParents(s *schema.Schema) ([]*liveparent.Relation, error) {
	var parents []*liveparent.Relation
	for _, rel := range s.Relationships.BelongsTo {
		if tag, err := model.TagOf(rel); err != nil || !tag.LiveParent {
			continue
		}
		parent := r.known(rel.FieldSchema)
		if parent.err != nil {
			return nil, parent.err
		}
		if parent.model == nil {
			return nil, &ModelError{s.Name, rel.Field.Name, "the tag liveParent needs a parent that is soft-deletable"}
		}
		l := &liveparent.Relation{Name: rel.Name, Parent: parent.model}
		l.Reachable = func(db *gorm.DB) error {
			if s := db.Statement.Schema; s != nil && apart(db, s, l.Parent.Schema) {
				return &ModelError{s.Name, l.Name, "its parents are in another database, and cannot be kept from being trashed meanwhile: it cannot have the tag liveParent"}
			}
			return nil
		}
		for _, ref := range rel.References {
			if ref.PrimaryKey != nil && !ref.OwnPrimaryKey {
				l.Foreign = append(l.Foreign, ref.ForeignKey.DBName)
				l.Referred = append(l.Referred, ref.PrimaryKey.DBName)
			}
		}
		parents = append(parents, l)
	}
	return parents, nil
}

// reachesCheck tells if a schema, or one that GORM saves along with it, has a
// relation with the tag.
func (r *registry) reachesCheck(s *schema.Schema, seen map[*schema.Schema]bool) bool {
	e := r.known(s)
	if e == nil || seen[s] {
		return false
	}
	seen[s] = true
	return len(e.parents) > 0 || slices.ContainsFunc(model.Relations(s), func(rel *schema.Relationship) bool {
		return r.reachesCheck(rel.FieldSchema, seen) || rel.JoinTable != nil && r.reachesCheck(rel.JoinTable, seen)
	})
}

// checkLiveParents returns ErrParentTrashed if one of the rows of a table that a
// condition picks has a trashed parent by a relation with the tag. It is called
// after the rows became live, in the same transaction; until the end of that the
// parents stay locked, where the database has row locks. The condition names its
// columns with the table.
func (p *Plugin) checkLiveParents(db *gorm.DB, s *schema.Schema, table string, where clause.Expression) error {
	e := p.models.entry(db, s)
	if e.err != nil || db.DryRun {
		return e.err
	}
	for _, l := range e.parents {
		if err := l.CheckRows(db, dialectOf(db), s, table, where); err != nil {
			return err
		}
	}
	return nil
}

// trashedParents lists the models of which trashed rows would forbid a restore: those that
// its rows hang on by a cascade, unless these come back with it, and by a relation with the
// tag those that stay in the trash.
func (c *cascade) trashedParents(r *request) (names []string, err error) {
	add := func(more ...string) {
		for _, name := range more {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, set := range c.addressed {
		if !r.rootOnly && !set.IsEmpty() {
			above, err := c.lookUp(set, r.parents)
			if err != nil {
				return nil, err
			}
			add(above...)
		}
	}
	for _, set := range c.restored() {
		for _, l := range c.plugin.models.entry(c.db, set.Table.Schema).parents {
			if stays, err := c.staysTrashed(l, set); err != nil {
				return nil, err
			} else if stays {
				add(l.Parent.Name())
			}
		}
	}
	return names, nil
}

// staysTrashed tells if one of some rows has a trashed parent by a relation with the tag,
// that is not restored with it.
func (c *cascade) staysTrashed(l *liveparent.Relation, set *rows.Set) (bool, error) {
	if err := l.Reachable(c.db); err != nil {
		return false, err
	}
	t := set.Table
	above := expr.All{(&model.Filter{Model: l.Parent, Table: parentName, Show: model.TrashedOnly})}
	for _, restored := range c.restored() {
		if restored.Table.Name != l.Parent.Schema.Table {
			continue
		}
		for _, part := range restored.Conditions(c.d) {
			above = append(above, expr.Func(func(b clause.Builder) {
				_, _ = b.WriteString("CASE WHEN ")
				part(parentName).Build(b)
				_, _ = b.WriteString(" THEN 1 ELSE 0 END = 0")
			}))
		}
	}
	for _, part := range set.Conditions(c.d) {
		n, err := session.Query(c.db, []any{new(int)}, func() {}, "SELECT 1 FROM ", clause.Table{Name: t.Name, Alias: rows.ChildName},
			" JOIN ", clause.Table{Name: l.Parent.Schema.Table, Alias: parentName}, " ON ", expr.Equal(parentName, rows.ChildName, l.Referred, l.Foreign),
			" WHERE ", part(rows.ChildName), " AND ", above, " LIMIT 1")
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// checkCreate makes GORM's create step check the parents of the rows that it inserts.
func (p *Plugin) checkCreate(db *gorm.DB, e *entry, next func(*gorm.DB)) func(*gorm.DB) {
	if len(e.parents) == 0 || db.DryRun {
		return next
	}
	return func(db *gorm.DB) {
		stmt := db.Statement
		in := &liveparent.Insert{Dialect: dialectOf(db), Model: e.model}
		in.Begin = func(undoable bool) { p.beforeCheck(db, e.model, undoable) }
		in.SkipsTrashed = func() bool {
			return e.model != nil && isUpsert(stmt) && requestOf(stmt).showOf(stmt, e.model) == model.LiveOnly
		}
		in.Run(db, e.parents, next)
	}
}

// checkUpdate makes GORM's update step check the parents that it gives to rows. One of
// trashed rows only makes no row live.
func (p *Plugin) checkUpdate(db *gorm.DB, e *entry, next func(*gorm.DB)) func(*gorm.DB) {
	stmt := db.Statement
	if len(e.parents) == 0 || db.DryRun || e.model != nil && requestOf(stmt).showOf(stmt, e.model) == model.TrashedOnly {
		return next
	}
	return func(db *gorm.DB) {
		up := &liveparent.Update{Dialect: dialectOf(db), Begin: func(undoable bool) { p.beforeCheck(db, e.model, undoable) }}
		up.Run(db, e.parents, next)
	}
}

// beforeCheck sees to it that a check and the write after it are in one
// transaction. If something is to be undone after the check, it is a unit in the
// caller's transaction too.
func (p *Plugin) beforeCheck(db *gorm.DB, m *model.Model, undoable bool) {
	_, inside := db.Statement.ConnPool.(gorm.TxCommitter)
	if operationOf(db.Statement) != nil || inside && !undoable {
		return
	}
	p.begin(db, OpNone, m).beginUnit(db)
}

// writesBeforeCheck tells if a create or update may write something before a
// check fails: by hooks, or by associations that are saved along.
func (e *entry) writesBeforeCheck(db *gorm.DB, hooks bool) bool {
	if !e.checks || db.DryRun {
		return false
	}
	stmt := db.Statement
	return hooks && !stmt.SkipHooks && len(e.parents) > 0 || savesAlong(stmt)
}

// savesAlong tells if the values of a statement have associations.
func savesAlong(stmt *gorm.Statement) bool {
	along := model.Declared(stmt.Schema)
	for _, value := range []reflect.Value{model.Pointee(stmt.ReflectValue), model.Pointee(reflect.ValueOf(stmt.Model))} {
		if value.IsValid() && value.Type() == reflect.TypeFor[map[string]any]() {
			for _, rel := range along {
				if value.MapIndex(reflect.ValueOf(rel.Name)).IsValid() {
					return true
				}
			}
		}
		if !model.Holds(value, stmt.Schema) {
			continue
		}
		for _, row := range model.ElementsOf(value) {
			for _, rel := range along {
				if !row.IsValid() {
					break
				}
				if _, zero := rel.Field.ValueOf(stmt.Context, row); !zero {
					return true
				}
			}
		}
	}
	return false
}

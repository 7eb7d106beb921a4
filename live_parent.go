package softdelete

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// liveParent is a belongs-to relation with the tag softdelete:"liveParent": no
// row is written so that it is live and its parent by this relation trashed.
type liveParent struct {
	relation string // the relation's field
	parent   *model.Model

	// foreign are columns of the child, referred those of the parent that they
	// hold.
	foreign, referred []string

	// reachable is an error if the parents cannot be locked from where a statement is.
	reachable func(*gorm.DB) error
}

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
func (r *registry) liveParents(s *schema.Schema) ([]*liveParent, error) {
	var parents []*liveParent
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
		l := &liveParent{relation: rel.Name, parent: parent.model}
		l.reachable = func(db *gorm.DB) error {
			if s := db.Statement.Schema; s != nil && apart(db, s, l.parent.Schema) {
				return &ModelError{s.Name, l.relation, "its parents are in another database, and cannot be kept from being trashed meanwhile: it cannot have the tag liveParent"}
			}
			return nil
		}
		for _, ref := range rel.References {
			if ref.PrimaryKey != nil && !ref.OwnPrimaryKey {
				l.foreign = append(l.foreign, ref.ForeignKey.DBName)
				l.referred = append(l.referred, ref.PrimaryKey.DBName)
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
		if err := l.checkRows(db, dialectOf(db), s, table, where); err != nil {
			return err
		}
	}
	return nil
}

// checkRows is checkLiveParents for one relation.
func (l *liveParent) checkRows(db *gorm.DB, d *dialect.Dialect, s *schema.Schema, table string, where clause.Expression) error {
	trashed, err := l.trashedParents(db, d, &rows.Selected{
		Columns: expr.Columns("", l.referred), From: table, List: expr.Columns(table, l.foreign), Where: where,
		Dialect: new(dialect.Dialect), // the query around it locks what it reads
	})
	if err == nil && len(trashed) > 0 {
		err = l.refusal(s)
	}
	return err
}

func (l *liveParent) refusal(s *schema.Schema) error {
	return fail(parentTrashed, s.Name, "the row of relation "+l.relation+" is in the trash, restore it first or give another")
}

// unsure is the error of a write of which it cannot be told which parent it
// gives to the rows.
func (l *liveParent) unsure(s *schema.Schema, why string) error {
	return fmt.Errorf("softdelete: model %s: %w: relation %s is tagged liveParent, and %s", s.Name, gorm.ErrInvalidData, l.relation, why)
}

// trashedAmong returns which of some keys are those of trashed parents.
func (l *liveParent) trashedAmong(db *gorm.DB, d *dialect.Dialect, keys [][]any) ([][]any, error) {
	var trashed [][]any
	for chunk := range slices.Chunk(keys, d.Chunk(len(l.referred))) {
		some, err := l.trashedParents(db, d, expr.In("", l.referred, chunk))
		if err != nil {
			return nil, err
		}
		trashed = append(trashed, some...)
	}
	return trashed, nil
}

// trashedParents locks the parents that a condition picks, so that none is
// trashed before the transaction is over, and returns the keys of the trashed
// ones. The key of a live one is not among them, whatever trashed rows share it.
func (l *liveParent) trashedParents(db *gorm.DB, d *dialect.Dialect, where clause.Expression) ([][]any, error) {
	if err := l.reachable(db); err != nil {
		return nil, err
	}
	var trashed int
	dest := make([]any, len(l.referred), len(l.referred)+1)
	for i, name := range l.referred {
		// In the type of the field a key is compared in the form that it has in
		// the caller's values.
		if field := l.parent.Schema.FieldsByDBName[name]; field.Serializer == nil {
			dest[i] = reflect.New(field.FieldType).Interface()
		} else {
			dest[i] = new(any)
		}
	}
	dest = append(dest, &trashed)
	type found struct {
		key  []any
		live bool
	}
	byKey, order := map[string]*found{}, []*found(nil)
	_, err := session.Query(db, dest, func() {
		key := make([]any, len(l.referred))
		for i := range key {
			key[i] = reflect.ValueOf(dest[i]).Elem().Interface()
		}
		text := model.KeyText(key...)
		f := byKey[text]
		if f == nil {
			f = &found{key: key}
			byKey[text], order = f, append(order, f)
		}
		f.live = f.live || trashed == 0
	}, "SELECT ", expr.Columns("", l.referred), ", CASE WHEN ", &model.Filter{Model: l.parent, Show: model.TrashedOnly}, " THEN 1 ELSE 0 END FROM ",
		clause.Table{Name: l.parent.Schema.Table}, " WHERE ", where, shareLock(d))
	if err != nil {
		return nil, err
	}
	var keys [][]any
	for _, f := range order {
		if !f.live {
			keys = append(keys, f.key)
		}
	}
	return keys, nil
}

// shareLock locks the rows of a SELECT against being trashed, while others may
// lock them like that too.
func shareLock(d *dialect.Dialect) session.Part {
	if !d.RowLock {
		return ""
	}
	return locking{}
}

// locking leaves the words of the lock to the dialect.
type locking struct{}

func (locking) Build(b clause.Builder) {
	if stmt, ok := b.(*gorm.Statement); ok {
		_ = b.WriteByte(' ')
		stmt.AddClause(clause.Locking{Strength: clause.LockingStrengthShare})
		stmt.Build("FOR")
	}
}

// beOnlyWriter makes the transaction the one that writes, where a database has
// one at a time and no row locks. A transaction that has only read so far would
// have to give up if another one wrote meanwhile, without waiting for it.
func (l *liveParent) beOnlyWriter(db *gorm.DB, d *dialect.Dialect) error {
	if d.RowLock {
		return nil
	}
	marker := clause.Column{Name: l.parent.Marker.Field.DBName}
	_, err := session.Exec(db, "UPDATE ", clause.Table{Name: l.parent.Schema.Table}, " SET ", marker, " = ", marker, " WHERE 1 = 0")
	return err
}

// checkCreate makes GORM's create step check the parents of the rows that it inserts.
func (p *Plugin) checkCreate(db *gorm.DB, e *entry, next func(*gorm.DB)) func(*gorm.DB) {
	if len(e.parents) == 0 || db.DryRun {
		return next
	}
	return func(db *gorm.DB) {
		stmt := db.Statement
		in := &insert{d: dialectOf(db), model: e.model}
		in.begin = func(undoable bool) { p.beforeCheck(db, e.model, undoable) }
		in.skipsTrashed = func() bool {
			return e.model != nil && isUpsert(stmt) && requestOf(stmt).showOf(stmt, e.model) == model.LiveOnly
		}
		in.run(db, e.parents, next)
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
		up := &update{d: dialectOf(db), begin: func(undoable bool) { p.beforeCheck(db, e.model, undoable) }}
		up.run(db, e.parents, next)
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

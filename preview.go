package softdelete

import (
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Plan is what an operation would do: see Preview.
type Plan struct {
	Operation Operation

	// Rows counts by table the rows that would be trashed, restored or removed,
	// those of the cascade included.
	Rows map[string]int64

	// Restricted are the relations whose live rows forbid the operation.
	Restricted []RestrictError

	// Conflicts are the unique indexes that forbid a restore, of those that the
	// models declare.
	Conflicts []ConflictError

	// TrashedParents are the models of which trashed rows forbid a restore, as
	// the rows to restore hang on them: see WithParents.
	TrashedParents []string
}

// Preview says what a delete, restore, purge or force delete would do, and
// writes nothing. It takes what the verb takes, and walks the same plan:
//
//	plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &user)
//
//	SELECT id FROM users WHERE users.id = 1 AND users.deleted_at IS NULL
//	SELECT id FROM posts WHERE posts.user_id IN (1) AND posts.deleted_at IS NULL
//	SELECT id FROM comments WHERE comments.post_id IN (7, 8) AND comments.deleted_at IS NULL
//
// What would be a *RestrictError, a *ConflictError or ErrParentTrashed is in the
// Plan; the verb's other errors are returned. No hooks run, and nothing is
// locked: rows may change before the verb runs. Beside dbresolver it reads the
// primary, as the verb does. For OpNone or an unknown
// operation it returns gorm.ErrInvalidValue.
func Preview(db *gorm.DB, op Operation, value any, conds ...any) (Plan, error) {
	if op < OpSoftDelete || op > OpForceDelete {
		return Plan{}, fmt.Errorf("softdelete: %w: there is no preview of operation %q", gorm.ErrInvalidValue, op)
	}
	made := &Plan{Operation: op, Rows: map[string]int64{}}
	tx := ask(db, func(r *request) { r.preview = made })
	if rv := reflect.ValueOf(value); op == OpSoftDelete && rv.Kind() == reflect.Struct {
		// As db.Delete takes it.
		addressable := reflect.New(rv.Type())
		addressable.Elem().Set(rv)
		value = addressable.Interface()
	}
	if tx.Error == nil {
		tx = address(tx, op, value, conds)
	}
	defer forgetVerb(tx.Statement)
	if tx.Error == nil {
		// A preview reads where the operation does.
		defer session.SendToPrimary(tx)()
		tx = tx.Callback().Row().Execute(tx)
	}
	switch {
	case tx.Error != nil:
		return Plan{}, tx.Error
	case requestOf(tx.Statement).preview != nil:
		return Plan{}, stepReplaced("row")
	}
	return *made, nil
}

// previewed wraps GORM's row step, by which a preview comes: in the chain of
// queries it would be taken for one that loads something.
func (p *Plugin) previewed(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		made := requestOf(db.Statement).preview
		if made == nil {
			next(db)
			return
		}
		defer forgetVerb(db.Statement)
		if db.Error != nil {
			return
		}
		dropBuilt(db)
		if m := p.modelOf(db); m != nil && db.Error == nil && !rejectNil(db) {
			_ = db.AddError(p.preview(db, m, made))
		}
	}
}

// dropBuilt takes off a preview the SQL that another plugin has built for it on the
// way, with what building it has left: SQL of the caller's was refused before.
func dropBuilt(db *gorm.DB) {
	stmt := db.Statement
	if stmt.SQL.Len() == 0 {
		return
	}
	stmt.SQL.Reset()
	stmt.Vars = nil
	removeFilter(stmt)
	unfilterFrom(stmt)
	callbacks.AfterQuery(db) // takes the joins off
}

func (p *Plugin) preview(db *gorm.DB, m *model.Model, made *Plan) error {
	stmt := db.Statement
	op := &operation{kind: made.Operation, model: m, dialect: dialectOf(db)}
	plan, err := p.planPreview(db, op)
	if err != nil {
		return err
	}
	op.plan = plan
	c := p.newCascade(db, op)
	c.preview, c.d = true, c.d.AsSeen() // a look takes no locks
	if err := c.heed(); err != nil {
		return err
	}
	filter, show, follow := clause.Expression(m.LiveRows), model.LiveOnly, c.goAlong
	switch op.kind {
	case OpSoftDelete:
		if requestOf(stmt).showOf(stmt, m) == model.TrashedOnly {
			filter, show = nothing{m}, model.TrashedOnly
		}
	case OpRestore:
		filter, show = op.trashedFilter(stmt)
		follow = c.restorable
	default:
		filter, show = op.removalFilter(stmt)
	}
	t, ok := newTarget(db, op, show)
	if !ok || db.DryRun {
		return nil
	}
	// A preview comes by the chain of queries: those that write have others on them.
	more, err := neighbours.Asked(db, model.Operation(op.kind), neighbours.Writing(db, model.Operation(op.kind)), stmt.Schema, c.heeds.listen, nil)
	if err != nil {
		return err
	}
	t.exprs = append(t.exprs, rawsql.Enclose(more)...)
	if err := c.resolve(t, filter, follow); err != nil {
		return err
	}
	own := c.own
	if own.IsEmpty() {
		if p.config.Strict && t.isKeyed() && requestOf(stmt).batch == nil {
			return notFound(m.Name(), "a "+op.kind.String())
		}
		return nil
	}
	if op.kind == OpRestore && !requestOf(stmt).rootOnly && session.TableOf(stmt, m.Schema) == plan.Root.Name {
		if made.TrashedParents, err = c.lookUp(own, requestOf(stmt).parents); err != nil {
			return err
		}
	}
	if op.kind == OpRestore {
		made.Conflicts, err = c.conflicts()
	} else {
		made.Restricted, err = c.restrictions()
	}
	made.Rows = c.tables()
	if name := session.TableOf(stmt, m.Schema); name != plan.Root.Name {
		made.Rows = map[string]int64{name: int64(len(own.Keys))}
	}
	return err
}

// planPreview is the plan of the operation itself; also a trivial one, as a
// preview reads the rows of that too.
func (p *Plugin) planPreview(db *gorm.DB, op *operation) (*model.Plan, error) {
	planned := p.planRemoval
	switch op.kind {
	case OpSoftDelete:
		planned = p.planDelete
	case OpRestore:
		planned = p.planRestore
	}
	if err := planned(db, op); err != nil || op.plan != nil {
		return op.plan, err
	}
	root := p.models.relations().Tables[op.model.Schema.Table]
	if len(root.Key()) == 0 {
		return nil, &ModelError{op.model.Name(), "", "a preview needs a primary key"}
	}
	return model.NewPlan(model.Operation(op.kind), root, nil), nil
}

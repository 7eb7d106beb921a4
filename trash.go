package softdelete

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Trash is the trash of a whole database, or a part of it: see [OpenTrash] and Scopes. It
// is never changed by its methods, and safe for concurrent use.
type Trash struct {
	db        *gorm.DB
	models    []*model.Model // nil for all that are registered
	retention time.Duration
	err       error // of what it was made of
}

// OpenTrash returns the trash of some models, or without any of all models that are
// registered at the time. Registered are those in [Config].Models, those that have been
// used, and those that these are related to.
//
//	trash, err := softdelete.OpenTrash(db)
//	page, err := trash.List(ctx, softdelete.ListOptions{})
//
// Conditions that db has already stay in force on every table. The errors are
// [ErrNotInstalled], [ErrNotSoftDeletable] for a model without a marker,
// gorm.ErrInvalidValue for what is no model, gorm.ErrInvalidDB for a nil handle.
func OpenTrash(db *gorm.DB, models ...any) (*Trash, error) {
	if db == nil || db.Config == nil {
		return nil, fmt.Errorf("softdelete: %w: OpenTrash(nil)", gorm.ErrInvalidDB)
	}
	if _, ok := installed(db); !ok {
		return nil, ErrNotInstalled
	}
	t := &Trash{db: db}
	if len(models) == 0 {
		return t, nil
	}
	var err error
	t.models, err = modelsOf(db, models)
	return t, err
}

// Scopes returns the part of the trash that scopes leave, such as a tenant's. That part
// is all that is listed and counted, loaded, restored, purged and emptied, and what is
// previewed of that. Called again, it narrows further.
//
//	mine := trash.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 7) })
//	page, err := mine.List(ctx, softdelete.ListOptions{})
//
//	SELECT id, deleted_at FROM posts WHERE tenant_id = 7 AND posts.deleted_at IS NOT NULL …
//
// Each is called for each model, whose value is in db.Statement.Model, and for each
// statement. No scope shows what is not in the trash, [WithTrashed] and Unscoped do not
// either. What hangs on a row by a cascading relation goes with it, and is not asked for
// the scopes: under [Trash.Within] it is.
//
// [TrashedBefore] and its kin are scopes too. So are [WithParents], [RootOnly] and
// [Expect], of which reads know nothing.
//
// The error comes with the methods. It is gorm.ErrInvalidValue for a nil scope, for one
// that returns no handle or another one, and for one that groups rows or names another
// table. What a scope adds to its handle by AddError is the error, too.
func (t *Trash) Scopes(scopes ...func(*gorm.DB) *gorm.DB) *Trash {
	if t == nil || t.db == nil {
		return t
	}
	part := *t
	narrow := make([]func(*gorm.DB) *gorm.DB, 0, len(scopes))
	for _, scope := range scopes {
		if scope == nil {
			part.err = errNilScope
			return &part
		}
		narrow = append(narrow, narrowing(scope))
	}
	part.db = t.db.Session(&gorm.Session{}).Scopes(narrow...).Session(&gorm.Session{})
	return &part
}

// modelsOf looks values up, each table once.
func modelsOf(db *gorm.DB, values []any) ([]*model.Model, error) {
	list := make([]*model.Model, 0, len(values))
	for _, value := range values {
		m, err := soft(db, value)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(other *model.Model) bool { return other.Schema.Table == m.Schema.Table }) {
			list = append(list, m)
		}
	}
	return list, nil
}

// begin returns a handle of a context, and the models that are meant: those
// chosen, or else all of the trash, in the order of their tables' names.
func (t *Trash) begin(ctx context.Context, chosen []any) (*gorm.DB, []*model.Model, error) {
	if t == nil || t.db == nil {
		return nil, nil, fmt.Errorf("softdelete: %w: the trash is nil, open it with OpenTrash", gorm.ErrInvalidDB)
	}
	if ctx == nil {
		return nil, nil, errNilContext
	}
	if t.err != nil {
		return nil, nil, t.err
	}
	models := slices.Clone(t.models)
	if len(chosen) > 0 {
		list, err := modelsOf(t.db, chosen)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range list {
			if t.models != nil && !slices.ContainsFunc(models, func(other *model.Model) bool { return other.Schema.Table == m.Schema.Table }) {
				return nil, nil, fmt.Errorf("softdelete: model %s: %w: it is not among the models that the trash was opened with", m.Name(), gorm.ErrInvalidValue)
			}
		}
		models = list
	} else if t.models == nil {
		p, _ := installed(t.db)
		models = p.models.relations().Models()
	}
	slices.SortFunc(models, func(a, b *model.Model) int { return cmp.Compare(a.Schema.Table, b.Schema.Table) })
	return t.db.WithContext(ctx), models, nil
}

var errNilContext = fmt.Errorf("softdelete: %w: the context is nil", gorm.ErrInvalidValue)

// narrowing is a scope that leaves less than there was before: what it says stands beside
// that, whatever ORs it has, and takes nothing of it back.
func narrowing(scope func(*gorm.DB) *gorm.DB) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if scope == nil {
			_ = db.AddError(errNilScope)
			return db
		}
		where, limit, asked, part := session.WhereExprs(db.Statement), db.Statement.Clauses["LIMIT"], requestOf(db.Statement), new(byte)
		delete(db.Statement.Clauses, "WHERE")
		tx := scope(ask(db, func(r *request) { r.conditions, r.part = nil, part }))
		if tx == nil || tx.Config == nil || tx.Statement == nil || requestOf(session.Own(tx).Statement).part != part {
			_ = db.AddError(errOtherHandle)
			return db
		}
		tx = ask(session.Scoped(tx), func(r *request) { r.conditions, r.part = slices.Concat(asked.conditions, r.conditions), asked.part })
		c := tx.Statement.Clauses["WHERE"]
		setWhere(tx.Statement, c, slices.Concat(enclosed(where), enclosed(session.WhereExprs(tx.Statement))))
		if limit.Expression != nil && !reflect.DeepEqual(limit, tx.Statement.Clauses["LIMIT"]) {
			_ = tx.AddError(fmt.Errorf("softdelete: %w: the trash is limited already, by its handle or a scope before", gorm.ErrInvalidValue))
		}
		return tx
	}
}

// allRows is the condition of a statement that means all rows.
var allRows = expr.Func(func(b clause.Builder) { _, _ = b.WriteString("1 = 1") })

// enclosed are a scope's conditions so that they can stand among others.
func enclosed(exprs []clause.Expression) []clause.Expression {
	var places, others []clause.Expression
	for _, e := range exprs {
		if _, ok := e.(*placed); ok {
			places = append(places, e)
		} else {
			others = append(others, e)
		}
	}
	return append(places, rawsql.Enclosed(others)...)
}

// partOf is a handle on a model, narrowed by the scopes that wait on db.
func partOf(db *gorm.DB, m *model.Model) *gorm.DB { return partOn(db, m.Schema) }

// partOn is partOf for a schema that need not be soft-deletable.
func partOn(db *gorm.DB, s *schema.Schema) *gorm.DB {
	part := new(byte)
	tx := session.Scoped(ask(db.Session(&gorm.Session{}).Model(model.NewOf(s.ModelType)), func(r *request) { r.part = part }))
	_, groups := tx.Statement.Clauses["GROUP BY"]
	switch {
	case tx.Error != nil:
	case requestOf(tx.Statement).part != part:
		_ = tx.AddError(errOtherHandle)
	case session.NamesOtherTable(tx.Statement, s):
		_ = tx.AddError(otherTable(s))
	case groups:
		_ = tx.AddError(fmt.Errorf("softdelete: model %s: %w: what narrows the trash groups rows: write it as a condition, such as a subquery", s.Name, gorm.ErrInvalidValue))
	}
	return tx
}

var (
	errNilScope    = fmt.Errorf("softdelete: %w: a scope of the trash is nil", gorm.ErrInvalidValue)
	errOtherHandle = fmt.Errorf("softdelete: %w: a scope of the trash returns no handle, or another one than made of what it is given: what was asked of that would be lost", gorm.ErrInvalidValue)
)

func otherTable(s *schema.Schema) error {
	return fmt.Errorf("softdelete: model %s: %w: the trash is of its own table, name no other", s.Name, gorm.ErrInvalidValue)
}

// trashOf is a query on the trashed rows of a model.
func trashOf(db *gorm.DB, m *model.Model) *gorm.DB { return inPart(partOf(db, m), m) }

// inPart is a query on the trashed rows of a part.
func inPart(part *gorm.DB, m *model.Model) *gorm.DB {
	tx := inTrash(once(part, m))
	hidden, err := neighbours.OnQueries(m, tx)
	_ = tx.AddError(err)
	return also(tx, hidden...)
}

// once is a query that has each trashed row of a part once, in no order yet, and no more
// of them than it is limited to: where the part joins or is limited, that is left to a
// subquery of keys, as it is where something is written.
func once(part *gorm.DB, m *model.Model) *gorm.DB { return onceOf(part, m.Schema, inTrash) }

// onceOf is once for the rows that are shown of a schema.
func onceOf(part *gorm.DB, s *schema.Schema, shown func(*gorm.DB) *gorm.DB) *gorm.DB {
	if part.Error != nil {
		return part
	}
	if len(part.Statement.Joins) == 0 && !session.HasLimit(part.Statement) {
		tx := part.Session(&gorm.Session{}).Clauses()
		delete(tx.Statement.Clauses, "ORDER BY")
		return tx.Session(&gorm.Session{})
	}
	names := model.PrimaryNames(s)
	tx := part.Session(&gorm.Session{}).Clauses()
	if len(names) == 0 {
		_ = tx.AddError(fmt.Errorf("softdelete: model %s: %w for a trash with joins or a limit", s.Name, gorm.ErrPrimaryKeyRequired))
		return tx.Session(&gorm.Session{})
	}
	columns := expr.Columns(clause.CurrentTable, names)
	keys := shown(part).Clauses(clause.Select{Columns: columns})
	keys.Statement.Preloads = nil
	stmt := tx.Statement
	for _, name := range []string{"WHERE", "ORDER BY", "LIMIT"} {
		delete(stmt.Clauses, name)
	}
	stmt.Clauses[requestKey] = clause.Clause{Expression: &request{places: requestOf(stmt).places}}
	stmt.Joins, stmt.Selects, stmt.Omits, stmt.Distinct = nil, nil, nil, false
	return alsoOn(tx, s, &subquery{columns: columns, query: keys, d: dialectOf(part)}).Session(&gorm.Session{})
}

// alsoOn is also for a statement on a schema that need not be soft-deletable.
func alsoOn(tx *gorm.DB, s *schema.Schema, conditions ...clause.Expression) *gorm.DB {
	if p, _ := installed(tx); p.models.entry(tx, s).model != nil {
		return also(tx, conditions...)
	}
	tx = tx.Clauses()
	c := tx.Statement.Clauses["WHERE"]
	setWhere(tx.Statement, c, slices.Concat(enclosed(session.WhereExprs(tx.Statement)), conditions))
	return tx
}

// anyOf is a query on all rows of a schema that the scopes of a handle leave, live and
// trashed, each once. It is false if the scopes are about trashed rows, of which the schema
// has none as it is not soft-deletable.
func anyOf(db *gorm.DB, s *schema.Schema) (tx *gorm.DB, some bool) {
	part := partOn(db, s)
	if part.Error != nil {
		return part, true
	}
	if p, _ := installed(part); p.models.entry(part, s).model != nil {
		shown := func(tx *gorm.DB) *gorm.DB { return ask(tx, func(r *request) { r.show = model.All }) }
		return shown(onceOf(part, s, shown)), true
	}
	if len(requestOf(part.Statement).conditions) > 0 {
		return part, false
	}
	// What else is asked of a trash means nothing here.
	part = ask(part, func(r *request) { *r = request{places: r.places} })
	return onceOf(part.Session(&gorm.Session{}), s, func(tx *gorm.DB) *gorm.DB { return tx.Clauses() }), true
}

// Undo makes all rows live again that one operation has trashed, of all known
// tables: it is the function Undo, with the same errors.
func (t *Trash) Undo(ctx context.Context, id uuid.UUID) (Deletion, error) {
	db, _, err := t.begin(ctx, nil)
	if err != nil {
		return Deletion{}, err
	}
	return Undo(db, id)
}

// RestoreAll restores all trashed rows of some models, or without any of all
// models of the trash, in one transaction, parents before children. What was
// trashed along with a row comes back with it, as with Restore. It returns how
// many rows were restored, of all tables, and the errors of Restore; after one of
// those nothing has changed.
//
//	UPDATE posts SET deleted_at = NULL WHERE 1 = 1 AND posts.deleted_at IS NOT NULL
func (t *Trash) RestoreAll(ctx context.Context, models ...any) (int64, error) {
	db, list, err := t.begin(ctx, models)
	if err != nil {
		return 0, err
	}
	p, _ := installed(db)
	g := p.models.relations()
	slices.SortStableFunc(list, func(a, b *model.Model) int { return cmp.Compare(g.RankOf(a), g.RankOf(b)) })
	for i, m := range list {
		if i > 0 && apart(db, list[0].Schema, m.Schema) {
			return 0, fmt.Errorf("softdelete: model %s: %w: it is in another database than %s, and all is restored in one transaction: restore the models of each by themselves",
				m.Name(), gorm.ErrInvalidDB, list[0].Name())
		}
	}
	if len(list) > 0 {
		db = session.OnPrimary(db, list[0].Schema)
	}
	rows := map[string]int64{}
	err = session.AsUnit(db, func(tx *gorm.DB) error {
		for _, m := range list {
			part := partOf(tx, m)
			one := also(part, allRows)
			if r := requestOf(part.Statement); g.IsClosed(m, list) && !r.parents && len(r.fence) == 0 && !narrows(part, m) {
				one = RootOnly(one)
			}
			one = ask(one, func(r *request) { r.tally = rows })
			if err := Restore(one, model.NewOf(m.Schema.ModelType)).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return total(rows), nil
}

// narrows tells if a handle has conditions of its own, or others have some on what it
// restores.
func narrows(db *gorm.DB, m *model.Model) bool {
	stmt := session.Built(inPart(db, m))
	r := requestOf(stmt)
	if len(session.WhereExprs(stmt)) > 0 || len(r.conditions)+len(r.also) > 0 {
		return true
	}
	update := neighbours.Writing(db, model.Restore)
	onUpdates, err := neighbours.Asked(db, model.Restore, update, m.Schema, neighbours.Listen(update), nil)
	return len(onUpdates) > 0 || err != nil
}

func total(rows map[string]int64) (n int64) {
	for _, of := range rows {
		n += of
	}
	return n
}

// Models are the models of the trash, a value of each, in the order of their tables'
// names: those that it was opened with, or all that are registered. They are what
// ListOptions.Models takes.
//
//	trash, err := softdelete.OpenTrash(db)
//	for _, model := range trash.Models() {
//		fmt.Printf("%T\n", model) // *shop.Order, …
//	}
func (t *Trash) Models() []any {
	_, models, err := t.begin(context.Background(), nil)
	if err != nil {
		return nil
	}
	values := make([]any, len(models))
	for i, m := range models {
		values[i] = model.NewOf(m.Schema.ModelType)
	}
	return values
}

// Schemas are GORM's schemas of the models of the trash, in the order of Models: their
// fields and columns, for who shows rows of any of them.
func (t *Trash) Schemas() []*schema.Schema {
	_, models, err := t.begin(context.Background(), nil)
	if err != nil {
		return nil
	}
	schemas := make([]*schema.Schema, len(models))
	for i, m := range models {
		schemas[i] = m.Schema
	}
	return schemas
}

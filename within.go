package softdelete

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Within is [Trash.Scopes], and also holds for what goes along by a cascade. An
// operation, or its preview, that would restore or remove a row outside of the scopes is
// [ErrOutOfScope], and changes nothing. Called again, all of them hold.
//
//	mine := trash.Within(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 7) })
//	rows, err := mine.Restore(ctx, item)
//
//	SELECT count(*) FROM comments WHERE comments.id IN (…) AND CASE WHEN (tenant_id = 7) THEN 0 ELSE 1 END = 1
//
// It is asked of each table of which rows go along: before anything is written or a hook
// runs, and under the locks of the operation. It is asked also of:
//
//   - trashed parents that come back under [WithParents];
//   - what an undo finds by its time;
//   - rows in which a purge has the database itself set a foreign key to NULL.
//
// An operation that only live rows outside of the scopes forbid is ErrOutOfScope, too.
// Where there are others, a [RestrictError] counts those. RestoreAll, which goes from
// model to model, takes back what it has done. Empty leaves rows that would take others
// along which are out of scope, and reports each as a [RowError].
//
// The scopes are called for models without a marker as well, of which a purge takes rows
// along. Join tables that GORM has made up are not asked for: their rows go along with
// those that they join. Rows that a foreign key of the database takes along, of a table
// of which no model is known, are out of scope: name its model in [Config].Models.
func (t *Trash) Within(scopes ...func(*gorm.DB) *gorm.DB) *Trash {
	part := t.Scopes(scopes...)
	if part == nil || part.db == nil || part.err != nil {
		return part
	}
	part.db = part.db.Scopes(func(db *gorm.DB) *gorm.DB {
		return ask(db, func(r *request) { r.fence = append(slices.Clip(r.fence), scopes...) })
	}).Session(&gorm.Session{})
	return part
}

// checkFence returns ErrOutOfScope if rows go along that the fence of the operation leaves
// out: of those that it has found, and of those that the database will change by itself.
func (c *cascade) checkFence() error {
	if len(c.fence) == 0 {
		return nil
	}
	var order []*model.Table
	reached := map[*model.Table]*rows.Set{}
	for _, f := range slices.Concat(c.raised, c.log) {
		t := f.set.Table
		if reached[t] == nil {
			order = append(order, t)
		}
		reached[t] = reached[t].Add(f.set)
	}
	for _, t := range order {
		if err := c.checkReached(t, reached[t].Conditions(c.d)); err != nil {
			return err
		}
	}
	if c.op.kind == OpRestore {
		return nil
	}
	for _, t := range c.tablesInOrder() {
		for _, l := range t.Children {
			if c.sets[t].IsEmpty() || !l.DatabaseTakes() || slices.Contains(c.plan.Follow[t], l) || apart(c.db, t.Schema, l.Child.Schema) {
				continue
			}
			if err := c.checkReached(l.Child, c.sets[t].Hanging(l, c.d)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkReached returns ErrOutOfScope if some rows of a table are outside of the fence.
func (c *cascade) checkReached(t *model.Table, parts []rows.Picker) error {
	inside, err := c.fenceOn(t)
	if err != nil || inside == nil {
		return err
	}
	// What is not known of a row, as its tenant is NULL, does not hold.
	outside := expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("CASE WHEN ")
		inside.Build(b)
		_, _ = b.WriteString(" THEN 0 ELSE 1 END = 1")
	})
	for _, part := range parts {
		n, err := session.Count(c.db, t.Name, expr.All{part(t.Name), outside}, c.d.CurrentRead)
		if err != nil {
			return err
		}
		if n > 0 {
			if !t.IsKnown() {
				return fmt.Errorf("%w: rows of the table %s would go along, of which no model is known: name it in Config.Models", ErrOutOfScope, t.Name)
			}
			return fault.About(ErrOutOfScope, t.ModelName(), "rows of it would go along that Trash.Within leaves out: somebody who may see them has to do this")
		}
	}
	return nil
}

// heldInside is how many of the live rows that forbid an operation are inside of the fence:
// of others is not said how many there are.
func (c *cascade) heldInside(l *model.Link, held int64) (int64, error) {
	if len(c.fence) == 0 {
		return held, nil
	}
	inside, err := c.fenceOn(l.Child)
	if err != nil || inside == nil {
		return held, err
	}
	n, err := c.held(l, inside)
	if err == nil && n == 0 {
		err = fault.About(ErrOutOfScope, l.Parent.ModelName(), "live rows forbid it that Trash.Within leaves out: somebody who may see them has to do this")
	}
	return n, err
}

// fenceOn is the condition that a row of a table is inside of the fence; nil if it cannot
// be asked.
func (c *cascade) fenceOn(t *model.Table) (clause.Expression, error) {
	switch {
	case !t.IsKnown():
		return clause.Expr{SQL: "1 = 0"}, nil // nobody can say of them that they are inside
	case !hasModel(t):
		return nil, nil //nolint:nilnil // a join table that GORM has made up
	}
	db := session.Beside(c.db).Clauses()
	session.CopySettings(db.Statement, c.db.Statement)
	for _, scope := range c.fence {
		db = db.Scopes(narrowing(scope))
	}
	db = db.Session(&gorm.Session{})
	tx, some := fenced(db, t)
	if !some {
		return clause.Expr{SQL: "1 = 0"}, tx.Error
	}
	if tx.Error != nil {
		return nil, tx.Error
	}
	tx = tx.Clauses()
	takePlaces(tx.Statement)
	exprs := rawsql.Enclose(session.WhereExprs(tx.Statement))
	if t.Model != nil {
		more, err := requestOf(tx.Statement).conditionsFor(tx, t.Model)
		if err != nil {
			return nil, err
		}
		exprs = slices.Concat(exprs, more)
	}
	if len(exprs) == 0 {
		return nil, nil //nolint:nilnil // no condition
	}
	return &rows.At{Table: t.Name, Expr: &rawsql.Group{Exprs: exprs, Unsure: true}}, nil
}

// fenced is a query on the rows of a table that the scopes of a handle leave, which is asked
// for its conditions. A limit is one of rows in the trash, as of all that a trash does.
func fenced(db *gorm.DB, t *model.Table) (tx *gorm.DB, some bool) {
	if t.Model == nil {
		return anyOf(db, t.Schema)
	}
	if part := partOf(db, t.Model); session.HasLimit(part.Statement) {
		return once(part, t.Model), true
	}
	return anyOf(db, t.Schema)
}

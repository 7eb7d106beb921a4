package softdelete

import (
	"cmp"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// heeded is what the operations of a cascade heed of others: their conditions by
// table, and whether they listen to what is written.
type heeded struct {
	on map[*model.Table]rows.Picker // nil for a table on which nobody has conditions

	ask    bool // others have callbacks on queries
	listen bool // others have callbacks on what the operation writes
}

// heed asks what others say of the tables of a cascade's plan, before anything is
// written.
func (c *cascade) heed() error {
	c.heeds = heeded{on: map[*model.Table]rows.Picker{}, ask: neighbours.Listen(c.db.Callback().Query()), listen: neighbours.Listen(neighbours.Writing(c.db, c.plan.Kind))}
	for _, circle := range c.plan.Order {
		for _, t := range circle {
			if err := c.heedOn(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// heedOn asks what others say of one table.
func (c *cascade) heedOn(t *model.Table) error {
	if _, done := c.heeds.on[t]; done {
		return nil
	}
	schemas := t.Others
	if (c.heeds.ask || c.heeds.listen) && t.IsKnown() && !slices.Contains(schemas, t.Schema) {
		schemas = append(slices.Clip(schemas), t.Schema)
	}
	var exprs []clause.Expression
	for _, s := range schemas {
		more, err := neighbours.Conditions(c.db, s, c.plan.Kind, c.heeds.ask, c.heeds.listen)
		if err != nil {
			return err
		}
		exprs = append(exprs, more...)
	}
	c.heeds.on[t] = meeting(t, neighbours.Distinct(c.db, t.Schema, exprs), c.d)
	return nil
}

// meeting picks the rows of a table that meet some conditions; nil if there are
// none. These are written for a statement on that table alone, so that in another
// they stand in a query of its keys.
func meeting(t *model.Table, exprs []clause.Expression, d *dialect.Dialect) rows.Picker {
	if len(exprs) == 0 {
		return nil
	}
	direct := &rows.At{Table: t.Name, Expr: &rawsql.Group{Exprs: exprs, Unsure: true}}
	return func(name string) clause.Expression {
		if name == t.Name || len(t.Key()) == 0 {
			return &rows.At{Table: name, Expr: &rawsql.Group{Exprs: exprs, Unsure: true}}
		}
		return &rows.Selected{Columns: expr.Columns(name, t.Key()), List: expr.Columns(t.Name, t.Key()), From: t.Name, Where: direct, Dialect: d}
	}
}

// reach picks the rows of a table that an operation may take along: those of a
// visibility that nobody else hides.
func (c *cascade) reach(t *model.Table, show model.Visibility) rows.Picker {
	return rows.Visible(t, show).And(c.heeds.on[t])
}

// listened runs a write of a table's rows, inside the chain of callbacks that GORM
// has for the like if others listen there.
func (c *cascade) listened(t *model.Table, where clause.Expression, write func() (int64, error)) (int64, error) {
	write = c.op.means(c.db, write)
	if !c.heeds.listen || !t.IsKnown() {
		return write()
	}
	tx := (&neighbours.Visit{Kind: c.plan.Kind, Write: write}).Through(c.db, neighbours.Writing(c.db, c.plan.Kind), t.Schema, where)
	return tx.RowsAffected, tx.Error
}

// checkHidden returns the error of rows that others hide, and that the database
// would take along.
func (c *cascade) checkHidden() error {
	for _, circle := range c.plan.Order {
		for _, t := range circle {
			for _, l := range t.Children {
				if c.sets[t].IsEmpty() || !l.DatabaseTakes() || apart(c.db, t.Schema, l.Child.Schema) {
					continue
				}
				if n, err := c.hidden(l); err != nil || n > 0 {
					return cmp.Or(err, error(&hiddenError{&RestrictError{Model: t.Schema.Name, Relation: l.Relation, Count: n}}))
				}
			}
		}
	}
	return nil
}

// hiddenError is a RestrictError for rows that need not be live: nobody who is hidden
// from them can delete them first.
type hiddenError struct{ restricted *RestrictError }

func (e *hiddenError) Error() string {
	r := e.restricted
	return fmt.Sprintf("%v: model %s: relation %s has %d rows that another field's type or another plugin hides, and the database would take them along",
		ErrRestricted, r.Model, r.Relation, r.Count)
}

func (e *hiddenError) Unwrap() error { return e.restricted }

// hidden counts the rows that hang on the operation's rows by a link, and that
// others hide.
func (c *cascade) hidden(l *model.Link) (n int64, err error) {
	if err := c.heedOn(l.Child); err != nil || c.heeds.on[l.Child] == nil {
		return 0, err
	}
	for _, part := range c.sets[l.Parent].Hanging(l, c.d) {
		all, err := session.Count(c.db, l.Child.Name, part(l.Child.Name), c.d.CurrentRead)
		if err != nil || all == 0 {
			return n, err
		}
		shown, err := session.Count(c.db, l.Child.Name, part.And(c.heeds.on[l.Child])(l.Child.Name), c.d.CurrentRead)
		if err != nil {
			return 0, err
		}
		n += all - shown
	}
	return n, nil
}

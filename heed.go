package softdelete

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Other plugins narrow down statements by callbacks on GORM's chains: to a tenant,
// to a region. A statement that is written by hand passes those by. So the plugin
// asks, before it follows a cascade to a table, what they say of a statement about
// that table's model, and it writes inside the chain that GORM has for the like.

// besides is a statement that goes through a chain for the sake of the callbacks
// on it.
type besides struct {
	write func() (int64, error) // what is done in the place of the statement; nil to do nothing
	asked []clause.Interface    // clauses that GORM would add to the statement
}

const besideKey = "softdelete:beside"

// Build writes nothing: it is no SQL.
func (*besides) Build(clause.Builder) {}

// besideOf is what a statement is there for beside the caller's; nil if it is the
// caller's own.
func besideOf(stmt *gorm.Statement) *besides {
	b, _ := stmt.Clauses[besideKey].Expression.(*besides)
	return b
}

// dry makes a statement that only asks one that does nothing from here on. Callbacks
// before may have had to ask the database what their conditions are.
func dry(db *gorm.DB) {
	config := *db.Config
	config.DryRun, config.Logger = true, logger.Discard
	db.Config = &config
}

// asking wraps GORM's query step, by which some come that only ask.
func asking(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if besideOf(db.Statement) != nil {
			dry(db)
		}
		next(db)
	}
}

// step runs in the place of GORM's own step on such a statement.
func (b *besides) step(db *gorm.DB) {
	if b.write == nil {
		dry(db)
	}
	if db.Error != nil {
		return
	}
	for _, c := range b.asked {
		db.Statement.AddClause(c)
	}
	if b.write != nil {
		n, err := b.write()
		db.RowsAffected = n
		_ = db.AddError(err)
	}
}

// through runs a statement beside the one at hand, on a schema and with the same
// settings, through a chain.
func (b *besides) through(db *gorm.DB, on chain, s *schema.Schema, where clause.Expression) *gorm.DB {
	tx := session.Beside(db).Model(model.NewOf(s.ModelType))
	config := *tx.Config
	config.SkipDefaultTransaction = true
	tx.Config = &config
	if b.write == nil {
		// Like nobody's query, so that no cache takes it for one.
		tx = expr.Selecting(tx, "NULL AS softdelete_asks")
	}
	stmt := tx.Statement
	copySettings(stmt, db.Statement)
	stmt.Unscoped = db.Statement.Unscoped
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: []clause.Expression{where}}}
	stmt.Clauses[besideKey] = clause.Clause{Expression: b}
	if on == chain(db.Callback().Row()) {
		dry(tx) // whose rows nobody would close
	}
	return on.Execute(tx)
}

// copySettings gives a statement the settings of another one, as GORM does with
// those of preloads: what db.Set has said may be who asks.
func copySettings(to, from *gorm.Statement) {
	from.Settings.Range(func(key, value any) bool {
		to.Settings.Store(key, value)
		return true
	})
}

// noRow stands for the conditions of a statement that only asks, so that nobody
// takes it for one without conditions, and who runs it meets no row.
type noRow struct{}

func (noRow) Build(b clause.Builder) { _, _ = b.WriteString("1 = 0") }

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
	c.heeds = heeded{on: map[*model.Table]rows.Picker{}, ask: hasOthers(c.db.Callback().Query()), listen: hasOthers(writing(c.db, c.plan.Kind))}
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
		more, err := othersOn(c.db, s, c.plan.Kind, c.heeds.ask, c.heeds.listen)
		if err != nil {
			return err
		}
		exprs = append(exprs, more...)
	}
	c.heeds.on[t] = meeting(t, distinct(c.db, t.Schema, exprs), c.d)
	return nil
}

// othersOn are the conditions that others have on the rows of a schema that an
// operation finds by itself: on queries of it, by callbacks too if there are any,
// and on what the operation writes.
func othersOn(db *gorm.DB, s *schema.Schema, kind model.Operation, onQueries, onWrites bool) ([]clause.Expression, error) {
	of := model.ClausesOf(s)
	writes := of.Delete
	if kind == model.Restore {
		writes = of.Update
	}
	shown, err := asked(db, db.Callback().Query(), s, onQueries, of.Query)
	if err != nil {
		return nil, err
	}
	written, err := asked(db, writing(db, kind), s, onWrites, writes)
	return distinct(db, s, slices.Concat(shown, written)), err
}

// revivable is what others have on rows of a model that a create may bring back, or
// give to its values; nil if nothing.
func revivable(m *model.Model, db *gorm.DB) (clause.Expression, error) {
	exprs, err := othersOn(db, m.Schema, model.Restore, hasOthers(db.Callback().Query()), hasOthers(writing(db, model.Restore)))
	if err != nil || len(exprs) == 0 {
		return nil, err
	}
	return &rawsql.Group{Exprs: exprs, Unsure: true}, nil
}

// asked has a statement that does nothing go through a chain, if there is anybody to
// ask, and returns the conditions that it comes out with.
func asked(db *gorm.DB, on chain, s *schema.Schema, callbacks bool, clauses []clause.Interface) ([]clause.Expression, error) {
	if len(clauses) == 0 && !callbacks {
		return nil, nil
	}
	tx := (&besides{asked: clauses}).through(db, on, s, noRow{})
	if tx.Error != nil {
		return nil, tx.Error
	}
	stmt := tx.Statement
	if namesOtherTable(stmt, s) {
		return nil, fmt.Errorf("softdelete: model %s: %w: a callback of another plugin chooses another table for its statements, "+
			"which a cascade or the trash does not follow", s.Name, gorm.ErrInvalidData)
	}
	if _, grouped := stmt.Clauses["GROUP BY"]; grouped || len(stmt.Joins) > 0 || hasLimit(stmt) {
		return nil, unheeded(s, "a callback of another plugin")
	}
	return slices.DeleteFunc(slices.Clone(whereExprs(stmt)), func(expr clause.Expression) bool { return expr == noRow{} }), nil
}

// meeting picks the rows of a table that meet some conditions; nil if there are
// none. These are written for a statement on that table alone, so that in another
// they stand in a query of its keys.
func meeting(t *model.Table, exprs []clause.Expression, d *dialect.Dialect) rows.Picker {
	if len(exprs) == 0 {
		return nil
	}
	direct := &at{t.Name, &rawsql.Group{Exprs: exprs, Unsure: true}}
	return func(name string) clause.Expression {
		if name == t.Name || len(t.Key()) == 0 {
			return &at{name, &rawsql.Group{Exprs: exprs, Unsure: true}}
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
	if !c.heeds.listen || !t.IsKnown() {
		return write()
	}
	tx := (&besides{write: write}).through(c.db, writing(c.db, c.plan.Kind), t.Schema, where)
	return tx.RowsAffected, tx.Error
}

// onQueries are conditions that others have on queries of a model and not on its
// rows, which a look into the trash reads.
func onQueries(m *model.Model, db *gorm.DB) ([]clause.Expression, error) {
	query, row := db.Callback().Query(), db.Callback().Row()
	if !hasOthers(query) {
		return nil, nil
	}
	exprs, err := asked(db, query, m.Schema, true, nil)
	if err != nil || len(exprs) == 0 {
		return nil, err
	}
	same, err := asked(db, row, m.Schema, true, nil)
	if err != nil {
		return nil, err
	}
	both := slices.Concat(same, exprs)
	if exprs = distinct(db, m.Schema, both)[len(distinct(db, m.Schema, same)):]; len(exprs) == 0 {
		return nil, nil
	}
	return []clause.Expression{&rawsql.Group{Exprs: exprs, Unsure: true}}, nil
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

// chain is one of GORM's chains of callbacks.
type chain interface {
	Execute(db *gorm.DB) *gorm.DB
}

// writing is the chain by which GORM writes what an operation does.
func writing(db *gorm.DB, kind model.Operation) chain {
	if kind == model.Restore {
		return db.Callback().Update()
	}
	return db.Callback().Delete()
}

// hasOthers tells if a chain has callbacks of other plugins, that are no part of
// GORM, nor of dbresolver, which chooses a connection. GORM does not list them: where
// this cannot read them, there may be some.
func hasOthers(on chain) bool {
	list := reflect.ValueOf(on).Elem().FieldByName("callbacks")
	if list.Kind() != reflect.Slice {
		return true
	}
	for i := range list.Len() {
		handler := list.Index(i).Elem().FieldByName("handler")
		if handler.Kind() != reflect.Func || handler.IsNil() {
			continue
		}
		name := runtime.FuncForPC(handler.Pointer()).Name()
		own := func(path string) bool { return strings.HasPrefix(name, path) }
		if !slices.ContainsFunc([]string{"gorm.io/gorm/", "gorm.io/plugin/dbresolver.", ownPath + ".", ownPath + "/internal/"}, own) {
			return true
		}
	}
	return false
}

// ownPath is the package of the plugin's functions; others are in internal ones below.
var ownPath = strings.TrimSuffix(reflect.TypeFor[besides]().PkgPath(), "/internal/neighbours")

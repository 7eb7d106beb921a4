// Package neighbours asks what others say of this library's statements: the types of other
// fields by their clauses, and other plugins by their callbacks.
package neighbours

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Other plugins narrow down statements by callbacks on GORM's chains: to a tenant,
// to a region. A statement that is written by hand passes those by. So the plugin
// asks, before it follows a cascade to a table, what they say of a statement about
// that table's model, and it writes inside the chain that GORM has for the like.

// Visit is a statement that goes through a chain for the sake of the callbacks
// on it.
type Visit struct {
	Kind  model.Operation       // of what it is a part
	Write func() (int64, error) // what is done in the place of the statement; nil to do nothing
	asked []clause.Interface    // clauses that GORM would add to the statement
}

const besideKey = "softdelete:beside"

// Build writes nothing: it is no SQL.
func (*Visit) Build(clause.Builder) {}

// VisitOf is what a statement is there for beside the caller's; nil if it is the
// caller's own.
func VisitOf(stmt *gorm.Statement) *Visit {
	b, _ := stmt.Clauses[besideKey].Expression.(*Visit)
	return b
}

// dry makes a statement that only asks one that does nothing from here on. Callbacks
// before may have had to ask the database what their conditions are.
func dry(db *gorm.DB) {
	config := *db.Config
	config.DryRun, config.Logger = true, logger.Discard
	db.Config = &config
}

// Asking wraps GORM's query step, by which some come that only ask.
func Asking(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if VisitOf(db.Statement) != nil {
			dry(db)
		}
		next(db)
	}
}

// Step runs in the place of GORM's own step on such a statement.
func (b *Visit) Step(db *gorm.DB) {
	if b.Write == nil {
		dry(db)
	}
	if db.Error != nil {
		return
	}
	for _, c := range b.asked {
		db.Statement.AddClause(c)
	}
	if b.Write != nil {
		n, err := b.Write()
		db.RowsAffected = n
		_ = db.AddError(err)
	}
}

// Through runs a statement beside the one at hand, on a schema and with the same
// settings, through a chain.
func (b *Visit) Through(db *gorm.DB, on chain, s *schema.Schema, where clause.Expression) *gorm.DB {
	tx := session.Beside(db).Model(model.NewOf(s.ModelType))
	config := *tx.Config
	config.SkipDefaultTransaction = true
	tx.Config = &config
	if b.Write == nil {
		// Like nobody's query, so that no cache takes it for one.
		tx = expr.Selecting(tx, "NULL AS softdelete_asks")
	}
	stmt := tx.Statement
	session.CopySettings(stmt, db.Statement)
	stmt.Unscoped = db.Statement.Unscoped
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: []clause.Expression{where}}}
	stmt.Clauses[besideKey] = clause.Clause{Expression: b}
	if on == chain(db.Callback().Row()) {
		dry(tx) // whose rows nobody would close
	}
	return on.Execute(tx)
}

// noRow stands for the conditions of a statement that only asks, so that nobody
// takes it for one without conditions, and who runs it meets no row.
type noRow struct{}

func (noRow) Build(b clause.Builder) { _, _ = b.WriteString("1 = 0") }

// Asked has a statement that does nothing go through a chain, if there is anybody to
// ask, and returns the conditions that it comes out with.
func Asked(db *gorm.DB, kind model.Operation, on chain, s *schema.Schema, callbacks bool, clauses []clause.Interface) ([]clause.Expression, error) {
	if len(clauses) == 0 && !callbacks {
		return nil, nil
	}
	tx := (&Visit{Kind: kind, asked: clauses}).Through(db, on, s, noRow{})
	if tx.Error != nil {
		return nil, tx.Error
	}
	stmt := tx.Statement
	if session.NamesOtherTable(stmt, s) {
		return nil, fmt.Errorf("softdelete: model %s: %w: a callback of another plugin chooses another table for its statements, "+
			"which a cascade or the trash does not follow", s.Name, gorm.ErrInvalidData)
	}
	if _, grouped := stmt.Clauses["GROUP BY"]; grouped || len(stmt.Joins) > 0 || session.HasLimit(stmt) {
		return nil, unheeded(s, "a callback of another plugin")
	}
	return slices.DeleteFunc(slices.Clone(session.WhereExprs(stmt)), func(expr clause.Expression) bool { return expr == noRow{} }), nil
}

// OnQueries are conditions that others have on queries of a model and not on its
// rows, which a look into the trash reads.
func OnQueries(m *model.Model, db *gorm.DB) ([]clause.Expression, error) {
	query, row := db.Callback().Query(), db.Callback().Row()
	if !Listen(query) {
		return nil, nil
	}
	exprs, err := Asked(db, model.None, query, m.Schema, true, nil)
	if err != nil || len(exprs) == 0 {
		return nil, err
	}
	same, err := Asked(db, model.None, row, m.Schema, true, nil)
	if err != nil {
		return nil, err
	}
	both := slices.Concat(same, exprs)
	if exprs = Distinct(db, m.Schema, both)[len(Distinct(db, m.Schema, same)):]; len(exprs) == 0 {
		return nil, nil
	}
	return []clause.Expression{&rawsql.Group{Exprs: exprs, Unsure: true}}, nil
}

// Conditions are the conditions that others have on the rows of a schema that an
// operation finds by itself: on queries of it, by callbacks too if there are any,
// and on what the operation writes.
func Conditions(db *gorm.DB, s *schema.Schema, kind model.Operation, onQueries, onWrites bool) ([]clause.Expression, error) {
	of := model.ClausesOf(s)
	writes := of.Delete
	if kind == model.Restore {
		writes = of.Update
	}
	shown, err := Asked(db, kind, db.Callback().Query(), s, onQueries, of.Query)
	if err != nil {
		return nil, err
	}
	written, err := Asked(db, kind, Writing(db, kind), s, onWrites, writes)
	return Distinct(db, s, slices.Concat(shown, written)), err
}

// Revivable is what others have on rows of a model that a create may bring back, or
// give to its values; nil if nothing.
func Revivable(m *model.Model, db *gorm.DB) (clause.Expression, error) {
	exprs, err := Conditions(db, m.Schema, model.Restore, Listen(db.Callback().Query()), Listen(Writing(db, model.Restore)))
	if err != nil || len(exprs) == 0 {
		return nil, err
	}
	return &rawsql.Group{Exprs: exprs, Unsure: true}, nil
}

// chain is one of GORM's chains of callbacks.
type chain interface {
	Execute(db *gorm.DB) *gorm.DB
}

// Writing is the chain by which GORM writes what an operation does.
func Writing(db *gorm.DB, kind model.Operation) chain {
	if kind == model.Restore {
		return db.Callback().Update()
	}
	return db.Callback().Delete()
}

// lookers are packages whose callbacks neither add a condition nor have to hear of what is
// written: dbresolver's choose a connection; to a tracer each statement that is sent
// is a span by itself, and one that only asks should be none.
var lookers = []string{"gorm.io/plugin/dbresolver.", "gorm.io/plugin/opentelemetry/"}

// Listen tells if a chain has callbacks of other plugins than those who only look. GORM
// does not list them: where this cannot read them, there may be some.
func Listen(on chain) bool { return hasOthers(on, lookers...) }

// hasOthers tells if a chain has callbacks that are none of GORM's, of this library's or
// of the packages named.
func hasOthers(on any, known ...string) bool {
	list := reflect.ValueOf(on).Elem().FieldByName("callbacks")
	if list.Kind() != reflect.Slice {
		return true
	}
	known = append(slices.Clip(known), "gorm.io/gorm/", ownPath+".", ownPath+"/internal/")
	for i := range list.Len() {
		handler := list.Index(i).Elem().FieldByName("handler")
		if handler.Kind() != reflect.Func || handler.IsNil() {
			continue
		}
		name := runtime.FuncForPC(handler.Pointer()).Name()
		if !slices.ContainsFunc(known, func(path string) bool { return strings.HasPrefix(name, path) }) {
			return true
		}
	}
	return false
}

// Listeners remembers of chains if anybody else is on them. GORM makes a chain's list of
// steps anew with each change.
type Listeners struct{ chains sync.Map } // chain → listened

// listened holds on to the steps that a chain ran, so that no others come to stand in
// their place in memory.
type listened struct {
	steps reflect.Value
	any   bool
}

// Any tells if one of GORM's chains has callbacks of others, dbresolver's too. It is safe for
// concurrent use.
func (l *Listeners) Any(on any) bool {
	steps := reflect.ValueOf(on).Elem().FieldByName("fns")
	if steps.Kind() != reflect.Slice {
		return true
	}
	if known, ok := l.chains.Load(on); ok && known.(listened).steps.Pointer() == steps.Pointer() {
		return known.(listened).any
	}
	others := hasOthers(on)
	l.chains.Store(on, listened{steps.Slice(0, steps.Len()), others})
	return others
}

// ownPath is the package of the plugin's functions; others are in internal ones below.
var ownPath = strings.TrimSuffix(reflect.TypeFor[Visit]().PkgPath(), "/internal/neighbours")

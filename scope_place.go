package softdelete

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// A scope asks something of the statement whose handle it is called on. GORM takes
// such a handle apart where it is the argument of another call: Joins, Where, Not,
// Or and an inline condition keep its conditions and nothing else, gorm.G keeps
// nothing. A scope that would be lost so is an error. For that it leaves two traces
// beside its request: a condition, and an entry among the handle's plugins. The
// statement that has the request takes both off when it begins; where one of them is
// found without the request, the scope was lost.

// placed is the condition that a scope leaves.
type placed struct{ scope string }

// Build fails the statement: GORM has taken the condition and not the request.
func (s *placed) Build(b clause.Builder) {
	stmt, _ := b.(*gorm.Statement)
	err := misplaced(stmt, s.scope, "among the conditions of another call, which takes nothing else of it: "+
		"give it to Scopes of the statement, or name the joined and preloaded models by WithTrashedIn or OnlyTrashedIn")
	_ = b.AddError(err)
	expr.Invalid{Err: err}.Build(b)
}

func misplaced(stmt *gorm.Statement, scope, where string) error {
	name := ""
	if stmt != nil && stmt.Schema != nil {
		name = "model " + stmt.Schema.Name + ": "
	}
	return fmt.Errorf("softdelete: %w: %sthe scope %s stands %s", gorm.ErrInvalidData, name, scope, where)
}

// scopedHandle is what a scope leaves among the plugins of a handle.
type scopedHandle struct {
	scope   string
	plugins map[string]gorm.Plugin // without this
}

const scopedHandleKey = "softdelete:scoped"

// Name is the key among the plugins.
func (*scopedHandle) Name() string { return scopedHandleKey }

// Initialize is never called: nobody uses it.
func (*scopedHandle) Initialize(*gorm.DB) error { return nil }

func scopedHandleOf(db *gorm.DB) *scopedHandle {
	h, _ := db.Plugins[scopedHandleKey].(*scopedHandle)
	return h
}

func withPlugins(db *gorm.DB, plugins map[string]gorm.Plugin) {
	config := *db.Config
	config.Plugins = plugins
	db.Config = &config
}

// scope is ask for the scopes that callers use, by name.
func scope(db *gorm.DB, name string, change func(*request)) *gorm.DB {
	tx := ask(db, func(r *request) {
		change(r)
		r.places = append(slices.Clip(r.places), &placed{name})
	})
	if tx.Error != nil || tx.Statement == nil {
		return tx
	}
	places := requestOf(tx.Statement).places
	tx.Statement.AddClause(clause.Where{Exprs: []clause.Expression{places[len(places)-1]}})
	if scopedHandleOf(tx) == nil {
		plugins := maps.Clone(tx.Plugins)
		plugins[scopedHandleKey] = &scopedHandle{name, tx.Plugins}
		withPlugins(tx, plugins)
	}
	return tx
}

// settleScopes takes off a statement that begins what its scopes have left, and adds
// an error if GORM has lost one.
func settleScopes(db *gorm.DB) {
	stmt := db.Statement
	if handle := scopedHandleOf(db); handle != nil && len(requestOf(stmt).places) == 0 && db.Error == nil && session.IsGeneric() {
		where := "on the handle given to gorm.G, which starts anew from that: write gorm.G[T](db).Scopes(softdelete.StatementScope(…))"
		if session.IsAssociationOperation() {
			where = "before Set(clause.Association{…}), of which GORM makes statements of its own: use db.Model(&owner).Association(name)"
		}
		_ = db.AddError(misplaced(stmt, handle.scope, where))
	}
	takePlaces(stmt)
}

// takePlaces takes off the conditions that the scopes of a statement have left: those
// from before it began, and of callbacks on its way.
func takePlaces(stmt *gorm.Statement) {
	places := requestOf(stmt).places
	if len(places) == 0 {
		return
	}
	if handle := scopedHandleOf(stmt.DB); handle != nil {
		withPlugins(stmt.DB, handle.plugins) // its hooks and preloads are not under the scope
	}
	isPlace := func(e clause.Expression) bool {
		p, ok := e.(*placed)
		return ok && slices.Contains(places, p)
	}
	c := stmt.Clauses["WHERE"]
	if where, ok := c.Expression.(clause.Where); ok && slices.ContainsFunc(where.Exprs, isPlace) {
		setWhere(stmt, c, slices.DeleteFunc(slices.Clone(where.Exprs), isPlace))
	}
}

// refuseScopedJoins adds an error if an argument of Joins has a scope: GORM takes its
// conditions, and of those that wait for the statement to run not even these.
func refuseScopedJoins(stmt *gorm.Statement) {
	for i := range stmt.Joins {
		if len(stmt.Joins[i].Conds) != 1 {
			continue
		}
		db, ok := stmt.Joins[i].Conds[0].(*gorm.DB)
		if !ok || db == nil || db.Statement == nil {
			continue
		}
		name := ""
		if places := requestOf(db.Statement).places; len(places) > 0 {
			name = places[0].scope
		} else if name = waitingScope(db.Statement); name == "" {
			continue
		}
		_ = stmt.AddError(misplaced(stmt, name, "in Joins(\""+stmt.Joins[i].Name+"\", …), which takes conditions only: "+
			"use Scopes(softdelete.WithTrashedIn(…)) or OnlyTrashedIn for the joined model"))
		return
	}
}

// waitingScope is the name of a scope of this package that waits for a handle to run,
// empty if there is none. GORM does not list them.
func waitingScope(stmt *gorm.Statement) string {
	scopes := session.WaitingScopes(stmt)
	for i := range session.Waiting(stmt) {
		f := scopes.Index(i)
		if f.Kind() != reflect.Func || f.IsNil() {
			continue
		}
		of := runtime.FuncForPC(f.Pointer())
		file, _ := of.FileLine(of.Entry())
		if path.Dir(file) != ownFolder {
			continue
		}
		// WithTrashed, or where it is inlined into its caller: main.TrashedBefore.trashed.func1
		for _, name := range strings.Split(of.Name(), ".") {
			if slices.Contains(scopeNames, name) {
				return name
			}
		}
	}
	return ""
}

var scopeNames = []string{
	"WithTrashed", "OnlyTrashed", "WithoutTrashed", "WithTrashedIn", "OnlyTrashedIn", "TrashedBefore", "TrashedAfter", "TrashedWithin",
	"TrashedBy", "Into", "Revive", "WithParents", "RootOnly", "Expect", "ExpectFingerprint",
}

var ownFolder = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()

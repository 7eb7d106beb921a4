package softdelete

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// Other plugins may build the SQL of a query anywhere in its chain, look for its
// result, and run it. What has to be on a statement is there from the first
// callback on; what others add behind that is seen to by the clauses of the
// schema, when the SQL is built.

// startRead is the first callback of the query and row chains.
func (p *Plugin) startRead(db *gorm.DB) {
	stmt := db.Statement
	failed := db.Error != nil
	settleScopes(db)
	var m *model.Model
	if db.Error == nil {
		m = p.modelOf(db)
	}
	if db.Error == nil {
		refuseScopedJoins(stmt)
		rawsql.Contain(stmt, m != nil, model.HasMarker)
	}
	if db.Error == nil && stmt.SQL.Len() == 0 {
		if m != nil {
			holdFilter(stmt)
		}
		p.models.filterJoins(stmt)
	}
	if p.lookAtRaw(db, m); db.Error != nil {
		makeUnrunnable(db, !failed)
	}
}

// endRead is the last callback of the query and row chains: it takes off a
// statement what was put on it, as its handle may be used again.
func endRead(db *gorm.DB) {
	stmt := db.Statement
	if modelIn(stmt) != nil {
		removeFilter(stmt)
	}
	unfilterFrom(stmt)
	if db.Error != nil && !db.DryRun && strings.HasPrefix(stmt.SQL.String(), unrunnable) {
		stmt.SQL.Reset() // it was not sent, and is not logged
	}
}

const unrunnable = "SELECT softdelete_error("

// makeUnrunnable gives SQL to a statement that has failed which no database runs:
// others may run what they find, or take for it what they remember of a query like
// it. As a subquery GORM loses the statement's error. The caller's own SQL stays
// if it is the caller's own failure.
func makeUnrunnable(db *gorm.DB, ours bool) {
	stmt := db.Statement
	if stmt.SQL.Len() > 0 {
		if db.DryRun || !ours {
			return
		}
		stmt.SQL.Reset()
		stmt.Vars = nil
	}
	_, _ = stmt.WriteString("SELECT ")
	expr.Invalid{Err: db.Error}.Build(stmt)
}

// filterJoins sees to the tables that a statement joins by relations.
func (r *registry) filterJoins(stmt *gorm.Statement) {
	if len(stmt.Joins) > 0 {
		encloseJoins(stmt)
	}
	r.filterFrom(stmt)
}

// encloseJoins puts the conditions of relation joins in parentheses: GORM
// appends them to the filter, and an OR among them would undo it.
func encloseJoins(stmt *gorm.Statement) {
	for i := range stmt.Joins {
		if on := stmt.Joins[i].On; on != nil {
			stmt.Joins[i].On = &clause.Where{Exprs: rawsql.Enclose(on.Exprs)}
		}
	}
}

// filterFrom filters the tables that GORM itself joins in FROM, as it does for
// the join table of an association.
func (r *registry) filterFrom(stmt *gorm.Statement) {
	from, ok := stmt.Clauses["FROM"].Expression.(clause.From)
	if !ok || len(from.Joins) == 0 {
		return
	}
	joins := slices.Clone(from.Joins)
	changed := false
	for i, join := range joins {
		if join.Expression != nil {
			continue
		}
		m := r.byTable(join.Table.Name)
		if m == nil {
			continue
		}
		show, before := showIn(stmt, m), model.All
		if isFilteredJoin(join) {
			before = join.ON.Exprs[len(join.ON.Exprs)-1].(*model.Filter).Show
		}
		if show == before {
			continue
		}
		table := join.Table.Alias
		if table == "" {
			table = join.Table.Name
		}
		on, _ := callersOf(join.ON.Exprs)
		if show != model.All {
			on = slices.Concat(rawsql.Enclose(on), []clause.Expression{&model.Filter{Model: m, Table: table, Show: show}})
		}
		joins[i].ON.Exprs = on
		changed = true
	}
	if changed {
		setFrom(stmt, clause.From{Tables: from.Tables, Joins: joins})
	}
}

// unfilterFrom takes back what filterFrom did.
func unfilterFrom(stmt *gorm.Statement) {
	from, ok := stmt.Clauses["FROM"].Expression.(clause.From)
	if !ok || !slices.ContainsFunc(from.Joins, isFilteredJoin) {
		return
	}
	joins := slices.Clone(from.Joins)
	for i, join := range joins {
		if isFilteredJoin(join) {
			joins[i].ON.Exprs, _ = callersOf(join.ON.Exprs)
		}
	}
	setFrom(stmt, clause.From{Tables: from.Tables, Joins: joins})
}

// isFilteredJoin tells if a join of GORM's own has a filter at its end.
func isFilteredJoin(join clause.Join) bool {
	on := join.ON.Exprs
	return join.Expression == nil && len(on) > 0 && isFilter(on[len(on)-1])
}

func setFrom(stmt *gorm.Statement, from clause.From) {
	c := stmt.Clauses["FROM"]
	c.Name, c.Expression = "FROM", from
	stmt.Clauses["FROM"] = c
}

// holdFilter makes the WHERE of a statement one that is built with the filter, also
// by who does not ask the schema for its clauses. There is nothing of ours among
// its conditions, which other callbacks may read and add to.
func holdFilter(stmt *gorm.Statement) {
	c := stmt.Clauses["WHERE"]
	if c.Builder != nil {
		return
	}
	if c.Expression == nil {
		c.Name, c.Expression = "WHERE", noConditions
	}
	c.Builder = buildFiltered
	stmt.Clauses["WHERE"] = c
}

var noConditions clause.Expression = clause.Where{}

// holdsFilter tells if a WHERE is of holdFilter's making, and not of another
// plugin's.
func holdsFilter(c clause.Clause) bool {
	return c.Builder != nil && reflect.ValueOf(c.Builder).Pointer() == reflect.ValueOf(buildFiltered).Pointer()
}

// buildFiltered writes a WHERE with the filter.
func buildFiltered(c clause.Clause, b clause.Builder) {
	c.Builder = nil
	stmt, _ := b.(*gorm.Statement)
	if m := modelIn(stmt); m != nil {
		where, _ := c.Expression.(clause.Where)
		var more bool
		if where.Exprs, more = filtered(m, stmt, where.Exprs); more {
			last := len(where.Exprs) - 1
			where.Exprs[last] = model.Watching(where.Exprs[last])
		}
		c.Expression = where
	}
	if where, ok := c.Expression.(clause.Where); !ok || len(where.Exprs) > 0 {
		c.Build(b)
	}
}

// modelIn is the model of a statement's schema, nil if that has none.
func modelIn(stmt *gorm.Statement) *model.Model {
	if stmt != nil && stmt.Schema != nil && len(stmt.Schema.QueryClauses) > 0 {
		if c, ok := stmt.Schema.QueryClauses[len(stmt.Schema.QueryClauses)-1].(queryClause); ok {
			return c.model
		}
	}
	return nil
}

// endRow is the last callback of the row chain. It makes db.Row() of a statement
// that failed return a row of which Scan returns the error. GORM returns nil, of
// which Scan panics.
func endRow(db *gorm.DB) {
	endRead(db)
	if db.Error == nil {
		return
	}
	if rows, _ := db.Get("rows"); rows != false {
		return
	}
	if row, ok := db.Statement.Dest.(*sql.Row); ok && row != nil {
		return
	}
	pool := sql.OpenDB(failedConnector{db.Error})
	defer pool.Close() //nolint:errcheck // it holds nothing
	db.Statement.Dest = pool.QueryRowContext(context.Background(), "")
}

// failedConnector is a database that cannot be reached, for a known reason.
type failedConnector struct{ err error }

func (c failedConnector) Connect(context.Context) (driver.Conn, error) { return nil, c.err }

func (c failedConnector) Driver() driver.Driver { return c }

func (c failedConnector) Open(string) (driver.Conn, error) { return nil, c.err }

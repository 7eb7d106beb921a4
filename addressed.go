package softdelete

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// keysOf is the condition on the primary keys of a value, nil if it has none.
func keysOf(stmt *gorm.Statement, value reflect.Value) clause.Expression {
	s := stmt.Schema
	if len(s.PrimaryFields) == 0 || !model.Holds(value, s) {
		return nil
	}
	var keys [][]any
	seen := map[string]bool{}
	for _, row := range model.ElementsOf(value) {
		if !model.HasKey(stmt, row) {
			continue
		}
		key := make([]any, len(s.PrimaryFields))
		for i, field := range s.PrimaryFields {
			key[i], _ = field.ValueOf(stmt.Context, row)
		}
		if id := model.KeyText(key...); !seen[id] {
			seen[id] = true
			keys = append(keys, key)
		}
	}
	column, values := schema.ToQueryValues(clause.CurrentTable, model.PrimaryNames(s), keys)
	if len(values) == 0 {
		return nil
	}
	return clause.IN{Column: column, Values: values}
}

var keyCondition = regexp.MustCompile(`(?i)^\s*(?:[\x60"]?\w+[\x60"]?\.)?[\x60"]?(\w+)[\x60"]?\s*(?:=\s*(?:\?|@\w+)|in\s*\(?\s*(?:\?|@\w+)\s*\)?)\s*$`)

// addressesByKey tells if conditions name the whole primary key.
func addressesByKey(exprs []clause.Expression, s *schema.Schema) bool {
	if len(s.PrimaryFields) == 0 {
		return false
	}
	var named []string
	var visit func(clause.Expression)
	column := func(column any) {
		switch c := column.(type) {
		case string:
			named = append(named, c)
		case clause.Column:
			if c.Name == clause.PrimaryKey && s.PrioritizedPrimaryField != nil {
				c.Name = s.PrioritizedPrimaryField.DBName
			}
			named = append(named, c.Name)
		case []clause.Column:
			for _, c := range c {
				named = append(named, c.Name)
			}
		}
	}
	each := func(exprs []clause.Expression) {
		if slices.ContainsFunc(exprs, isOr) {
			return
		}
		for _, expr := range exprs {
			visit(expr)
		}
	}
	visit = func(expr clause.Expression) {
		switch e := expr.(type) {
		case clause.Eq:
			column(e.Column)
		case clause.IN:
			column(e.Column)
		case clause.AndConditions:
			each(e.Exprs)
		case *rawsql.Group:
			each(e.Exprs)
		case *rawsql.Sealed:
			visit(e.Expr)
		case clause.Expr:
			if match := keyCondition.FindStringSubmatch(e.SQL); match != nil {
				named = append(named, match[1])
			}
		case clause.NamedExpr:
			if match := keyCondition.FindStringSubmatch(e.SQL); match != nil {
				named = append(named, match[1])
			}
		}
	}
	each(exprs)
	for _, field := range s.PrimaryFields {
		if !slices.ContainsFunc(named, func(name string) bool { f := s.LookUpField(name); return f == field }) {
			return false
		}
	}
	return true
}

func isOr(expr clause.Expression) bool {
	_, ok := expr.(clause.OrConditions)
	return ok
}

// target is which rows a delete, restore, purge or force delete is about: what
// the caller's conditions say, and the keys of the caller's values.
type target struct {
	stmt    *gorm.Statement
	where   clause.Clause // the caller's, to be put back
	callers []clause.Expression
	exprs   []clause.Expression
	hadAny  bool
	keyed   bool // by the primary keys of values

	// inside are the clauses that a subquery has, and that the statement must not
	// have too: some databases have them in an UPDATE, but not all of them.
	inside map[string]clause.Clause
}

// newTarget reads the target off the statement of an operation, of which the rows
// of one visibility are meant. It adds gorm.ErrMissingWhereClause to the statement if
// that has no condition at all.
func newTarget(db *gorm.DB, op *operation, show model.Visibility) (*target, bool) {
	stmt, m := db.Statement, op.model
	takePlaces(stmt)
	t := &target{stmt: stmt}
	t.where, t.hadAny = stmt.Clauses["WHERE"]
	request := requestOf(stmt)
	conditions, err := request.conditionsFor(db, m)
	if err != nil {
		_ = db.AddError(err)
		return nil, false
	}
	t.keyed = addressesByKey(conditions, stmt.Schema)
	t.callers = session.WhereExprs(stmt)
	t.exprs = append(make([]clause.Expression, 0, len(t.callers)+len(conditions)+2), rawsql.Enclose(t.callers)...)
	values := []reflect.Value{model.Pointee(stmt.ReflectValue)}
	if stmt.ReflectValue.CanAddr() && stmt.Model != nil && !isSame(stmt.Dest, stmt.Model) {
		values = append(values, model.Pointee(reflect.ValueOf(stmt.Model)))
	}
	for _, value := range values {
		if keys := keysOf(stmt, value); keys != nil {
			t.exprs = append(t.exprs, keys)
			t.keyed = true
		}
	}
	t.exprs = append(t.exprs, conditions...)
	if len(t.exprs) == 0 && !db.AllowGlobalUpdate {
		_ = db.AddError(gorm.ErrMissingWhereClause)
		return nil, false
	}
	others, err := neighbours.OnAddressed(db, op.model, model.Operation(op.kind), model.Operation(requestOf(db.Statement).verb))
	if err != nil {
		_ = db.AddError(err)
		return nil, false
	}
	t.exprs = append(t.exprs, rawsql.Enclose(others)...)
	if len(stmt.Joins) > 0 || session.HasLimit(stmt) {
		return t, t.nest(db, show)
	}
	return t, true
}

// isKeyed tells if the target was addressed by primary key.
func (t *target) isKeyed() bool {
	return t.keyed || addressesByKey(t.callers, t.stmt.Schema)
}

// isSame is a == b, also for slices given by value, which cannot be compared.
func isSame(a, b any) bool {
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	if va.Kind() == reflect.Slice && vb.Kind() == reflect.Slice {
		return va.Type() == vb.Type() && va.Pointer() == vb.Pointer() && va.Len() == vb.Len()
	}
	return a == b
}

// nest moves all conditions into a subquery on the primary key, as a statement
// that writes can neither join nor be limited on every database.
func (t *target) nest(db *gorm.DB, show model.Visibility) bool {
	stmt := t.stmt
	if len(stmt.Schema.PrimaryFields) == 0 {
		_ = db.AddError(fmt.Errorf("softdelete: model %s: %w for a delete with joins or a limit", stmt.Schema.Name, gorm.ErrPrimaryKeyRequired))
		return false
	}
	inner := db.Session(&gorm.Session{}).Clauses()
	for _, name := range []string{"WHERE", "RETURNING", "SET", operationKey, model.GormFilterKey} {
		delete(inner.Statement.Clauses, name)
	}
	if len(t.exprs) > 0 {
		inner.Statement.AddClause(clause.Where{Exprs: t.exprs})
	}
	inner.Statement.Clauses[requestKey] = clause.Clause{Expression: &request{show: show}}
	model := reflect.New(stmt.Schema.ModelType).Interface()
	inner.Statement.Dest, inner.Statement.Model = model, model
	inner.Statement.Unscoped = false
	inner.Statement.Selects, inner.Statement.Omits, inner.Statement.Preloads = nil, nil, nil
	columns := make([]clause.Column, len(stmt.Schema.PrimaryFields))
	for i, field := range stmt.Schema.PrimaryFields {
		columns[i] = clause.Column{Table: clause.CurrentTable, Name: field.DBName}
	}
	inner.Statement.AddClause(clause.Select{Columns: columns})
	t.exprs = []clause.Expression{&rawsql.Sealed{Expr: &subquery{columns: columns, query: inner, d: dialectOf(db)}}}
	t.inside = map[string]clause.Clause{}
	return true
}

// subquery is "key IN (SELECT key …)".
type subquery struct {
	columns []clause.Column
	query   *gorm.DB
	d       *dialect.Dialect
}

func (s *subquery) Build(b clause.Builder) {
	if len(s.columns) == 1 {
		b.WriteQuoted(s.columns[0])
	} else {
		b.WriteQuoted(s.columns)
	}
	_, _ = b.WriteString(" IN (")
	s.d.Nest(b, func() { b.AddVar(b, s.query) })
	_ = b.WriteByte(')')
}

// apply puts the target into the statement's WHERE, with a filter if there is
// one.
func (t *target) apply(filter clause.Expression) {
	exprs := t.exprs
	delete(t.stmt.Clauses, model.GormFilterKey)
	for _, name := range []string{"ORDER BY", "LIMIT"} {
		if c, ok := t.stmt.Clauses[name]; ok && t.inside != nil {
			t.inside[name] = c
			delete(t.stmt.Clauses, name)
		}
	}
	where := t.where // with what hangs on it: a hint, a comment
	if filter != nil {
		if rawsql.StandsBeforeWrite(t.stmt) || where.BeforeExpression != nil || where.AfterNameExpression != nil {
			filter = model.Watching(filter)
		}
		exprs = append(exprs[:len(exprs):len(exprs)], filter)
		t.stmt.Clauses[model.GormFilterKey] = clause.Clause{}
	}
	if len(exprs) > 0 {
		where.Name, where.Expression, where.Builder = "WHERE", clause.Where{Exprs: exprs}, nil
		t.stmt.Clauses["WHERE"] = where
	}
}

// eachChunk runs an operation's statement for each chunk of rows, by their keys in
// the place of the caller's conditions.
func (op *operation) eachChunk(db *gorm.DB, t *target, names []string, keys [][]any, filter clause.Expression, run func()) {
	var total int64
	exprs := t.exprs
	defer func() { t.exprs = exprs }()
	_, returns := t.stmt.Clauses["RETURNING"]
	rows := model.Pointee(reflect.ValueOf(t.stmt.Dest))
	returns = returns && rows.IsValid() && rows.Kind() == reflect.Slice && rows.CanSet() && len(keys) > op.dialect.Chunk(len(names))
	var all reflect.Value
	if returns {
		all = reflect.Zero(rows.Type())
	}
	for i, chunk := range slices.Collect(slices.Chunk(keys, op.dialect.Chunk(len(names)))) {
		if i > 0 {
			t.stmt.SQL.Reset()
			t.stmt.Vars = nil
		}
		t.exprs = []clause.Expression{expr.In(clause.CurrentTable, names, chunk)}
		t.apply(filter)
		run()
		t.restore()
		if db.Error != nil {
			return
		}
		total += db.RowsAffected
		if returns {
			all = reflect.AppendSlice(all, rows)
			rows.SetZero() // the next chunk gets memory of its own
		}
	}
	if returns {
		rows.Set(all)
	}
	op.changed(db, total)
}

// restore gives the statement back what it had before.
func (t *target) restore() {
	delete(t.stmt.Clauses, model.GormFilterKey)
	maps.Copy(t.stmt.Clauses, t.inside)
	if t.hadAny {
		t.stmt.Clauses["WHERE"] = t.where
	} else {
		delete(t.stmt.Clauses, "WHERE")
	}
}

package softdelete

import (
	"database/sql"
	"database/sql/driver"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// gormFilterKey is the clause by which GORM knows that one of a statement's
// conditions is a soft delete's and not the caller's: it then wants one more
// before an update or delete of the whole table. Its own filters step aside
// when it is set.
const gormFilterKey = "soft_delete_enabled"

// rowFilter is the condition on the marker of a model's table.
type rowFilter struct {
	model *model
	table string // table, alias, or clause.CurrentTable
	show  visibility

	// watched is the same filter, which looks at what stands before it; nil in that
	// one itself.
	watched *rowFilter
	watches bool
}

// newRowFilter makes the filter of the rows of a statement's own table.
func newRowFilter(m *model, show visibility) *rowFilter {
	f := rowFilter{model: m, table: clause.CurrentTable, show: show}
	watched := f
	watched.watches = true
	f.watched = &watched
	return &f
}

// watching is a filter that looks at what stands before it.
func watching(filter clause.Expression) clause.Expression {
	if f, ok := filter.(*rowFilter); ok && f.watched != nil {
		return f.watched
	}
	return filter
}

func (f *rowFilter) Build(b clause.Builder) {
	if f.watches {
		lookBefore(b)
	}
	column := clause.Column{Table: f.table, Name: f.model.marker.field.DBName}
	f.model.marker.build(b, column, f.show == trashedOnly)
}

// filterFor returns the filter of a visibility, nil where it shows all rows.
func (m *model) filterFor(show visibility) *rowFilter {
	switch show {
	case liveOnly:
		return m.liveRows
	case trashedOnly:
		return m.trashedRows
	default:
		return nil
	}
}

// nothing is the condition of a statement that may only touch live rows and was
// asked for trashed ones.
type nothing struct{ model *model }

func (f nothing) Build(b clause.Builder) {
	watching(f.model.liveRows).Build(b)
	_, _ = b.WriteString(" AND ")
	f.model.trashedRows.Build(b)
}

// timeCondition is one of TrashedBefore and its kin.
type timeCondition struct {
	model    *model
	dialect  dialect
	operator string // "<" rounds the time up to what the column can keep, ">" down, ">=" up
	time     time.Time
}

func (c *timeCondition) Build(b clause.Builder) {
	m, column := c.model, clause.Column{Table: clause.CurrentTable, Name: c.model.at.DBName}
	keeps := m.when().keeps
	t := keeps.floor(c.time)
	if c.operator != ">" && t.Before(c.time) {
		t = keeps.next(t)
	}
	if m.tellsTime() {
		c.dialect.compareTime(b, column, c.operator, t)
		return
	}
	b.WriteQuoted(column)
	_, _ = b.WriteString(" " + c.operator + " ")
	b.AddVar(b, unixTime(t, m.step()))
}

// actorCondition is TrashedBy. A nil value is a row that nobody trashed by name.
type actorCondition struct {
	field *schema.Field
	value any
}

func (c *actorCondition) Build(b clause.Builder) {
	clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: c.field.DBName}, Value: c.value}.Build(b)
}

// group is several conditions of the caller's in parentheses, so that nothing
// they say reaches beyond.
type group struct {
	exprs  []clause.Expression
	unsure bool // some of them have to be looked at
}

func (g *group) Build(b clause.Builder) {
	exprs := slices.Clone(g.exprs)
	if g.unsure {
		exprs = seal(exprs, standingOf(exprs))
	}
	_ = b.WriteByte('(')
	clause.Where{Exprs: exprs}.Build(b)
	_ = b.WriteByte(')')
}

// filterRoot adds the filter for the statement's own model to its WHERE. It can
// be called again and again. Where the caller may have written SQL that stands
// before the filter, that looks at it.
func filterRoot(stmt *gorm.Statement, m *model, rawBefore bool) {
	if isFiltered(stmt) {
		removeFilter(stmt)
	}
	c := stmt.Clauses["WHERE"]
	where, _ := c.Expression.(clause.Where)
	exprs, more := m.filtered(stmt, where.Exprs)
	if holdsFilter(c) {
		c.Builder = nil
	} else if !more {
		return
	}
	if last := len(exprs) - 1; more && isFilter(exprs[last]) {
		if rawBefore {
			exprs[last] = watching(exprs[last])
		}
		stmt.Clauses[gormFilterKey] = clause.Clause{}
	}
	setWhere(stmt, c, exprs)
}

// isFiltered tells if a statement's WHERE has the filter.
func isFiltered(stmt *gorm.Statement) bool {
	_, filtered := stmt.Clauses[gormFilterKey]
	return filtered
}

// filtered are the conditions of a statement with those of its scopes and the
// filter behind them, if there are more.
func (m *model) filtered(stmt *gorm.Statement, callers []clause.Expression) (exprs []clause.Expression, more bool) {
	request := requestOf(stmt)
	conditions, err := request.conditionsFor(stmt.DB, m)
	if err != nil {
		_ = stmt.AddError(err)
		conditions = []clause.Expression{invalid{err}}
	}
	filter := m.filterFor(request.showOf(stmt, m))
	if filter == nil && len(conditions) == 0 {
		return callers, false
	}
	exprs = make([]clause.Expression, 0, len(callers)+len(conditions)+2)
	exprs = append(exprs, enclose(callers)...)
	exprs = append(exprs, conditions...)
	if filter != nil {
		exprs = append(exprs, filter)
	}
	return exprs, true
}

// addFilter adds a filter to the WHERE of a bare statement.
func addFilter(stmt *gorm.Statement, filter *rowFilter) {
	c := stmt.Clauses["WHERE"]
	setWhere(stmt, c, append(slices.Clip(enclose(whereExprs(stmt))), filter))
}

// setWhere gives a WHERE other conditions. Without any there is none.
func setWhere(stmt *gorm.Statement, c clause.Clause, exprs []clause.Expression) {
	if len(exprs) == 0 {
		delete(stmt.Clauses, "WHERE")
		return
	}
	c.Name, c.Expression = "WHERE", clause.Where{Exprs: exprs}
	stmt.Clauses["WHERE"] = c
}

func whereExprs(stmt *gorm.Statement) []clause.Expression {
	where, _ := stmt.Clauses["WHERE"].Expression.(clause.Where)
	return where.Exprs
}

// removeFilter takes back what filterRoot added, so that a handle that is used
// again holds the caller's conditions and no others.
func removeFilter(stmt *gorm.Statement) {
	c := stmt.Clauses["WHERE"]
	where, _ := c.Expression.(clause.Where)
	if len(where.Exprs) > 0 {
		delete(stmt.Clauses, gormFilterKey)
	}
	kept, ours := callersOf(where.Exprs)
	if holdsFilter(c) {
		c.Builder = nil
	} else if ours == 0 {
		return
	}
	setWhere(stmt, c, kept)
}

// callersOf are conditions without those that filterRoot added, of which it also
// says how many there were.
func callersOf(exprs []clause.Expression) (kept []clause.Expression, ours int) {
	for _, expr := range exprs {
		if isOurs(expr) {
			ours++
		}
	}
	last := len(exprs) - 1
	switch {
	case ours == 0:
		return exprs, 0
	case ours == 1 && isFilter(exprs[last]):
		return exprs[:last:last], 1
	case ours == 1 && isFilter(exprs[0]):
		return exprs[1:len(exprs):len(exprs)], 1
	}
	kept = make([]clause.Expression, 0, len(exprs)+2)
	for _, expr := range exprs {
		switch e := expr.(type) {
		case *group:
			inner, _ := callersOf(e.exprs)
			kept = append(kept, inner...)
		case *sealed:
			kept = append(kept, e.expr)
		default:
			if !isOurs(expr) {
				kept = append(kept, expr)
			}
		}
	}
	return kept, ours
}

func isOurs(expr clause.Expression) bool {
	switch expr.(type) {
	case *rowFilter, *group, *sealed, *timeCondition, *actorCondition, invalid, nothing:
		return true
	}
	return false
}

func isFilter(expr clause.Expression) bool {
	_, ok := expr.(*rowFilter)
	return ok
}

// enclose puts the caller's conditions into parentheses where one of them could
// otherwise reach beyond them: an OR, or one that is not known to have none. One
// that could reach out of those too is sealed.
func enclose(exprs []clause.Expression) []clause.Expression {
	var r reach
	for _, expr := range exprs {
		r |= reachOf(expr)
	}
	switch {
	case r&looseReach != 0:
		return []clause.Expression{&group{exprs, r&unsureReach != 0}}
	case r != 0:
		return seal(exprs, besideFilter)
	default:
		return exprs
	}
}

// reach is how far a condition could reach.
type reach uint8

const (
	looseReach  reach = 1 << iota // to the conditions beside it
	unsureReach                   // further, so that it has to be looked at when it is written
)

const anyReach = looseReach | unsureReach

func reachOf(expr clause.Expression) reach {
	switch e := expr.(type) {
	case *rowFilter, *group, *sealed:
		return 0
	case clause.Eq:
		return reachOfPair(e.Column, e.Value)
	case clause.Neq:
		return reachOfPair(e.Column, e.Value)
	case clause.Gt:
		return reachOfPair(e.Column, e.Value)
	case clause.Gte:
		return reachOfPair(e.Column, e.Value)
	case clause.Lt:
		return reachOfPair(e.Column, e.Value)
	case clause.Lte:
		return reachOfPair(e.Column, e.Value)
	case clause.Like:
		return reachOfPair(e.Column, e.Value)
	case clause.IN:
		return reachOfIn(e)
	case clause.Expr:
		return reachOfSQL(e.SQL) | reachOfAll(e.Vars)
	case clause.NamedExpr:
		return reachOfSQL(e.SQL) | reachOfAll(e.Vars)
	case clause.AndConditions:
		r := reachOfEach(e.Exprs)
		if len(e.Exprs) != 1 {
			r &^= looseReach // GORM encloses several itself
		}
		return r
	case clause.NotConditions:
		return reachOfEach(e.Exprs)
	case clause.OrConditions:
		return looseReach | reachOfEach(e.Exprs)
	default:
		return anyReach
	}
}

func reachOfEach(exprs []clause.Expression) (r reach) {
	for _, expr := range exprs {
		r |= reachOf(expr)
	}
	return r
}

func reachOfPair(column, value any) reach {
	return reachOfColumn(column) | reachOfVar(value)
}

func reachOfIn(in clause.IN) reach {
	r := reachOfColumn(in.Column) | reachOfAll(in.Values)
	if len(in.Values) > 1 && !isRaw(in.Column) {
		r &^= looseReach // a list of several stands in parentheses
	}
	return r
}

func reachOfAll(vars []any) (r reach) {
	for _, v := range vars {
		r |= reachOfVar(v)
	}
	return r
}

func reachOfSQL(sql string) (r reach) {
	or, unsure := plainText(sql)
	if or {
		r |= looseReach
	}
	if unsure {
		r |= unsureReach
	}
	return r
}

// reachOfColumn is that of a name. The drivers' quoting lets quotes in a name
// through.
func reachOfColumn(column any) reach {
	name := ""
	switch c := column.(type) {
	case string:
		name = c
	case clause.Column:
		if c.Raw {
			return anyReach
		}
		name = c.Name
	case []clause.Column:
		return 0
	default:
		if isRaw(column) {
			return anyReach
		}
		return unsureReach
	}
	for i := range len(name) {
		switch name[i] {
		case '`', '"', '\'', '[', ']', '\\', 0:
			return unsureReach
		}
	}
	return 0
}

// reachOfVar is that of a value.
func reachOfVar(value any) reach {
	switch v := value.(type) {
	case nil, string, bool, int, int64, uint, uint64, float64, []byte, time.Time:
		return 0
	case []any:
		return reachOfAll(v) &^ looseReach
	case *gorm.DB:
		if v.Statement.SQL.Len() == 0 {
			return unsureReach // its own filter holds, and what it says behind that is the caller's
		}
	}
	if isRaw(value) {
		return anyReach
	}
	if rv := reflect.ValueOf(value); rv.Kind() == reflect.Slice || rv.Kind() == reflect.Array {
		return reachOfList(rv)
	}
	return 0
}

// reachOfList is that of a list of values that may be more than bound.
func reachOfList(list reflect.Value) (r reach) {
	switch t := list.Type().Elem(); {
	case t.Kind() == reflect.Interface:
		for i := range list.Len() {
			r |= reachOfVar(list.Index(i).Interface())
		}
	case writesSQL(t):
		r = unsureReach
	}
	return r &^ looseReach
}

// writesSQL tells if values of a type may write SQL of their own.
func writesSQL(t reflect.Type) bool {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.PkgPath() == "" && (t.Kind() < reflect.Array || t.Kind() == reflect.String) {
		return false
	}
	return t.Kind() == reflect.Interface || t.Implements(expressionType) || t.Implements(gormValuerType) || t == dbType
}

var (
	expressionType = reflect.TypeFor[clause.Expression]()
	gormValuerType = reflect.TypeFor[gorm.Valuer]()
	dbType         = reflect.TypeFor[*gorm.DB]()
)

// isRaw tells if a column or a variable may write SQL of its own, in which there
// may be anything: an expression, a column written as it is, db.Raw. A query
// that GORM builds is none, it has its own filter and its own parentheses.
func isRaw(value any) bool {
	switch v := value.(type) {
	case nil, string, bool, int, int64, uint, uint64, float64, []byte, []any, time.Time:
		return false
	case clause.Column:
		return v.Raw
	case clause.Table:
		return v.Raw
	case sql.NamedArg:
		return isRaw(v.Value)
	case map[string]any:
		for _, inner := range v {
			if isRaw(inner) {
				return true
			}
		}
		return false
	case *gorm.DB:
		return v.Statement.SQL.Len() > 0
	case clause.Interface, clause.Expression, gorm.Valuer:
		return true
	default:
		return !isPlain(reflect.TypeOf(value))
	}
}

// isPlain tells if a type of variable can only be bound. A struct may give its
// fields to the names of a condition, a map its values.
func isPlain(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == timeType || t.Implements(valuerType) || reflect.PointerTo(t).Implements(valuerType) {
		return true
	}
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Map
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	valuerType = reflect.TypeFor[driver.Valuer]()
)

// hasOr tells if raw SQL may have an operator that binds less than AND, or a
// comment that swallows what follows. GORM looks for " OR " with plain spaces;
// a line break is enough to escape it.
func hasOr(sql string) bool {
	if strings.Contains(sql, "||") || strings.Contains(sql, "--") {
		return true
	}
	for i := 0; i+1 < len(sql); i++ {
		if sql[i]|0x20 != 'o' || sql[i+1]|0x20 != 'r' {
			continue
		}
		start := i
		if start > 0 && sql[start-1]|0x20 == 'x' {
			start--
		}
		if (start == 0 || !isWord(sql[start-1])) && (i+2 == len(sql) || !isWord(sql[i+2])) {
			return true
		}
	}
	return false
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))
}

package rawsql

import (
	"database/sql"
	"database/sql/driver"
	"reflect"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// reach is how far a condition could reach.
type reach uint8

const (
	looseReach  reach = 1 << iota // to the conditions beside it
	unsureReach                   // further, so that it has to be looked at when it is written
)

const anyReach = looseReach | unsureReach

// closer is a condition of this library's that reaches no further than itself, and
// does not have to be looked at. No other type can have the method.
type closer interface{ Closed() Closed }

// Closed is what such a condition returns, and nobody else can.
type Closed struct{}

func reachOf(expr clause.Expression) reach {
	switch e := expr.(type) {
	case closer:
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
		var r reach
		for _, one := range c {
			r |= reachOfColumn(one)
		}
		return r &^ looseReach // they stand in parentheses
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

// Reaches tells if a value that is bound, or written, may be SQL of the caller's.
func Reaches(value any) bool { return reachOfVar(value) != 0 }

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
	case WritesSQL(t):
		r = unsureReach
	}
	return r &^ looseReach
}

// WritesSQL tells if values of a type may write SQL of their own.
func WritesSQL(t reflect.Type) bool {
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

package insert

import (
	"database/sql"
	"reflect"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// keySearch is a search for the rows that new values meet: those that agree with
// them in the columns of a key.
type keySearch struct {
	d       *dialect.Dialect
	primary bool
	ofLive  bool   // the key is unique among live rows
	index   string // what the condition of its index says beside that
	columns []string
	where   []clause.Expression // what else holds, such as the condition of a partial index
	read    []string            // columns to be read beside those, nil for all of them
	hold    hold
	each    bool // of several values that agree, each is told its rows, and not one of them only
}

// hold is what a search does to the rows that it finds.
type hold int

const (
	asCommitted hold = iota // reads what is committed now
	asSeen                  // reads what the transaction sees, and locks nothing on any database
	locked                  // keeps others from changing them
)

// query is what each search for such rows starts from, whatever their marker says.
func (l keySearch) query(db *gorm.DB) *gorm.DB {
	tx := session.OnTable(session.Beside(db), db.Statement).Unscoped()
	if len(l.where) > 0 {
		tx = tx.Where(&rawsql.Group{Exprs: l.where, Unsure: true})
	}
	return tx
}

// rows reads the rows that agree with one of the values.
func (l keySearch) rows(db *gorm.DB, values [][]any) []reflect.Value {
	var found []reflect.Value
	d, stmt := l.d, db.Statement
	for chunk := range slices.Chunk(values, d.Chunk(len(l.columns))) {
		tx := l.query(db).Where(expr.InCurrent(l.columns, chunk))
		if l.read != nil {
			tx = tx.Select(onceEach(l.columns, l.read))
		}
		switch {
		case l.hold == asCommitted:
			tx = d.Reading(tx)
		case l.hold == locked && d.RowLock:
			tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
		}
		rows := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)))
		if err := session.ReadRows(session.Stored(tx), rows.Interface()); err != nil {
			_ = db.AddError(err)
			return nil
		}
		found = append(found, model.ElementsOf(rows.Elem())...)
	}
	return found
}

// meet tells, for values by their place in the list, the rows that agree with
// them.
func (l keySearch) meet(db *gorm.DB, values [][]any) map[int][]reflect.Value {
	if len(values) == 0 || db.Error != nil {
		return nil
	}
	return l.whoMeets(db, values, l.rows(db, values))
}

// whoMeets tells which of the values agree with some rows that were found by them.
// What is equal is the database's to say: a text may be compared without its case,
// a UUID be written in capitals.
func (l keySearch) whoMeets(db *gorm.DB, values [][]any, rows []reflect.Value) map[int][]reflect.Value {
	if len(rows) == 0 {
		return nil
	}
	if len(values) == 1 {
		return map[int][]reflect.Value{0: rows}
	}
	first := l.bySpelling(db, values, rows) // the first value that agrees with each row
	if unknown := placesOf(first, -1); len(unknown) > 0 && l.mayBeSpelled(db.Statement.Schema) {
		l.ask(db, values, upTo(len(values)), rows, unknown, func(row, value int) { first[row] = value })
	}
	of := map[int][]int{}
	for row, value := range first {
		if value >= 0 {
			of[value] = append(of[value], row)
		}
	}
	if l.each {
		l.tellOthers(db, values, rows, first, of)
	}
	met := map[int][]reflect.Value{}
	for value, list := range of {
		for _, row := range list {
			met[value] = append(met[value], rows[row])
		}
	}
	return met
}

// bySpelling finds for each row the first value that is written as it is, -1 for
// none.
func (l keySearch) bySpelling(db *gorm.DB, values [][]any, rows []reflect.Value) []int {
	places := map[string]int{}
	if !l.hasTextTime(db) {
		for i, value := range slices.Backward(values) {
			places[model.KeyText(value...)] = i
		}
	}
	first := make([]int, len(rows))
	for i, row := range rows {
		first[i] = -1
		if have, _ := ValuesOf(db.Statement, row, l.columns); len(have) > 0 {
			if place, ok := places[model.KeyText(have[0]...)]; ok {
				first[i] = place
			}
		}
	}
	return first
}

// tellOthers gives their rows to the values that agree with one that has its rows.
func (l keySearch) tellOthers(db *gorm.DB, values [][]any, rows []reflect.Value, first []int, of map[int][]int) {
	told := map[string][]int{}
	for value, list := range of {
		told[model.KeyText(values[value]...)] = list
	}
	var open []int
	for i, value := range values {
		switch list := told[model.KeyText(value...)]; {
		case of[i] != nil:
		case list != nil && !l.hasTextTime(db):
			of[i] = list
		default:
			open = append(open, i)
		}
	}
	for len(open) > 0 && l.mayBeSpelled(db.Statement.Schema) {
		before := len(open)
		l.ask(db, values, open, rows, upTo(len(rows)), func(row, value int) {
			if first[row] >= 0 {
				of[value] = of[first[row]]
			}
		})
		if open = slices.DeleteFunc(open, func(i int) bool { return of[i] != nil }); len(open) == before {
			return
		}
	}
}

// maxAsked is how many values the database is asked about in one statement.
const maxAsked = 200

// ask has the database tell which of some values is the first that each of some
// rows agrees with. The rows are named by their primary keys.
//
//	SELECT id, CASE WHEN email = 'Ana' THEN 0 WHEN email = 'Bob' THEN 1 END FROM users WHERE id IN (7, 9)
func (l keySearch) ask(db *gorm.DB, values [][]any, places []int, rows []reflect.Value, of []int, tell func(row, value int)) {
	stmt, d := db.Statement, l.d
	names := model.PrimaryNames(stmt.Schema)
	if len(names) == 0 || len(places) == 0 {
		return
	}
	told := map[int]bool{}
	for some := range slices.Chunk(of, d.Chunk(len(names))) {
		byKey := map[string]int{}
		asked := make([]reflect.Value, len(some))
		for i, row := range some {
			asked[i] = rows[row]
			byKey[model.KeyString(stmt.Context, stmt.Schema, rows[row])] = row
		}
		for part := range slices.Chunk(places, maxAsked) {
			tx := session.Stored(d.Reading(l.query(db).Where(expr.InCurrent(names, model.KeysIn(stmt, asked)))).
				Clauses(clause.Select{Expression: l.whose(names, values, part)}))
			key, take := session.KeyScan(len(names))
			var value sql.NullInt64
			_, err := session.Scan(tx, append(key, &value), func() {
				typed, err := model.TypedKey(stmt.Schema, take())
				if row, ok := byKey[model.KeyText(typed...)]; ok && err == nil && value.Valid && !told[row] {
					told[row] = true
					tell(row, int(value.Int64))
				}
			})
			if db.AddError(err) != nil {
				return
			}
		}
	}
}

// whose is the primary key of a row, and the place of the first value that agrees
// with it.
func (l keySearch) whose(names []string, values [][]any, places []int) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		expr.WriteColumns(b, expr.Columns(clause.CurrentTable, names), false)
		_, _ = b.WriteString(",CASE")
		for _, place := range places {
			_, _ = b.WriteString(" WHEN ")
			for i, name := range l.columns {
				if i > 0 {
					_, _ = b.WriteString(" AND ")
				}
				b.WriteQuoted(clause.Column{Table: clause.CurrentTable, Name: name})
				_, _ = b.WriteString(" = ")
				b.AddVar(b, values[place][i])
			}
			_, _ = b.WriteString(" THEN " + strconv.Itoa(place))
		}
		_, _ = b.WriteString(" END")
	})
}

// mayBeSpelled tells if values of the key can be equal and yet not be written as
// each other. Whole numbers cannot.
func (l keySearch) mayBeSpelled(s *schema.Schema) bool {
	return slices.ContainsFunc(l.columns, func(name string) bool {
		field := s.FieldsByDBName[name]
		if field == nil {
			return true
		}
		switch kind := field.IndirectFieldType.Kind(); {
		case kind == reflect.Bool, kind >= reflect.Int && kind <= reflect.Uint64:
			return field.DataType != schema.Bool && field.DataType != schema.Int && field.DataType != schema.Uint
		}
		return true
	})
}

// hasTextTime tells if the key has a time that the database compares as a text,
// with its zone.
func (l keySearch) hasTextTime(db *gorm.DB) bool {
	return l.d.TextTime && slices.ContainsFunc(l.columns, func(name string) bool {
		field := db.Statement.Schema.FieldsByDBName[name]
		return field != nil && model.IsTime(field)
	})
}

// agrees tells if a row has some values in some columns.
func (l keySearch) agrees(db *gorm.DB, row reflect.Value, value []any) bool {
	stmt := db.Statement
	have, _ := ValuesOf(stmt, row, l.columns)
	if len(have) > 0 && model.KeyText(have[0]...) == model.KeyText(value...) && !l.hasTextTime(db) {
		return true
	}
	tx := l.query(db).Where(expr.InCurrent(model.PrimaryNames(stmt.Schema), model.KeysIn(stmt, []reflect.Value{row}))).Where(expr.InCurrent(l.columns, [][]any{value}))
	found, err := session.AnyStored(l.d.Reading(tx))
	_ = db.AddError(err)
	return found
}

// onceEach lists names once each.
func onceEach(lists ...[]string) []string {
	var all []string
	for _, name := range slices.Concat(lists...) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// placesOf are the places at which a list holds a number.
func placesOf(list []int, number int) []int {
	var places []int
	for i, n := range list {
		if n == number {
			places = append(places, i)
		}
	}
	return places
}

// upTo lists the numbers from 0 on.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

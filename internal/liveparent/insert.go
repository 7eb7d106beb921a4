package liveparent

import (
	"database/sql"
	"database/sql/driver"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Insert is the values of one INSERT.
type Insert struct {
	Dialect *dialect.Dialect
	Model   *model.Model // nil if it is not soft-deletable

	// Begin begins the transaction that a check and the write after it are in, one in
	// which something can be undone after the check if that is undoable.
	Begin func(undoable bool)

	// SkipsTrashed: trashed rows that it meets stay as they are.
	SkipsTrashed func() bool

	db     *gorm.DB
	schema *schema.Schema
	values clause.Values

	conflict clause.OnConflict
	upserts  bool // there is a conflict clause

	later []func() error // checks of what is known after the insert only
}

// Run makes GORM's create step check the parents of the rows that it inserts, by the
// very values that go into the statement: it is called when they are known, and before
// they are sent.
func (in *Insert) Run(db *gorm.DB, parents []*Relation, next func(*gorm.DB)) {
	in.db, in.schema = db, db.Statement.Schema
	restore := session.Intercept(db, "VALUES", func(expr clause.Expression) {
		in.values, _ = expr.(clause.Values)
		in.check(parents)
	})
	next(db)
	restore()
	for _, later := range in.later {
		if db.Error != nil {
			return
		}
		if err := db.AddError(later()); err != nil {
			db.RowsAffected = 0
		}
	}
}

// check adds an error if a row would be inserted under a trashed parent.
func (in *Insert) check(parents []*Relation) {
	in.conflict, in.upserts = in.db.Statement.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	for _, l := range parents {
		if err := in.checkParent(l); err != nil {
			_ = in.db.AddError(err)
			return
		}
	}
}

func (in *Insert) checkParent(l *Relation) error {
	assigned := in.assigned(l)
	if assigned == byExpression {
		if err := in.checkLater(l); err != nil {
			return err
		}
	}
	var keys [][]any
	rows := map[string][]int{}
	for i := range in.values.Values {
		if in.insertsTrashed(i) {
			continue
		}
		key, ok := in.key(i, l.Foreign)
		if !ok {
			return l.unsure(in.schema, "its key is an SQL expression: read the key first")
		}
		if isNoKey(key) {
			continue
		}
		text := model.KeyText(key...)
		if rows[text] == nil {
			keys = append(keys, key)
		}
		rows[text] = append(rows[text], i)
	}
	if len(keys) == 0 {
		return nil
	}
	in.Begin(false)
	if err := l.beOnlyWriter(in.db, in.Dialect); err != nil {
		return err
	}
	trashed, err := l.trashedAmong(in.db, in.Dialect, keys)
	if err != nil || len(trashed) == 0 {
		return err
	}
	if in.upserts {
		if spared, err := in.spares(suspects(rows, trashed), assigned); spared || err != nil {
			return err
		}
	}
	return l.refusal(in.schema)
}

// suspects are the values that have one of some keys; all of them if the
// database spells one of these in another way than the values do.
func suspects(rows map[string][]int, trashed [][]any) []int {
	var some, every []int
	known := true
	for _, key := range trashed {
		found := rows[model.KeyText(key...)]
		known = known && found != nil
		some = append(some, found...)
	}
	if known {
		return some
	}
	for _, found := range rows {
		every = append(every, found...)
	}
	return every
}

// key returns what an insert puts into some columns. It is false if that cannot
// be told. Columns that are left out get their default.
func (in *Insert) key(row int, columns []string) ([]any, bool) {
	key := make([]any, len(columns))
	for i, name := range columns {
		value, given := in.value(row, name)
		if !given {
			field := in.schema.FieldsByDBName[name]
			switch {
			case field == nil || field.DefaultValue == "" || strings.EqualFold(field.DefaultValue, "NULL"):
			case field.DefaultValueInterface == nil:
				return nil, false
			default:
				value = field.DefaultValueInterface
			}
		}
		if isNullWord(value) {
			value = nil
		}
		if !isConstant(value) {
			return nil, false
		}
		key[i] = value
	}
	return key, true
}

// value is what an insert puts into a column, false if it puts nothing there.
func (in *Insert) value(row int, name string) (any, bool) {
	i := slices.IndexFunc(in.values.Columns, func(c clause.Column) bool { return expr.IsColumn(c, name) })
	if i < 0 || i >= len(in.values.Values[row]) {
		return nil, false
	}
	value := in.values.Values[row][i]
	if word, ok := value.(clause.Expr); ok && strings.EqualFold(word.SQL, "DEFAULT") {
		return nil, false
	}
	return value, true
}

// insertsTrashed tells if a row goes into the trash at once. Where it may meet
// another row, that one's marker counts.
func (in *Insert) insertsTrashed(row int) bool {
	if in.Model == nil || in.upserts {
		return false
	}
	field := in.Model.Marker.Field
	value, ok := in.value(row, field.DBName)
	if !ok || model.IsNull(value) || reflect.ValueOf(value).IsZero() || !isConstant(value) {
		return false
	}
	ctx := in.db.Statement.Context
	made := reflect.New(in.Model.Schema.ModelType).Elem()
	return field.Set(ctx, made, value) == nil && in.Model.Marker.IsTrashed(ctx, made)
}

// assignment is what the update of an upsert does to a foreign key.
type assignment int

const (
	notAtAll     assignment = iota // it leaves it as it is
	byValues                       // it becomes that of the values
	byExpression                   // it becomes something else, or in part
)

func (in *Insert) assigned(l *Relation) assignment {
	if in.conflict.DoNothing {
		return notAtAll
	}
	some, same := false, true
	for _, name := range l.Foreign {
		i := slices.IndexFunc(in.conflict.DoUpdates, func(a clause.Assignment) bool { return expr.IsColumn(a.Column, name) })
		if i < 0 {
			// In the columns of the conflict both rows agree.
			same = same && slices.Contains(in.target(), name)
			continue
		}
		some = true
		column, ok := in.conflict.DoUpdates[i].Value.(clause.Column)
		same = same && ok && column.Table == "excluded" && expr.IsColumn(column, name)
	}
	switch {
	case !some:
		return notAtAll
	case same:
		return byValues
	default:
		return byExpression
	}
}

// target are the columns by which an upsert finds the row in its way.
func (in *Insert) target() []string {
	if len(in.conflict.Columns) == 0 {
		return model.PrimaryNames(in.schema)
	}
	names := make([]string, len(in.conflict.Columns))
	for i, column := range in.conflict.Columns {
		names[i] = column.Name
		if field := in.schema.LookUpField(column.Name); field != nil {
			names[i] = field.DBName
		}
	}
	return names
}

// checkLater checks rows that an upsert updates in a way that is known after it
// only: by the columns of the conflict, as they then stand.
func (in *Insert) checkLater(l *Relation) error {
	if len(in.conflict.Columns) == 0 {
		return l.unsure(in.schema, "an upsert sets its key: name the columns of the conflict")
	}
	var keys [][]any
	for i := range in.values.Values {
		if key, ok := in.key(i, in.target()); ok && !slices.ContainsFunc(key, model.IsNull) {
			keys = append(keys, key)
		}
	}
	in.Begin(true)
	table := session.OwnTable(in.db.Statement)
	in.later = append(in.later, func() error {
		for chunk := range slices.Chunk(keys, in.Dialect.Chunk(len(in.target()))) {
			where := []clause.Expression{expr.In(table, in.target(), chunk)}
			if in.Model != nil {
				where = append(where, &model.Filter{Model: in.Model, Table: table, Show: model.LiveOnly})
			}
			if err := l.CheckRows(in.db, in.Dialect, in.schema, table, expr.AllOf(where)); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// spares tells if an upsert inserts none of some values, and does not give their
// foreign key to the rows that they meet, which are locked. What it gives to
// these otherwise is checked later.
func (in *Insert) spares(rows []int, assigned assignment) (bool, error) {
	stmt := in.db.Statement
	if assigned == byValues && !in.SkipsTrashed() {
		return false, nil
	}
	var keys [][]any
	seen := map[string]bool{}
	for _, i := range rows {
		key, ok := in.key(i, in.target())
		if !ok || slices.ContainsFunc(key, model.IsNull) {
			return false, nil
		}
		if text := model.KeyText(key...); !seen[text] {
			seen[text] = true
			keys = append(keys, key)
		}
	}
	d, table := in.Dialect, session.OwnTable(stmt)
	var met int
	for chunk := range slices.Chunk(keys, d.Chunk(len(in.target()))) {
		where := []clause.Expression{expr.In(table, in.target(), chunk)}
		if assigned == byValues {
			where = append(where, &model.Filter{Model: in.Model, Table: table, Show: model.TrashedOnly})
		}
		var one int
		n, err := session.Query(in.db, []any{&one}, func() {},
			"SELECT 1 FROM ", clause.Table{Name: table}, " WHERE ", expr.AllOf(where), shareLock(d))
		if err != nil {
			return false, err
		}
		met += int(n)
	}
	return met == len(keys), nil
}

// isNoKey tells if a foreign key refers to no row: a part of it is NULL, or all
// of it is zero, as GORM has it.
func isNoKey(key []any) bool {
	return slices.ContainsFunc(key, model.IsNull) ||
		!slices.ContainsFunc(key, func(v any) bool { return !reflect.ValueOf(v).IsZero() })
}

// isNullWord tells if a value is the expression NULL.
func isNullWord(value any) bool {
	word, ok := value.(clause.Expr)
	return ok && len(word.Vars) == 0 && strings.EqualFold(strings.TrimSpace(word.SQL), "NULL")
}

// isConstant tells if a value goes into a statement as itself, and not as SQL
// that the database evaluates.
func isConstant(value any) bool {
	switch value.(type) {
	case nil, gorm.Valuer, driver.Valuer, []byte:
		return true
	case clause.Column, clause.Table, clause.Interface, clause.Expression, sql.NamedArg, *gorm.DB, []any:
		return false
	}
	switch t := reflect.TypeOf(value); t.Kind() {
	case reflect.Slice, reflect.Array:
		return t.Elem().Kind() == reflect.Uint8
	default:
		return true
	}
}

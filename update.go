package softdelete

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// update builds the UPDATE of a soft delete or restore and lets next execute
// it. It finds out which of the caller's values had their rows changed, and if
// there is a plan returns all of the changed rows.
func (op *operation) update(db *gorm.DB, set clause.Set, next func(*gorm.DB)) *rowSet {
	stmt := db.Statement
	defer saveClauses(stmt)()
	dropOwnFrom(stmt)
	wanted, asked := stmt.Clauses["RETURNING"]
	d := op.dialect
	if !d.returning {
		delete(stmt.Clauses, "RETURNING")
	}
	op.values = slices.DeleteFunc(op.values, func(v *tracked) bool {
		if hasKey(stmt, v.value) {
			return false
		}
		v.revert(stmt.Context, op.model)
		return true
	})
	planned := op.plan != nil && op.kind == OpSoftDelete
	known := len(op.values) > 1 || planned // which rows have changed has to be known
	var (
		locked  []reflect.Value
		changed reflect.Value
		root    *rowSet
	)
	streams := planned && d.returning && len(op.values) == 0 && !asked
	returns := known && d.returning && len(op.values) > 0
	locks := known && !streams && !returns && !db.DryRun
	if locks {
		if locked = op.lockRows(db, d); db.Error != nil {
			return nil
		}
	}
	stmt.Clauses["SET"] = clause.Clause{Name: "SET", Expression: set}
	stmt.AddClauseIfNotExists(clause.Update{})
	switch {
	case returns:
		changed = op.returnKeys(stmt)
	case streams:
		stmt.Clauses["RETURNING"] = clause.Clause{Name: "RETURNING", Expression: clause.Returning{Columns: columnsOf("", op.plan.root.key())}}
	}
	stmt.SQL.Grow(180) // as GORM's own update does
	stmt.Build(db.Callback().Update().Clauses...)
	dest, value := stmt.Dest, stmt.ReflectValue
	if returns {
		stmt.Dest, stmt.ReflectValue = changed.Interface(), changed.Elem()
	}
	if streams && !db.DryRun {
		root = op.stream(db)
	} else {
		next(db)
	}
	stmt.Dest, stmt.ReflectValue = dest, value
	if db.Error != nil || db.DryRun {
		return nil
	}
	op.rows = db.RowsAffected
	switch {
	case returns:
		op.matchRows(stmt, changed.Elem(), wanted)
		return op.rootOf(stmt, elementsOf(changed.Elem()))
	case locks:
		texts := keys{}
		for _, row := range locked {
			texts[keyString(stmt.Context, stmt.Schema, row)] = true
		}
		for _, v := range op.values {
			v.done = v.done || texts[keyString(stmt.Context, stmt.Schema, v.value)]
		}
		return op.rootOf(stmt, locked)
	default:
		for _, v := range op.values {
			v.done = v.done || db.RowsAffected > 0 && hasKey(stmt, v.value)
		}
		return root
	}
}

// rootOf is the set of loaded rows, if the operation has a plan to go on with.
func (op *operation) rootOf(stmt *gorm.Statement, rows []reflect.Value) *rowSet {
	if op.plan == nil {
		return nil
	}
	set := op.rootSet(stmt)
	names := op.plan.root.key()
	for _, row := range rows {
		key := make([]any, len(names))
		for i, name := range names {
			key[i] = fieldValue(stmt.Context, stmt.Schema.FieldsByDBName[name], row)
		}
		set.keys = append(set.keys, key)
	}
	return set
}

// rootSet is an empty set of the operation's own rows, which may be on another
// table than the model's.
func (op *operation) rootSet(stmt *gorm.Statement) *rowSet {
	set := newSet(op.plan.root)
	set.name = tableOf(stmt, op.model)
	return set
}

// stream executes an UPDATE that returns keys, and keeps no more of them than
// it has to.
func (op *operation) stream(db *gorm.DB) *rowSet {
	stmt := db.Statement
	set := op.rootSet(stmt)
	rows, err := stmt.ConnPool.QueryContext(stmt.Context, stmt.SQL.String(), stmt.Vars...)
	if err != nil {
		_ = db.AddError(err)
		return nil
	}
	dest, take := keyScan(len(stmt.Schema.PrimaryFields))
	n, err := scanAll(rows, dest, func(n int64) {
		if op.model.deletionID == nil || n <= few {
			set.keys = append(set.keys, take())
		}
	})
	if db.AddError(err) != nil {
		return nil
	}
	db.RowsAffected = n
	if stmt.Result != nil {
		stmt.Result.RowsAffected = n
	}
	op.cascade.byID(set, n)
	return set
}

func hasKey(stmt *gorm.Statement, row reflect.Value) bool {
	for _, field := range stmt.Schema.PrimaryFields {
		if _, zero := field.ValueOf(stmt.Context, row); !zero {
			return true
		}
	}
	return false
}

// saveClauses returns what gives a statement back the clauses that a write sets,
// so that a handle used again holds none of them.
func saveClauses(stmt *gorm.Statement) func() {
	names := [...]string{"SET", "UPDATE", "DELETE", "FROM", "RETURNING"}
	var saved [len(names)]clause.Clause
	for i, name := range names {
		saved[i] = stmt.Clauses[name]
	}
	return func() {
		for i, c := range saved {
			if name := names[i]; c.Expression == nil && c.Name == "" {
				delete(stmt.Clauses, name)
			} else {
				stmt.Clauses[name] = c
			}
		}
	}
}

// dropOwnFrom takes the FROM off a statement that a read has left there, which
// names no table but the statement's own: an UPDATE would name that twice.
func dropOwnFrom(stmt *gorm.Statement) {
	if from, ok := stmt.Clauses["FROM"].Expression.(clause.From); ok && len(from.Tables) == 0 && len(from.Joins) == 0 {
		delete(stmt.Clauses, "FROM")
	}
}

// returnKeys makes the UPDATE return the rows that it changed, into a slice of
// its own: GORM would put the first row into the caller's first value, whichever
// that is. What the caller wants returned is returned along.
func (op *operation) returnKeys(stmt *gorm.Statement) reflect.Value {
	returning, asked := stmt.Clauses["RETURNING"].Expression.(clause.Returning)
	if !asked || len(returning.Columns) > 0 {
		for _, name := range primaryNames(stmt.Schema) {
			if !slices.ContainsFunc(returning.Columns, func(c clause.Column) bool { return c.Name == name }) {
				returning.Columns = append(slices.Clip(returning.Columns), clause.Column{Name: name})
			}
		}
	}
	stmt.Clauses["RETURNING"] = clause.Clause{Name: "RETURNING", Expression: returning}
	return reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)))
}

// matchRows gives the returned rows to the caller's values of the same key.
func (op *operation) matchRows(stmt *gorm.Statement, rows reflect.Value, wanted clause.Clause) {
	changed := make(map[string]reflect.Value, rows.Len())
	for i := range rows.Len() {
		changed[keyString(stmt.Context, stmt.Schema, rows.Index(i))] = rows.Index(i).Elem()
	}
	distinct := make(map[string]bool, len(op.values))
	for _, v := range op.values {
		distinct[keyString(stmt.Context, stmt.Schema, v.value)] = true
	}
	// Of each key there is one row at most, however the database spells it.
	each := len(distinct) == rows.Len()
	returning, asked := wanted.Expression.(clause.Returning)
	for _, v := range op.values {
		row, ok := changed[keyString(stmt.Context, stmt.Schema, v.value)]
		v.done = v.done || ok || each
		if !ok || !asked {
			continue
		}
		for _, field := range stmt.Schema.Fields {
			if field.DBName == "" || !field.Readable || field.PrimaryKey {
				continue
			}
			if len(returning.Columns) > 0 && !slices.ContainsFunc(returning.Columns, func(c clause.Column) bool {
				return c.Name == field.DBName || c.Name == "*"
			}) {
				continue
			}
			field.ReflectValueOf(stmt.Context, v.value).Set(field.ReflectValueOf(stmt.Context, row))
		}
	}
}

// lockRows reads, under a lock, which rows the UPDATE will change, for databases
// that cannot return them.
func (op *operation) lockRows(db *gorm.DB, d dialect) []reflect.Value {
	stmt := db.Statement
	tx := onTable(beside(db), stmt).Unscoped().Select(primaryNames(stmt.Schema))
	tx.Statement.Clauses["WHERE"] = stmt.Clauses["WHERE"]
	if d.rowLock {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	rows := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)))
	if err := tx.Find(rows.Interface()).Error; err != nil {
		_ = db.AddError(err)
		return nil
	}
	return elementsOf(rows.Elem())
}

// onTable returns a handle on the model and table of a statement.
func onTable(tx *gorm.DB, stmt *gorm.Statement) *gorm.DB {
	tx = tx.Model(reflect.New(stmt.Schema.ModelType).Interface())
	tx.Statement.TableExpr, tx.Statement.Table = stmt.TableExpr, stmt.Table
	return tx
}

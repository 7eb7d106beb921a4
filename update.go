package softdelete

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// update builds the UPDATE of a soft delete or restore and lets next execute
// it. It finds out which of the caller's values had their rows changed.
func (op *operation) update(db *gorm.DB, set clause.Set, next func(*gorm.DB)) {
	stmt := db.Statement
	defer saveClauses(stmt)()
	dropOwnFrom(stmt)
	wanted := stmt.Clauses["RETURNING"]
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
	several := len(op.values) > 1
	var locked map[string]bool
	if several && !d.returning && !db.DryRun {
		if locked = op.lockRows(db, d); db.Error != nil {
			return
		}
	}
	stmt.Clauses["SET"] = clause.Clause{Name: "SET", Expression: set}
	stmt.AddClauseIfNotExists(clause.Update{})
	var changed reflect.Value
	if several && d.returning {
		changed = op.returnKeys(stmt)
	}
	stmt.SQL.Grow(180) // as GORM's own update does
	stmt.Build(db.Callback().Update().Clauses...)
	dest, value := stmt.Dest, stmt.ReflectValue
	if changed.IsValid() {
		stmt.Dest, stmt.ReflectValue = changed.Interface(), changed.Elem()
	}
	next(db)
	stmt.Dest, stmt.ReflectValue = dest, value
	if db.Error != nil || db.DryRun {
		return
	}
	op.rows = db.RowsAffected
	switch {
	case changed.IsValid():
		op.matchRows(stmt, changed.Elem(), wanted)
	case locked != nil:
		for _, v := range op.values {
			v.done = locked[keyString(stmt.Context, stmt.Schema, v.value)]
		}
	default:
		for _, v := range op.values {
			v.done = op.rows > 0 && hasKey(stmt, v.value)
		}
	}
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
		v.done = ok || each
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
func (op *operation) lockRows(db *gorm.DB, d dialect) map[string]bool {
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
	locked := map[string]bool{}
	for i := range rows.Elem().Len() {
		locked[keyString(stmt.Context, stmt.Schema, rows.Elem().Index(i))] = true
	}
	return locked
}

// onTable returns a handle on the model and table of a statement.
func onTable(tx *gorm.DB, stmt *gorm.Statement) *gorm.DB {
	tx = tx.Model(reflect.New(stmt.Schema.ModelType).Interface())
	tx.Statement.TableExpr, tx.Statement.Table = stmt.TableExpr, stmt.Table
	return tx
}

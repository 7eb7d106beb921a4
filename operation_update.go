package softdelete

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// update runs the UPDATE of a soft delete or restore, which next executes. It
// finds out which of the caller's values had their rows changed, and for a
// cascade returns the rows that it starts from.
func (op *operation) update(db *gorm.DB, set clause.Set, next func(*gorm.DB)) *rows.Set {
	stmt := db.Statement
	defer saveClauses(stmt)()
	dropOwnFrom(stmt)
	wanted, asked := stmt.Clauses["RETURNING"]
	if !op.dialect.Returning {
		delete(stmt.Clauses, "RETURNING")
	}
	op.values = slices.DeleteFunc(op.values, func(v *tracked) bool {
		if model.HasKey(stmt, v.value) {
			return false
		}
		v.revert(stmt.Context, op.model)
		return true
	})
	stmt.Clauses["SET"] = clause.Clause{Name: "SET", Expression: set}
	stmt.AddClauseIfNotExists(clause.Update{})
	starts := op.plan != nil && op.kind == OpSoftDelete
	records := op.cascade == nil || starts
	records = records && op.observed.wantsKeys() && len(stmt.Schema.PrimaryFields) > 0
	var keys [][]any
	switch {
	case len(op.values) < 2 && !starts && !records:
		op.updatePlainly(db, next)
	case !op.dialect.Returning, len(op.values) == 0 && asked:
		keys = op.updateLocked(db, starts || records, next)
	case len(op.values) == 0:
		keys = op.updateStreaming(db, records)
	default:
		keys = op.updateReturning(db, wanted, next)
	}
	if db.Error != nil || db.DryRun {
		return nil
	}
	if op.cascade == nil || starts {
		op.noteOwn(db, op.rows, keys)
	}
	if !starts {
		return nil
	}
	// Another struct for the table may have its key in another order.
	positions := rows.PositionsOf(op.plan.Root.Key(), model.PrimaryNames(stmt.Schema))
	if positions == nil {
		return nil
	}
	root := rows.NewSet(op.plan.Root)
	root.Keys = rows.Project(keys, positions)
	op.cascade.byID(root, op.rows)
	return root
}

// buildUpdate writes the SQL.
func buildUpdate(db *gorm.DB) {
	db.Statement.SQL.Grow(180) // as GORM's own update does
	db.Statement.Build(db.Callback().Update().Clauses...)
}

// updatePlainly is for one value at most: its row is the one that was changed.
func (op *operation) updatePlainly(db *gorm.DB, next func(*gorm.DB)) {
	buildUpdate(db)
	next(db)
	if db.Error != nil || db.DryRun {
		return
	}
	op.rows = db.RowsAffected
	for _, v := range op.values {
		v.done = v.done || op.rows > 0
	}
}

// updateReturning lets the database return the keys of the changed rows, into a
// slice of structs.
func (op *operation) updateReturning(db *gorm.DB, wanted clause.Clause, next func(*gorm.DB)) [][]any {
	stmt := db.Statement
	changed := op.returnKeys(stmt)
	buildUpdate(db)
	dest, value := stmt.Dest, stmt.ReflectValue
	stmt.Dest, stmt.ReflectValue = changed.Interface(), changed.Elem()
	next(db)
	stmt.Dest, stmt.ReflectValue = dest, value
	if db.Error != nil || db.DryRun {
		return nil
	}
	op.rows = db.RowsAffected
	op.matchRows(stmt, changed.Elem(), wanted)
	return model.KeysIn(stmt, model.ElementsOf(changed.Elem()))
}

// updateStreaming is for conditions: the database returns the keys, of which no
// more are kept than a cascade or an observer has to have.
func (op *operation) updateStreaming(db *gorm.DB, all bool) [][]any {
	stmt := db.Statement
	names := model.PrimaryNames(stmt.Schema)
	stmt.Clauses["RETURNING"] = clause.Clause{Name: "RETURNING", Expression: clause.Returning{Columns: expr.Columns("", names)}}
	buildUpdate(db)
	if db.DryRun || db.Error != nil {
		return nil
	}
	records, err := stmt.ConnPool.QueryContext(stmt.Context, stmt.SQL.String(), stmt.Vars...) //nolint:rowserrcheck // ScanAll returns it
	if err != nil {
		_ = db.AddError(err)
		return nil
	}
	var keys [][]any
	dest, take := session.KeyScan(len(names))
	n, err := session.ScanAll(records, dest, func(n int64) {
		if all || op.model.DeletionID == nil || n <= rows.Few {
			keys = append(keys, take())
		}
	})
	if db.AddError(err) != nil {
		return nil
	}
	op.changed(db, n)
	return keys
}

// changed says how many rows a statement has changed.
func (op *operation) changed(db *gorm.DB, n int64) {
	op.rows, db.RowsAffected = n, n
	if db.Statement.Result != nil {
		db.Statement.Result.RowsAffected = n
	}
}

// updateLocked reads the keys under a lock before the UPDATE. Where they are needed
// after, the UPDATE is of those keys, in as many statements as it takes.
func (op *operation) updateLocked(db *gorm.DB, needed bool, next func(*gorm.DB)) [][]any {
	stmt := db.Statement
	var locked []reflect.Value
	if !db.DryRun {
		locked = op.lockRows(db)
	}
	if db.Error != nil {
		return nil
	}
	if needed && !db.DryRun {
		filter := op.model.LiveRows
		if op.kind == OpRestore {
			filter = op.model.TrashedRows
		}
		t := &target{stmt: stmt}
		t.where, t.hadAny = stmt.Clauses["WHERE"]
		op.eachChunk(db, t, model.PrimaryNames(stmt.Schema), model.KeysIn(stmt, locked), filter, func() {
			buildUpdate(db)
			next(db)
		})
	} else {
		buildUpdate(db)
		next(db)
	}
	if db.Error != nil || db.DryRun {
		return nil
	}
	op.rows = db.RowsAffected
	texts := keys{}
	for _, row := range locked {
		texts[model.KeyString(stmt.Context, stmt.Schema, row)] = true
	}
	distinct := keys{}
	for _, v := range op.values {
		distinct[model.KeyString(stmt.Context, stmt.Schema, v.value)] = true
	}
	for _, v := range op.values {
		// Of each key there is one row at most, however the database spells it.
		v.done = v.done || len(distinct) == len(locked) || texts[model.KeyString(stmt.Context, stmt.Schema, v.value)]
	}
	return model.KeysIn(stmt, locked)
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
		for _, name := range model.PrimaryNames(stmt.Schema) {
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
		changed[model.KeyString(stmt.Context, stmt.Schema, rows.Index(i))] = rows.Index(i).Elem()
	}
	distinct := make(map[string]bool, len(op.values))
	for _, v := range op.values {
		distinct[model.KeyString(stmt.Context, stmt.Schema, v.value)] = true
	}
	// Of each key there is one row at most, however the database spells it.
	each := len(distinct) == rows.Len()
	returning, asked := wanted.Expression.(clause.Returning)
	for _, v := range op.values {
		row, ok := changed[model.KeyString(stmt.Context, stmt.Schema, v.value)]
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
func (op *operation) lockRows(db *gorm.DB) []reflect.Value {
	tx := session.OnTable(session.Beside(db), db.Statement).Unscoped()
	tx.Statement.Clauses["WHERE"] = db.Statement.Clauses["WHERE"]
	return op.lockFound(db, tx)
}

// lockFound reads the keys of the rows of a query, under a lock.
func (op *operation) lockFound(db *gorm.DB, tx *gorm.DB) []reflect.Value {
	stmt := db.Statement
	if err := lockDatabase(db, op.dialect, session.TableOf(stmt, op.model.Schema), op.model); err != nil {
		_ = db.AddError(err)
		return nil
	}
	tx = tx.Select(model.PrimaryNames(stmt.Schema))
	if op.dialect.RowLock {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	rows := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)))
	if err := session.ReadRows(session.Stored(tx), rows.Interface()); err != nil {
		_ = db.AddError(err)
		return nil
	}
	return model.ElementsOf(rows.Elem())
}

package liveparent

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Update is one UPDATE that is checked.
type Update struct {
	Dialect *dialect.Dialect
	Begin   func(undoable bool) // as that of an insert

	db      *gorm.DB
	refused *Relation // a trashed parent was found
	undo    []func()
}

// Run makes GORM's update step check the parents that it gives to rows, by what the
// statement sets: it is called when that is known, and before it is sent. What was
// found fails the update if it changes any row.
func (up *Update) Run(db *gorm.DB, parents []*Relation, next func(*gorm.DB)) {
	up.db = db
	stmt := db.Statement
	stmt.AddClauseIfNotExists(clause.Update{})
	restore := session.Intercept(db, "UPDATE", func(clause.Expression) { up.check(parents) })
	next(db)
	restore()
	for _, undo := range up.undo {
		undo()
	}
	if up.refused != nil && db.Error == nil && db.RowsAffected > 0 {
		db.RowsAffected = 0
		_ = db.AddError(up.refused.refusal(stmt.Schema))
	}
}

func (up *Update) check(parents []*Relation) {
	set, _ := up.db.Statement.Clauses["SET"].Expression.(clause.Set)
	for _, l := range parents {
		if err := up.checkParent(l, set); err != nil {
			_ = up.db.AddError(err)
			return
		}
	}
}

func (up *Update) checkParent(l *Relation, set clause.Set) error {
	db, s := up.db, up.db.Statement.Schema
	key := make([]any, len(l.Foreign))
	var kept []int // parts of the key that stay as they are
	for i, name := range l.Foreign {
		var value any
		given := false
		for _, a := range set {
			if expr.IsColumn(a.Column, name) {
				value, given = a.Value, true
			}
		}
		switch {
		case !given:
			kept = append(kept, i)
		case isNullWord(value) || model.IsNull(value):
			return nil
		case !isConstant(value):
			return l.unsure(s, "its key is set to an SQL expression: read the key first")
		default:
			key[i] = value
		}
	}
	if len(kept) == len(l.Foreign) || len(kept) == 0 && isNoKey(key) {
		return nil
	}
	up.Begin(false)
	if err := l.beOnlyWriter(db, up.Dialect); err != nil {
		return err
	}
	keys := [][]any{key}
	if len(kept) > 0 {
		var err error
		if keys, err = up.complete(l, key, kept); err != nil || len(keys) == 0 {
			return err
		}
	}
	trashed, err := l.trashedAmong(db, up.Dialect, keys)
	if err != nil || len(trashed) == 0 {
		return err
	}
	// Rows that the update would change make it fail; there may be none. What it
	// returns would go into the caller's values before that is known.
	up.Begin(true)
	up.refused = l
	up.keepClause("RETURNING")
	delete(db.Statement.Clauses, "RETURNING")
	return nil
}

// complete returns the keys that an update makes which sets a part of them: with
// the other parts of the rows that it is about. Those are locked, and the update
// is confined to rows with these parts, so that no row comes in between.
func (up *Update) complete(l *Relation, key []any, kept []int) ([][]any, error) {
	db, stmt := up.db, up.db.Statement
	if !up.hasCondition() {
		return nil, nil // GORM refuses the update
	}
	for _, name := range []string{"FROM", "LIMIT"} {
		if _, ok := stmt.Clauses[name]; ok {
			return nil, l.unsure(stmt.Schema, "a part of its key is set in an update with "+name)
		}
	}
	columns := make([]string, len(kept))
	dest := make([]any, len(kept))
	for i, part := range kept {
		columns[i] = l.Foreign[part]
		dest[i] = reflect.New(stmt.Schema.FieldsByDBName[columns[i]].FieldType).Interface()
	}
	tx := session.OnTable(session.Beside(db), stmt).Unscoped().Select(columns)
	if where, ok := stmt.Clauses["WHERE"]; ok {
		tx.Statement.Clauses["WHERE"] = where
	}
	if up.Dialect.RowLock {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	var keys, parts [][]any
	seen := map[string]bool{}
	_, err := session.Scan(tx, dest, func() {
		part, whole := make([]any, len(kept)), slices.Clone(key)
		for i, at := range kept {
			part[i] = reflect.ValueOf(dest[i]).Elem().Interface()
			whole[at] = part[i]
		}
		if text := model.KeyText(part...); !seen[text] && !slices.ContainsFunc(part, model.IsNull) {
			seen[text] = true
			keys, parts = append(keys, whole), append(parts, part)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(parts) > up.Dialect.Chunk(len(kept)) {
		return nil, l.unsure(stmt.Schema, "a part of its key is set on rows that differ too much in the other: update fewer at once")
	}
	up.confine(columns, parts)
	return keys, nil
}

// confine adds to an update that some columns have one of some values, or none.
func (up *Update) confine(columns []string, parts [][]any) {
	stmt := up.db.Statement
	either := []clause.Expression{expr.In(clause.CurrentTable, columns, parts)}
	for _, name := range columns {
		either = append(either, clause.Or(clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: name}}))
	}
	up.keepClause("WHERE")
	where := stmt.Clauses["WHERE"]
	where.Name = "WHERE"
	where.Expression = clause.Where{Exprs: append(slices.Clip(rawsql.Enclose(session.WhereExprs(stmt))), &rawsql.Group{Exprs: either})}
	stmt.Clauses["WHERE"] = where
}

// hasCondition tells if GORM lets the update run: it has a condition beside the
// filter, or needs none.
func (up *Update) hasCondition() bool {
	exprs := len(session.WhereExprs(up.db.Statement))
	if _, filtered := up.db.Statement.Clauses[model.GormFilterKey]; filtered {
		exprs--
	}
	return exprs > 0 || up.db.AllowGlobalUpdate
}

// keepClause has a clause put back as it is now after the update.
func (up *Update) keepClause(name string) {
	clauses := up.db.Statement.Clauses
	saved, had := clauses[name]
	up.undo = append(up.undo, func() {
		if had {
			clauses[name] = saved
		} else {
			delete(clauses, name)
		}
	})
}

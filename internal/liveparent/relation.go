// Package liveparent keeps rows from being written live under a trashed parent, by
// relations with the tag softdelete:"liveParent".
package liveparent

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Relation is a belongs-to relation with the tag softdelete:"liveParent": no
// row is written so that it is live and its parent by this relation trashed.
type Relation struct {
	Name   string // the relation's field
	Parent *model.Model

	// Foreign are columns of the child, Referred those of the parent that they
	// hold.
	Foreign, Referred []string

	// Reachable is an error if the parents cannot be locked from where a statement is.
	Reachable func(*gorm.DB) error
}

// CheckRows returns the error of rows of a table that a condition picks, if one of them has
// a trashed parent by the relation.
func (l *Relation) CheckRows(db *gorm.DB, d *dialect.Dialect, s *schema.Schema, table string, where clause.Expression) error {
	trashed, err := l.trashedParents(db, d, &rows.Selected{
		Columns: expr.Columns("", l.Referred), From: table, List: expr.Columns(table, l.Foreign), Where: where,
		Dialect: new(dialect.Dialect), // the query around it locks what it reads
	})
	if err == nil && len(trashed) > 0 {
		err = l.refusal(s)
	}
	return err
}

func (l *Relation) refusal(s *schema.Schema) error {
	return fault.About(fault.ErrParentTrashed, s.Name, "the row of relation "+l.Name+" is in the trash, restore it first or give another")
}

// unsure is the error of a write of which it cannot be told which parent it
// gives to the rows.
func (l *Relation) unsure(s *schema.Schema, why string) error {
	return fmt.Errorf("softdelete: model %s: %w: relation %s is tagged liveParent, and %s", s.Name, gorm.ErrInvalidData, l.Name, why)
}

// trashedAmong returns which of some keys are those of trashed parents.
func (l *Relation) trashedAmong(db *gorm.DB, d *dialect.Dialect, keys [][]any) ([][]any, error) {
	var trashed [][]any
	for chunk := range slices.Chunk(keys, d.Chunk(len(l.Referred))) {
		some, err := l.trashedParents(db, d, expr.In("", l.Referred, chunk))
		if err != nil {
			return nil, err
		}
		trashed = append(trashed, some...)
	}
	return trashed, nil
}

// trashedParents locks the parents that a condition picks, so that none is
// trashed before the transaction is over, and returns the keys of the trashed
// ones. The key of a live one is not among them, whatever trashed rows share it.
func (l *Relation) trashedParents(db *gorm.DB, d *dialect.Dialect, where clause.Expression) ([][]any, error) {
	if err := l.Reachable(db); err != nil {
		return nil, err
	}
	var trashed int
	dest := make([]any, len(l.Referred), len(l.Referred)+1)
	for i, name := range l.Referred {
		// In the type of the field a key is compared in the form that it has in
		// the caller's values.
		if field := l.Parent.Schema.FieldsByDBName[name]; field.Serializer == nil {
			dest[i] = reflect.New(field.FieldType).Interface()
		} else {
			dest[i] = new(any)
		}
	}
	dest = append(dest, &trashed)
	type found struct {
		key  []any
		live bool
	}
	byKey, order := map[string]*found{}, []*found(nil)
	_, err := session.Query(db, dest, func() {
		key := make([]any, len(l.Referred))
		for i := range key {
			key[i] = reflect.ValueOf(dest[i]).Elem().Interface()
		}
		text := model.KeyText(key...)
		f := byKey[text]
		if f == nil {
			f = &found{key: key}
			byKey[text], order = f, append(order, f)
		}
		f.live = f.live || trashed == 0
	}, "SELECT ", expr.Columns("", l.Referred), ", CASE WHEN ", &model.Filter{Model: l.Parent, Show: model.TrashedOnly}, " THEN 1 ELSE 0 END FROM ",
		clause.Table{Name: l.Parent.Schema.Table}, " WHERE ", where, shareLock(d))
	if err != nil {
		return nil, err
	}
	var keys [][]any
	for _, f := range order {
		if !f.live {
			keys = append(keys, f.key)
		}
	}
	return keys, nil
}

// shareLock locks the rows of a SELECT against being trashed, while others may
// lock them like that too.
func shareLock(d *dialect.Dialect) session.Part {
	if !d.RowLock {
		return ""
	}
	return locking{d.ShareLock}
}

// locking leaves the words of the lock to GORM's driver.
type locking struct{ strength string }

func (l locking) Build(b clause.Builder) {
	if stmt, ok := b.(*gorm.Statement); ok {
		_ = b.WriteByte(' ')
		stmt.AddClause(clause.Locking{Strength: l.strength})
		stmt.Build("FOR")
	}
}

// beOnlyWriter makes the transaction the one that writes, where a database has
// one at a time and no row locks. A transaction that has only read so far would
// have to give up if another one wrote meanwhile, without waiting for it.
func (l *Relation) beOnlyWriter(db *gorm.DB, d *dialect.Dialect) error {
	if d.RowLock {
		return nil
	}
	marker := clause.Column{Name: l.Parent.Marker.Field.DBName}
	_, err := session.Exec(db, "UPDATE ", clause.Table{Name: l.Parent.Schema.Table}, " SET ", marker, " = ", marker, " WHERE 1 = 0")
	return err
}

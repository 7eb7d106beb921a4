package softdelete

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// batch bounds a purge to some of the rows that it addresses: those that were
// trashed first, or of models that keep no time those with the least keys. Rows
// that somebody else has locked are left out where the database can do that.
type batch struct {
	limit  int
	model  *model
	timed  bool              // sorted by when the rows were trashed
	except map[*table]picker // rows that are not taken along, as they are addressed themselves
	after  *batchEnd         // where the batch before ended, nil for the first one
	only   [][]any           // these rows only, nil for any

	found [][]any // the keys of the rows
	end   *batchEnd
}

// batchEnd is the last row of a batch.
type batchEnd struct {
	at  any
	key []any
}

// read finds the rows of the batch by a query that has the conditions already. It
// locks them unless that is for a preview.
func (b *batch) read(tx *gorm.DB, d dialect, lock bool) error {
	names := primaryNames(b.model.schema)
	var list []any
	for _, column := range columnsOf(clause.CurrentTable, names) {
		list = append(list, column)
	}
	dest, key := keyScan(len(names))
	var at any
	var leading clause.Expression
	if b.timed {
		leading = b.column()
		list, dest = append(list, d.asStored(b.model, leading)), append(dest, &at)
	}
	tx = selecting(tx, list...).Clauses(inOrder(leading, names, false)).Limit(b.limit)
	if lock && d.rowLock {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: d.skipLocked})
	}
	b.found, b.end = nil, b.after
	_, err := scanQuery(tx, dest, func() {
		b.found = append(b.found, key())
		b.end = &batchEnd{at, b.found[len(b.found)-1]}
	})
	return err
}

// column is when a row was trashed, as it is stored.
func (b *batch) column() clause.Expression {
	column := clause.Column{Table: clause.CurrentTable, Name: b.model.at.DBName}
	return written(func(builder clause.Builder) { builder.WriteQuoted(column) })
}

// conditions are those of the rows of the batch: due, behind the batch before, or
// among some.
func (b *batch) conditions() []clause.Expression {
	var list []clause.Expression
	names := primaryNames(b.model.schema)
	if b.only != nil {
		list = append(list, inColumns(names, b.only))
	}
	if b.after == nil {
		return list
	}
	var leading clause.Expression
	if b.timed {
		leading = b.column()
	}
	return append(list, beyond(leading, b.after.at, names, b.after.key, ">"))
}

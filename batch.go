package softdelete

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// batch bounds a purge to some of the rows that it addresses: those that were
// trashed first, or of models that keep no time those with the least keys. Rows
// that somebody else has locked are left out where the database can do that,
// unless it is these rows that the batch is about: then it waits for them.
type batch struct {
	limit  int
	model  *model.Model
	when   clause.Expression      // when the rows were trashed, nil if they do not say; it is what sorts them
	except map[string]rows.Picker // rows that are not taken along, as they are addressed themselves
	after  *batchEnd              // where the batch before ended, nil for the first one
	until  *batchEnd              // where it ends at the latest, nil for anywhere
	only   [][]any                // these rows only, nil for any
	once   *atOnce                // it is found and removed by one statement; nil if it is not
	ruled  bool                   // the query has all that others say of its rows

	found [][]any // the keys of the rows
	seen  int     // how many there were, those that somebody else has locked among them where they are known
	end   *batchEnd
}

// batchEnd is the last row of a batch.
type batchEnd struct {
	at  any
	key []any
}

// read finds the rows of the batch by a query that has the conditions already, to
// which more can be added. It locks them unless that is for a preview.
func (b *batch) read(by func(more ...clause.Expression) *gorm.DB, d *dialect.Dialect, lock bool) error {
	b.found, b.end, b.seen = nil, b.after, 0
	if lock && d.LockByKey != "" {
		return b.readFirst(by, d)
	}
	found, err := b.query(by(), d, lock && d.RowLock)
	b.found, b.seen = found, len(found)
	return err
}

// readFirst is read where a lock is on all that a query looks at, which others would
// pass over: it finds the rows, and then locks those by their keys.
func (b *batch) readFirst(by func(more ...clause.Expression) *gorm.DB, d *dialect.Dialect) error {
	seen, err := b.query(by(), d, false)
	if b.seen = len(seen); err != nil || len(seen) == 0 {
		return err
	}
	end := b.end
	tx := by(expr.InCurrent(model.PrimaryNames(b.model.Schema), seen))
	tx.Statement.TableExpr = &clause.Expr{SQL: tx.Statement.Quote(clause.Table{Name: b.model.Schema.Table}) + d.LockByKey}
	b.found, err = b.query(tx, d, true)
	b.end = end
	return err
}

// query runs the query of a batch.
func (b *batch) query(tx *gorm.DB, d *dialect.Dialect, lock bool) (found [][]any, err error) {
	names := model.PrimaryNames(b.model.Schema)
	var list []any
	for _, column := range expr.Columns(clause.CurrentTable, names) {
		list = append(list, column)
	}
	dest, key := session.KeyScan(len(names))
	var at any
	if b.when != nil {
		list, dest = append(list, b.model.AsStored(d, b.when)), append(dest, &at)
	}
	tx = expr.Selecting(tx, list...).Clauses(expr.InOrder(b.when, names, false)).Limit(b.limit)
	if lock {
		locking := clause.Locking{Strength: clause.LockingStrengthUpdate}
		if b.only == nil {
			locking.Options = d.SkipLocked
		}
		tx = tx.Clauses(locking)
	}
	if b.ruled {
		tx = session.Stored(tx)
	}
	_, err = session.Scan(tx, dest, func() {
		found = append(found, key())
		b.end = &batchEnd{at, found[len(found)-1]}
	})
	return found, err
}

// conditions are those of the rows of the batch: behind the batch before, or among
// some.
func (b *batch) conditions() []clause.Expression {
	var list []clause.Expression
	names := model.PrimaryNames(b.model.Schema)
	if b.only != nil {
		list = append(list, expr.InCurrent(names, b.only))
	}
	if b.after != nil {
		list = append(list, expr.Beyond(b.when, b.after.at, names, b.after.key, ">"))
	}
	if b.until != nil {
		list = append(list, expr.Beyond(b.when, b.until.at, names, b.until.key, "<="))
	}
	return list
}

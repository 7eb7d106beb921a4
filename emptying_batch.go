package softdelete

import (
	"context"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// attempts is how often a batch is tried that the database ended because of
// others' work. Where others cannot be waited for, each attempt may meet them again;
// where it has waited for them as long as it may, fewer are enough.
const attempts, attemptsAfterWaits = 10, 5

// mostBackoff bounds how long is waited before a batch is tried again.
const mostBackoff = 2 * time.Second

// backoff is how long to wait before the next attempt: a random time, so that two who
// have met do not meet again, and for long enough that one of them is through.
func backoff(attempt int, took time.Duration) time.Duration {
	return rand.N(min(max(took, time.Millisecond)<<min(attempt, 10), mostBackoff)) //nolint:gosec // no secret
}

// next removes the rows of the next batch, and returns how many it had: by one
// statement where that can be, which leaves those on which others hang.
func (e *emptying) next(ctx context.Context, q *queue, b *batch) (int, error) {
	if !e.canAtOnce() {
		err := e.batch(ctx, q, b)
		return b.seen, err
	}
	rows := map[string]int64{}
	b.once = &atOnce{limit: b.limit}
	if err := e.purge(q, b, rows); err != nil {
		if ended := ctx.Err(); ended != nil {
			return 0, ended
		}
		// Who it is that fails, and why, is found out step by step.
		e.stepwise = e.stepwise || dialect.HasState(err, "0A", "42")
		b.once, b.end = nil, nil
		err := e.batch(ctx, q, b)
		return b.seen, err
	}
	e.add(rows)
	size, after := int(b.once.size), b.after
	for more := b.once.left > 0; more; {
		limit := b.limit
		if e.options.MaxRows > 0 {
			limit = int(min(int64(limit), e.options.MaxRows-e.done))
		}
		if limit <= 0 {
			break
		}
		rest := &batch{limit: limit, model: b.model, when: b.when, after: after, until: b.end}
		if err := e.batch(ctx, q, rest); err != nil {
			return size, err
		}
		more, after = rest.seen == limit, rest.end
	}
	return size, nil
}

// add adds removed rows to the report.
func (e *emptying) add(rows map[string]int64) {
	for table, n := range rows {
		e.report.Rows[table] += n
		e.done += n
	}
}

// batch removes the rows of a batch. Where some of them cannot be removed, it
// finds out which, by halves, and removes the others.
func (e *emptying) batch(ctx context.Context, q *queue, b *batch) error {
	var rows map[string]int64
	var err error
	// A database may end the caller's whole transaction over a deadlock.
	_, inTransaction := e.db.Statement.ConnPool.(gorm.TxCommitter)
	for i := range attempts {
		rows = map[string]int64{}
		began := time.Now()
		if err = e.purge(q, b, rows); !dialect.IsTransient(err) || ctx.Err() != nil || inTransaction || i == attempts-1 || i >= attemptsAfterWaits-1 && dialect.HasWaited(err) {
			break
		}
		if ended := wait(ctx, backoff(i, time.Since(began))); ended != nil {
			return ended
		}
	}
	if err == nil {
		e.add(rows)
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	if dialect.IsTooLarge(err) {
		if inTransaction {
			return err // of which the rows before are a part
		}
		e.options.BatchSize = max(1, min(e.options.BatchSize, len(b.found)/2))
	}
	if len(b.found) == 0 || dialect.IsTransient(err) || dialect.IsSystemic(err) || e.db.Model(model.NewOf(q.model.Schema.ModelType)).Exec("SELECT 1").Error != nil {
		return err
	}
	if len(b.found) == 1 {
		key, keyErr := model.TypedKey(q.model.Schema, b.found[0])
		if keyErr != nil {
			return keyErr
		}
		e.report.Failed = append(e.report.Failed, RowError{Table: q.model.Schema.Table, Model: q.model.Name(), Key: key, Err: err})
		return nil
	}
	for half := range slices.Chunk(b.found, (len(b.found)+1)/2) {
		part := &batch{limit: len(half), model: b.model, when: b.when, only: half}
		if err := e.batch(ctx, q, part); err != nil {
			return err
		}
	}
	return nil
}

// purge removes the rows of a batch in one transaction, or says what would be
// removed.
func (e *emptying) purge(q *queue, b *batch, rows map[string]int64) error {
	tx, err := e.query(q)
	if err != nil {
		return err
	}
	b.found = nil
	tx = also(tx, b.conditions(e.d)...)
	switch value := model.NewOf(q.model.Schema.ModelType); {
	case e.options.DryRun:
		return e.preview(tx, b, rows)
	case e.options.Hooks:
		return e.purgeLoaded(tx, b, rows)
	default:
		if b.once != nil {
			tx = tx.Session(&gorm.Session{SkipDefaultTransaction: true})
		}
		return Purge(ask(tx, func(r *request) { r.batch, r.tally = b, rows }), value).Error
	}
}

// purgeLoaded loads the rows of a batch, so that their hooks can run.
func (e *emptying) purgeLoaded(query *gorm.DB, b *batch, rows map[string]int64) error {
	return session.AsUnit(session.OnPrimary(query, b.model.Schema), func(tx *gorm.DB) error {
		if err := lockDatabase(tx, e.d, b.model.Schema.Table, b.model); err != nil {
			return err
		}
		due := once(tx, b.model)
		by := func(more ...clause.Expression) *gorm.DB { return inTrash(also(due, more...)) }
		if err := b.read(by, e.d, true); err != nil || len(b.found) == 0 {
			return err
		}
		loaded := reflect.New(reflect.SliceOf(reflect.PointerTo(b.model.Schema.ModelType)))
		fresh := tx.Session(&gorm.Session{NewDB: true}).Clauses()
		session.CopySettings(fresh.Statement, tx.Statement)
		fresh = fresh.Session(&gorm.Session{})
		keys := expr.InCurrent(model.PrimaryNames(b.model.Schema), b.found)
		if err := session.ReadRows(e.d.Reading(fresh.Scopes(OnlyTrashed)).Where(keys), loaded.Interface()); err != nil || loaded.Elem().Len() == 0 {
			return err
		}
		fence := requestOf(query.Statement).fence
		return Purge(ask(fresh, func(r *request) { r.tally, r.fence = rows, fence }), loaded.Interface()).Error
	})
}

// preview says what a batch would remove: what hangs on its rows and is due
// itself is counted when it is that one's turn.
func (e *emptying) preview(tx *gorm.DB, b *batch, rows map[string]int64) error {
	value := model.NewOf(b.model.Schema.ModelType)
	plan, err := Preview(ask(tx, func(r *request) { r.batch = b }), OpPurge, value)
	if err != nil {
		return err
	}
	if len(plan.Restricted) > 0 {
		return &plan.Restricted[0]
	}
	b.except = e.due
	plan, err = Preview(ask(tx, func(r *request) { r.batch = b }), OpPurge, value)
	maps.Copy(rows, plan.Rows)
	return err
}

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
	tx = expr.Selecting(tx, list...).Clauses(expr.InOrder(b.when, names, false))
	tx = d.First(tx, b.limit)
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
func (b *batch) conditions(d *dialect.Dialect) []clause.Expression {
	var list []clause.Expression
	names := model.PrimaryNames(b.model.Schema)
	if b.only != nil {
		list = append(list, expr.InCurrent(names, b.only))
	}
	if b.after != nil {
		list = append(list, expr.Beyond(b.when, b.after.at, names, b.after.key, ">", d.RowRange))
	}
	if b.until != nil {
		list = append(list, expr.Beyond(b.when, b.until.at, names, b.until.key, "<=", d.RowRange))
	}
	return list
}

// atOnce is a batch that one statement finds and removes, on a database where a
// query can write. It leaves rows on which others hang.
type atOnce struct {
	limit int
	size  int64 // how many rows the batch had
	left  int64 // how many of them are still there
}

const (
	dueName   = "softdelete_due"
	foundName = "softdelete_rows"
	goneName  = "softdelete_gone"
)

// canAtOnce tells if batches can be removed so: nobody has to be told the keys.
func (e *emptying) canAtOnce() bool {
	return !e.stepwise && e.d.WritingQuery && !e.options.Hooks && !e.options.DryRun && len(e.plugin.config.Observers) == 0
}

// removeAtOnce removes the rows of a batch on which nothing hangs.
//
//	WITH softdelete_due AS MATERIALIZED (SELECT count(*) AS softdelete_size, array_agg(id) AS softdelete_key1, array_agg(softdelete_at) AS softdelete_at
//	FROM (SELECT id, deleted_at AS softdelete_at FROM posts WHERE … ORDER BY … LIMIT … FOR UPDATE SKIP LOCKED) AS softdelete_rows),
//	softdelete_gone AS (DELETE FROM posts WHERE posts.id = ANY (COALESCE((SELECT softdelete_key1 FROM softdelete_due)))
//	AND NOT EXISTS (SELECT 1 FROM comments AS softdelete_child WHERE softdelete_child.post_id = posts.id) RETURNING 1)
//	SELECT softdelete_size, (SELECT count(*) FROM softdelete_gone), softdelete_key1[softdelete_size], softdelete_at[softdelete_size] FROM softdelete_due
//
// The keys travel as arrays, within the server. By one the database goes through the
// index of the primary key in its order, and expects few rows: so it looks up what hangs
// on them one by one where the foreign key has an index, and reads the children once
// where it has none. COALESCE makes an array of the subquery, which would else be a list
// of rows.
func (c *cascade) removeAtOnce(t *target, filter clause.Expression, b *batch) error {
	root := c.plan.Root
	t.apply(filter)
	defer t.restore()
	where, _ := t.stmt.Clauses["WHERE"].Expression.(clause.Where)
	names := root.Key()
	last := make([]any, len(names))
	dest := make([]any, 0, len(names)+3)
	var gone int64
	var when any
	dest = append(dest, &b.once.size, &gone)
	due := []session.Part{"WITH " + dueName + " AS MATERIALIZED (SELECT count(*) AS softdelete_size"}
	found := []session.Part{" FROM (SELECT ", expr.Columns(root.Name, names)}
	ends := []session.Part{"SELECT softdelete_size, (SELECT count(*) FROM " + goneName + ")"}
	for i, column := range expr.Columns(foundName, names) {
		dest = append(dest, &last[i])
		due = append(due, ", array_agg(", column, ") AS "+keyName(i))
		ends = append(ends, ", "+keyName(i)+"[softdelete_size]")
	}
	if b.when != nil {
		dest = append(dest, &when)
		due = append(due, ", array_agg(softdelete_at) AS softdelete_at")
		found = append(found, ", ", &rows.At{Table: root.Name, Expr: b.when}, " AS softdelete_at")
		ends = append(ends, ", softdelete_at[softdelete_size]")
	}
	sorted := expr.InOrder(b.when, names, false)
	found = append(found, " FROM ", clause.Table{Name: root.Name}, " WHERE ", &rows.At{Table: root.Name, Expr: where}, " ORDER BY ", &rows.At{Table: root.Name, Expr: sorted.Expression},
		" ", c.d.FirstSQL(b.once.limit), " FOR UPDATE "+c.d.SkipLocked+") AS "+foundName+"), "+goneName+" AS (DELETE FROM ", clause.Table{Name: root.Name}, " WHERE ")
	parts := slices.Concat(due, found, amongDue(root), c.nothingHangs(root), []session.Part{" RETURNING 1) "}, ends, []session.Part{" FROM " + dueName})
	b.end = b.after
	if _, err := session.Query(c.db, dest, func() {
		if b.once.size > 0 {
			b.end = &batchEnd{when, last}
		}
	}, parts...); err != nil {
		return err
	}
	b.once.left = b.once.size - gone
	c.rows[root] = gone
	c.op.changed(c.db, gone)
	return nil
}

// keyName is what the keys of a batch are called in its statement, column by column.
func keyName(i int) string { return "softdelete_key" + strconv.Itoa(i+1) }

// amongDue is that a row is of the batch.
func amongDue(t *model.Table) []session.Part {
	key := expr.Columns(t.Name, t.Key())
	if len(key) == 1 {
		return []session.Part{key, " = ANY (COALESCE((SELECT " + keyName(0) + " FROM " + dueName + ")))"}
	}
	lists := make([]string, len(key))
	for i := range key {
		lists[i] = "unnest(" + keyName(i) + ")"
	}
	return []session.Part{"(", key, ") IN (SELECT " + strings.Join(lists, ", ") + " FROM " + dueName + ")"}
}

// nothingHangs is that no row hangs on a row of a table, by the plan.
func (c *cascade) nothingHangs(t *model.Table) []session.Part {
	links := slices.Clone(c.plan.Follow[t])
	for _, l := range c.plan.Guard[t] {
		if !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	var parts []session.Part
	for _, l := range links {
		parts = append(parts, " AND NOT EXISTS (SELECT 1 FROM ", clause.Table{Name: l.Child.Name, Alias: rows.ChildName}, " WHERE ", rows.Joins(l, t.Name), ")")
	}
	return parts
}

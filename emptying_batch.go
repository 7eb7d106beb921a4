package softdelete

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// attempts is how often a batch is tried that the database ended because of
// others' work.
const attempts = 5

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
	for range attempts {
		rows = map[string]int64{}
		if err = e.purge(q, b, rows); !dialect.IsTransient(err) || ctx.Err() != nil || inTransaction {
			break
		}
	}
	if err == nil {
		e.add(rows)
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return ended
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
	tx = also(tx, b.conditions()...)
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
		by := func(more ...clause.Expression) *gorm.DB { return inTrash(also(tx, more...)) }
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
		return Purge(ask(fresh, func(r *request) { r.tally = rows }), loaded.Interface()).Error
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
